"""The rows that a model is built from, and how much each counts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.own_labels.slots import KnownWords


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """What a model is built from.

    Attributes:
        rows: Training rows of a corpus, ordered by group.
        weights: float64 (n), how much each counts in training.
        judging: float64 (n), how much each counts in calibration; 0 for most.
        english: Texts known to be English.
        crowd_weights: float64 (n), how much each counts in the second fit; None for no second fit.
        known: Words that may stand in an English text, and words that do not.
    """

    rows: pd.DataFrame
    weights: NDArray[np.float64]
    judging: NDArray[np.float64]
    english: list[str]
    crowd_weights: NDArray[np.float64] | None = None
    known: KnownWords = field(default_factory=KnownWords)
