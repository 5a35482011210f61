"""A fitted model as plain arrays: what the artifact stores and the scorer reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.guidelines import CATEGORIES, HEADS
from scoring.terms import TermSettings


@dataclass(frozen=True, slots=True)
class Calibration:
    """How margins become probabilities.

    Attributes:
        slopes: float64 (11), Platt slope of each category.
        offsets: float64 (11), Platt offset of each category.
        overall: float64 (3), constant, weight of the reject head's margin, weight of the log odds
            that any category is violated.
    """

    slopes: NDArray[np.float64]
    offsets: NDArray[np.float64]
    overall: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Terms, weights and calibration of one model.

    Attributes:
        settings: Which n-grams are terms.
        hashes: uint64 (terms), ascending: the terms.
        idf: float32 (terms).
        weights: float32 (terms, 12), columns in the order of `HEADS`.
        biases: float64 (12).
        calibration: How margins become probabilities.
        english: uint64, ascending: hashes of words known to be English.
    """

    settings: TermSettings
    hashes: NDArray[np.uint64]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    biases: NDArray[np.float64]
    calibration: Calibration
    english: NDArray[np.uint64]

    def problems(self) -> list[str]:
        """List what is impossible about the arrays; an empty list means the model is sound."""
        terms, heads = len(self.hashes), len(HEADS)
        shapes = {
            "idf": (self.idf.shape, (terms,)),
            "weights": (self.weights.shape, (terms, heads)),
            "biases": (self.biases.shape, (heads,)),
            "slopes": (self.calibration.slopes.shape, (len(CATEGORIES),)),
            "offsets": (self.calibration.offsets.shape, (len(CATEGORIES),)),
            "overall": (self.calibration.overall.shape, (3,)),
        }
        found = [
            f"{name} has shape {shape}, needs {needed}"
            for name, (shape, needed) in shapes.items()
            if shape != needed
        ]
        numbers: dict[str, NDArray[np.floating]] = {
            "idf": self.idf,
            "weights": self.weights,
            "biases": self.biases,
            "slopes": self.calibration.slopes,
            "offsets": self.calibration.offsets,
            "overall": self.calibration.overall,
        }
        found += [
            f"{name} holds values that are not finite"
            for name, array in numbers.items()
            if not np.isfinite(array).all()
        ]
        if not (self.idf > 0).all():
            found.append("idf holds values that are not above 0")
        for name, hashes in (("hashes", self.hashes), ("english", self.english)):
            if len(hashes) and (hashes[0] == 0 or not (hashes[1:] > hashes[:-1]).all()):
                found.append(f"{name} are not ascending, distinct and above 0")
        return found
