"""Compiled calibration: the heads' sums become probabilities."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.compilation.array_types import F64
from scoring.compilation.jit import jit, kernel
from scoring.guidelines import ABUSE_KINDS, CATEGORIES

LEAST: Final = 0.005
"""No probability is nearer to 0 or 1: no sample of ours is large enough to tell that it is right in
more than 199 of 200 cases. All are squeezed alike, so their order stays."""
_ABUSE: Final = CATEGORIES.index("abuse")
_FIRST_KIND: Final = CATEGORIES.index(ABUSE_KINDS[0])
_LAST_KIND: Final = CATEGORIES.index(ABUSE_KINDS[-1])


@kernel
def log_odds(probability: float) -> float:
    """Return the logarithm of the odds of a probability.

    Args:
        probability: in (0, 1).

    Returns:
        ln(p / (1 - p)).
    """
    odds: float = np.log(probability / (1.0 - probability))
    return odds


@kernel
def _squeeze(probability: float) -> float:
    """Keep a probability away from certainty."""
    return LEAST + (1.0 - 2.0 * LEAST) * probability


@kernel
def calibrate(margins: F64, slopes: F64, offsets: F64, overall: F64, category: F64) -> float:
    """Turn one text's margins into calibrated probabilities.

    Args:
        margins: float64 (heads), in the order of `HEADS`; the last head is the overall decision's.
        slopes, offsets: float64 (heads - 1): Platt scaling per category,
            p = sigmoid(slope * margin + offset) (Platt 1999).
        overall: float64 (3): constant, weight of the reject head's margin, weight of the log odds
            that any category is violated if they were independent.
        category: float64 (heads - 1) output, in [LEAST, 1 - LEAST]; `abuse` not below its kinds.

    Returns:
        The probability of rejection in [LEAST, 1 - LEAST], not below the largest category's.
    """
    for c in range(len(category)):
        category[c] = 1.0 / (1.0 + np.exp(-(slopes[c] * margins[c] + offsets[c])))
    for c in range(_FIRST_KIND, _LAST_KIND + 1):
        category[_ABUSE] = max(category[_ABUSE], category[c])
    none = 1.0
    largest = 0.0
    for c in range(len(category)):
        none *= 1.0 - category[c]
        largest = max(largest, category[c])
    any_violated = min(max(1.0 - none, 1e-6), 1.0 - 1e-6)
    z = overall[0] + overall[1] * margins[len(category)] + overall[2] * log_odds(any_violated)
    for c in range(len(category)):
        category[c] = _squeeze(category[c])
    return _squeeze(max(float(1.0 / (1.0 + np.exp(-z))), largest))


@jit
def calibrate_texts(
    margins: F64, slopes: F64, offsets: F64, overall: F64, category: F64, reject: F64
) -> None:
    """Turn margins into calibrated probabilities.

    Args:
        margins: float64 (n, heads), in the order of `HEADS`.
        slopes, offsets, overall: as in `calibrate`.
        category: float64 (n, heads - 1) output.
        reject: float64 (n) output.
    """
    for i in range(len(margins)):
        reject[i] = calibrate(margins[i], slopes, offsets, overall, category[i])
