"""Compiled lookup of term hashes in sorted keys: bucket by the leading bits, compare a window.

Hashes are mixed by an odd multiplier (Knuth, TAOCP 3, 6.4: Fibonacci hashing) and kept in ascending
order, so a key's leading bits say where its few neighbours start. A window of four keys is compared
without a branch; the rare bucket that holds more is looked at again afterwards. An open-addressing
table, whose loops end where the hash says, took twice as long for its mispredicted branches and
five times the memory.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from scoring.array_types import I32, U64

MIXER: Final = np.uint64(0x9E3779B97F4A7C15)
WINDOW: Final = 4
_ONE: Final = np.uint64(1)
_TWO: Final = np.uint64(2)
_THREE: Final = np.uint64(3)


@njit(nogil=True)
def bucket_shift(starts: I32) -> np.uint64:
    """Return 64 less the logarithm of the number of buckets.

    Args:
        starts: int32 (buckets + 1); buckets are a power of 2.

    Returns:
        The shift that `find_rows` needs.
    """
    bits = 0
    while (1 << bits) < len(starts) - 1:
        bits += 1
    return np.uint64(64 - bits)


@njit(nogil=True)
def find_rows(
    terms: U64, size: int, starts: I32, keys: U64, shift: np.uint64, rows: I32, strays: I32
) -> None:
    """Look up the first `size` terms.

    Args:
        terms: uint64, hashes to find, none of them 0.
        size: how many.
        starts: int32 (buckets + 1), where the keys of each bucket start; buckets are a power of 2.
        keys: uint64 (known terms + WINDOW), mixed hashes, ascending, then WINDOW zeros.
        shift: what `bucket_shift` says of `starts`.
        rows: int32 output with room for `size` entries: positions in `keys`, or the number of
            known terms for a term that is not there.
        strays: int32 scratch with room for `size + 1` entries.
    """
    unknown = np.int32(len(keys) - WINDOW)
    crowded = np.uint64(0)
    for k in range(np.uint64(size)):  # unsigned, as all that indexes here: no check for below 0
        key = terms[k] * MIXER
        bucket = key >> shift
        first = np.uint64(np.uint32(starts[bucket]))
        at_0 = np.int32(keys[first] == key)
        at_1 = np.int32(keys[first + _ONE] == key)
        at_2 = np.int32(keys[first + _TWO] == key)
        at_3 = np.int32(keys[first + _THREE] == key)
        found = at_0 | at_1 | at_2 | at_3
        rows[k] = unknown + found * (np.int32(first) - unknown) + at_1 + 2 * at_2 + 3 * at_3
        strays[crowded] = k
        crowded += np.uint64(np.uint32(starts[bucket + _ONE]) > first + np.uint64(WINDOW))
    for j in range(crowded):
        stray = np.uint64(strays[j])
        _find_beyond_window(terms[stray] * MIXER, starts, keys, shift, rows, stray)


@njit(nogil=True)
def _find_beyond_window(
    key: np.uint64, starts: I32, keys: U64, shift: np.uint64, rows: I32, k: np.uint64
) -> None:
    """Look for a key among those of a crowded bucket that the window left out."""
    bucket = key >> shift
    for place in range(starts[bucket] + WINDOW, starts[bucket + _ONE]):
        if keys[place] == key:
            rows[k] = place
