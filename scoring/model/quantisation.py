"""Weights as whole numbers: int8 steps of one scale a head, a quarter of the memory of float32."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

LARGEST_STEP: Final = 127


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
