"""Compiled calibration: the heads' sums become probabilities."""

from __future__ import annotations

import numpy as np
from numba import njit

from scoring.array_types import F64


@njit(nogil=True)
def log_odds(probability: float) -> float:
    """Return the logarithm of the odds of a probability.

    Args:
        probability: in (0, 1).

    Returns:
        ln(p / (1 - p)).
    """
    odds: float = np.log(probability / (1.0 - probability))
    return odds


@njit(nogil=True)
def probabilities(
    margins: F64, slopes: F64, offsets: F64, parent: int, first_kind: int, last_kind: int,
    overall: F64, out: F64, reject: F64,
) -> None:  # fmt: skip
    """Turn margins into calibrated probabilities.

    Args:
        margins: float64 (n, heads); the last head is the overall decision's.
        slopes, offsets: float64 (heads - 1): Platt scaling per category,
            p = sigmoid(slope * margin + offset) (Platt 1999).
        parent: column of the parent category; first_kind, last_kind: columns of its kinds
            (inclusive), whose largest probability is its floor.
        overall: float64 (3): constant, weight of the reject head's margin, weight of the log odds
            that any category is violated if they were independent.
        out: float64 (n, heads - 1) output.
        reject: float64 (n) output, floored at the row's maximum.
    """
    categories = out.shape[1]
    for i in range(len(margins)):
        none = 1.0
        for c in range(categories):
            out[i, c] = 1.0 / (1.0 + np.exp(-(slopes[c] * margins[i, c] + offsets[c])))
        for c in range(first_kind, last_kind + 1):
            out[i, parent] = max(out[i, parent], out[i, c])
        largest = 0.0
        for c in range(categories):
            none *= 1.0 - out[i, c]
            largest = max(largest, out[i, c])
        any_violated = min(max(1.0 - none, 1e-6), 1.0 - 1e-6)
        z = overall[0] + overall[1] * margins[i, categories] + overall[2] * log_odds(any_violated)
        reject[i] = max(1.0 / (1.0 + np.exp(-z)), largest)
