"""Where each of a model's terms stands: the compact form that the scorer looks hashes up in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.index_kernel import MIXER, WINDOW


@dataclass(frozen=True, slots=True)
class TermIndex:
    """Hashes in the order of their mixed values, with the start of each bucket.

    Attributes:
        starts: int32 (buckets + 1), where each bucket's keys start; as many buckets as terms,
            rounded up to a power of 2.
        keys: uint64 (terms + WINDOW), mixed hashes, ascending, then zeros that match no term.
        order: int64 (terms), the position of each key's hash in the array that was indexed.
    """

    starts: NDArray[np.int32]
    keys: NDArray[np.uint64]
    order: NDArray[np.int64]


def index_terms(hashes: NDArray[np.uint64]) -> TermIndex:
    """Index some hashes.

    Args:
        hashes: uint64 (terms), distinct and none of them 0.

    Returns:
        The index.
    """
    mixed = hashes * MIXER
    order = np.argsort(mixed)
    keys = mixed[order]
    bits = max(1, (len(hashes) - 1).bit_length())
    buckets = np.bincount((keys >> np.uint64(64 - bits)).astype(np.int64), minlength=1 << bits)
    starts = np.zeros((1 << bits) + 1, np.int32)
    np.cumsum(buckets, out=starts[1:])
    return TermIndex(starts, np.concatenate([keys, np.zeros(WINDOW, np.uint64)]), order)
