"""A fitted model as plain arrays: what the artifact stores and the scorer reads."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.guidelines import CATEGORIES, HEADS
from scoring.model._calibration import LEAST
from scoring.ngrams.extract import TermSettings

LARGEST_STEP: Final = 127
"""Weights are whole steps of one scale a head, int8: a quarter of the memory of float32."""


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
class SentenceStage:
    """Whether a comment's worst sentence counts, see `scoring.model.sentences`.

    Attributes:
        lowest: Overall probability in (0, 1) of a comment from which its sentences are read.
        discount: By how much the log odds of a sentence's probability are lowered, above 0.
    """

    lowest: float
    discount: float

    @property
    def highest(self) -> float:
        """The probability from which on no sentence can add to a comment's."""
        return 1.0 / (1.0 + exp(self.discount) * LEAST / (1.0 - LEAST))


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Terms, weights and calibration of one model.

    Attributes:
        settings: Which n-grams are terms.
        hashes: uint64 (terms), ascending: the terms.
        idf: float32 (terms), of float16 precision.
        weights: int8 (terms, 12), steps of `weight_scales`, columns in the order of `HEADS`.
        weight_scales: float32 (12), what a step is worth in each head.
        biases: float64 (12).
        calibration: How margins become probabilities.
        english: uint64, ascending: hashes of words known to be English.
        sentences: How a comment's worst sentence counts; None where it does not.
    """

    settings: TermSettings
    hashes: NDArray[np.uint64]
    idf: NDArray[np.float32]
    weights: NDArray[np.int8]
    weight_scales: NDArray[np.float32]
    biases: NDArray[np.float64]
    calibration: Calibration
    english: NDArray[np.uint64]
    sentences: SentenceStage | None = None

    @classmethod
    def quantised(
        cls,
        settings: TermSettings,
        hashes: NDArray[np.uint64],
        idf: NDArray[np.float32],
        weights: NDArray[np.float32],
        biases: NDArray[np.float64],
        calibration: Calibration,
        english: NDArray[np.uint64],
        sentences: SentenceStage | None = None,
    ) -> LinearModel:
        """Round fitted weights and idf to what an artifact stores.

        Args:
            settings: Which n-grams are terms.
            hashes: uint64 (terms), ascending.
            idf: float32 (terms).
            weights: float32 (terms, 12), columns in the order of `HEADS`.
            biases: float64 (12).
            calibration: How margins become probabilities.
            english: uint64, ascending: hashes of words known to be English.
            sentences: How a comment's worst sentence counts; None where it does not.

        Returns:
            The model.
        """
        scales = weight_scales(weights)
        steps, rounded_idf = weight_steps(weights, scales), idf.astype(np.float16)
        return cls(
            settings, hashes, rounded_idf.astype(np.float32), steps, scales, biases, calibration,
            english, sentences,
        )  # fmt: skip

    def float_weights(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the weights of some terms.

        Args:
            rows: int64 (n), positions in `hashes`.

        Returns:
            float32 (n, 12), columns in the order of `HEADS`.
        """
        chosen: NDArray[np.float32] = self.weights[rows] * self.weight_scales
        return chosen

    def problems(self) -> list[str]:
        """List what is impossible about the arrays; an empty list means the model is sound."""
        terms, heads = len(self.hashes), len(HEADS)
        shapes = {
            "idf": (self.idf.shape, (terms,)),
            "weights": (self.weights.shape, (terms, heads)),
            "weight_scales": (self.weight_scales.shape, (heads,)),
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
            "weight_scales": self.weight_scales,
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
        if not (self.weight_scales > 0).all():
            found.append("weight_scales holds values that are not above 0")
        for name, hashes in (("hashes", self.hashes), ("english", self.english)):
            if len(hashes) and (hashes[0] == 0 or not (hashes[1:] > hashes[:-1]).all()):
                found.append(f"{name} are not ascending, distinct and above 0")
        return found


def weight_scales(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the scale of each head: its largest absolute weight over 127.

    A scale is rounded up to 16 significant bits, so that its products with -127 to 127 are exact
    and rounded weights have the scale they were rounded with.

    Args:
        weights: float32 (terms, heads).

    Returns:
        float32 (heads), never 0.
    """
    largest = np.abs(weights).max(axis=0, initial=0.0).astype(np.float64)
    fractions, exponents = np.frexp(largest / LARGEST_STEP)
    scales = np.ldexp(np.ceil(fractions * 2**16) / 2**16, exponents).astype(np.float32)
    return np.where(scales > 0, scales, np.float32(1))


def weight_steps(weights: NDArray[np.float32], scales: NDArray[np.float32]) -> NDArray[np.int8]:
    """Round weights to the nearest step.

    Args:
        weights: float32 (terms, heads).
        scales: float32 (heads), as `weight_scales` returns them.

    Returns:
        int8 (terms, heads): weights divided by scales.
    """
    steps: NDArray[np.int8] = np.rint(weights / scales).astype(np.int8)
    return steps
