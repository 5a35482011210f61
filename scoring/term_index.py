"""Where each of a model's terms stands: the compact form that the scorer looks hashes up in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.index_kernel import GROUP_BITS, MIXER, WINDOW


@dataclass(frozen=True, slots=True)
class TermIndex:
    """Hashes in the order of their mixed values, each with its row.

    Attributes:
        starts: int32 (buckets / 16 + 1), where each group of 16 buckets starts in `slots`.
        offsets: uint8 (buckets + 1), where each bucket starts within its group. There are as many
            buckets as terms, rounded up to a power of 2, and at least 16.
        slots: uint64 (terms + WINDOW): a mixed hash without the bits that name its bucket, and the
            term's row in their place; then slots that match no term.
    """

    starts: NDArray[np.int32]
    offsets: NDArray[np.uint8]
    slots: NDArray[np.uint64]


def index_terms(hashes: NDArray[np.uint64]) -> TermIndex:
    """Index some hashes.

    Args:
        hashes: uint64 (terms), distinct and none of them 0; at most 2**31. A term's row is its
            position here.

    Returns:
        The index.

    Raises:
        ValueError: The hashes are so unevenly spread that they cannot be hashes of terms.
    """
    bits = max(GROUP_BITS, len(hashes).bit_length())
    mixed = hashes * MIXER
    order = np.argsort(mixed)
    buckets = (mixed[order] >> np.uint64(64 - bits)).astype(np.int64)
    bounds = np.zeros((1 << bits) + 1, np.int64)
    np.cumsum(np.bincount(buckets, minlength=1 << bits), out=bounds[1:])
    starts = bounds[:: 1 << GROUP_BITS]
    offsets = bounds - np.repeat(starts, 1 << GROUP_BITS)[: len(bounds)]
    if offsets.max() > np.iinfo(np.uint8).max:
        raise ValueError(
            f"{offsets.max()} term hashes lie in one of {len(starts) - 1} groups, allowed: "
            f"{np.iinfo(np.uint8).max}; hashes of terms are spread evenly, these are none"
        )
    slots = np.full(len(hashes) + WINDOW, np.iinfo(np.uint64).max)
    slots[: len(hashes)] = (mixed[order] << np.uint64(bits)) | order.astype(np.uint64)
    return TermIndex(starts.astype(np.int32), offsets.astype(np.uint8), slots)
