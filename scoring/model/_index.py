"""Compiled lookup of term hashes: a bucket by the leading bits, then four slots without a branch.

A hash is mixed by an odd multiplier (Fibonacci hashing: Knuth, TAOCP 3, 6.4). The mixed value's
leading bits name a bucket, the others stand in the term's slot above the term's row. Slots lie in
the order of buckets, so a slot less what is looked for, bit by bit, is the row where they agree and
larger than any row where they do not: the least of four, or else the number of terms, is the
answer. The rare bucket of more than four terms is looked at again afterwards. What the README says
of speed hangs on this: docs/performance.md has the designs that lost.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from scoring.compilation.array_types import I32, U8, U64
from scoring.compilation.jit import kernel

MIXER: Final = np.uint64(0x9E3779B97F4A7C15)
WINDOW: Final = 4
GROUP_BITS: Final = 4
"""Buckets come in groups of 16: a start for each group, a byte's offset for each bucket."""
_WINDOW: Final = np.uint64(WINDOW)
_GROUP_BITS: Final = np.uint64(GROUP_BITS)
_ALL_BITS: Final = np.uint64(64)
_ONE: Final = np.uint64(1)
_TWO: Final = np.uint64(2)
_THREE: Final = np.uint64(3)


class TermIndex(NamedTuple):
    """Hashes in the order of their mixed values, each with its row.

    Attributes:
        starts: int32 (buckets / 16 + 1), where each group of 16 buckets starts in `slots`.
        offsets: uint8 (buckets + 1), where each bucket starts within its group. There are as many
            buckets as terms, rounded up to a power of 2, and at least 16.
        slots: uint64 (terms + WINDOW): a mixed hash without the bits that name its bucket, and the
            term's row in their place; then slots that match no term.
    """

    starts: I32
    offsets: U8
    slots: U64


@kernel
def unknown_row(index: TermIndex) -> int:
    """Return what `find_rows` gives as the row of a term that is not known.

    Args:
        index: The known terms.

    Returns:
        The number of known terms.
    """
    return len(index.slots) - WINDOW


@kernel
def bucket_bits(offsets: U8) -> np.uint64:
    """Return the logarithm of the number of buckets.

    Args:
        offsets: uint8 (buckets + 1); buckets are a power of 2.

    Returns:
        The number of leading bits that name a bucket.
    """
    bits = 0
    while (1 << bits) < len(offsets) - 1:
        bits += 1
    return np.uint64(bits)


@kernel
def _bucket_start(starts: I32, offsets: U8, bucket: np.uint64) -> np.uint64:
    """Where a bucket's slots start; the bucket past the last one starts where the last one ends."""
    return np.uint64(np.uint32(starts[bucket >> _GROUP_BITS])) + np.uint64(offsets[bucket])


@kernel
def find_rows(terms: U64, size: int, index: TermIndex, rows: I32, strays: I32) -> None:
    """Look up the first `size` terms.

    Args:
        terms: uint64, hashes to find, none of them 0.
        size: how many.
        index: the known terms.
        rows: int32 output with room for `size` entries: the rows of the terms, or the number of
            known terms for one that is not known.
        strays: int32 scratch with room for `size + 1` entries.
    """
    starts, offsets, slots = index
    bits = bucket_bits(offsets)
    shift = _ALL_BITS - bits
    unknown = np.uint64(unknown_row(index))
    crowded = np.uint64(0)
    for k in range(np.uint64(size)):  # unsigned, as all that indexes here: no check for below 0
        key = terms[k] * MIXER
        first = _bucket_start(starts, offsets, key >> shift)
        end = _bucket_start(starts, offsets, (key >> shift) + _ONE)
        key <<= bits
        one = min(slots[first] ^ key, slots[first + _ONE] ^ key)
        two = min(slots[first + _TWO] ^ key, slots[first + _THREE] ^ key)
        rows[k] = min(min(one, two), unknown)
        strays[crowded] = k
        crowded += np.uint64(end > first + _WINDOW)
    for j in range(crowded):
        stray = np.uint64(strays[j])
        key = terms[stray] * MIXER
        first = _bucket_start(starts, offsets, key >> shift)
        end = _bucket_start(starts, offsets, (key >> shift) + _ONE)
        for place in range(first + _WINDOW, end):
            rows[stray] = min(np.uint64(rows[stray]), slots[place] ^ (key << bits))
