"""Where each of a model's terms stands: the compact form that the scorer looks hashes up in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.model._index import GROUP_BITS, MIXER, WINDOW, TermIndex


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
