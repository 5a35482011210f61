"""Open-addressing tables of hashes: a power of two of slots, 0 marks a free one."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.compilation.array_types import I32, U64
from scoring.compilation.jit import jit

TABLE_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)


@jit
def table_shift(keys: U64) -> np.uint64:
    """Return 64 less the logarithm of the table's size.

    Args:
        keys: uint64, a power of two of slots.

    Returns:
        The shift that `find_slot` needs.
    """
    bits = 0
    while (1 << bits) < len(keys):
        bits += 1
    return np.uint64(64 - bits)


@jit
def find_slot(keys: U64, shift: np.uint64, key: np.uint64) -> np.int64:
    """Return the slot that holds `key`, or the free slot where it would go.

    Args:
        keys: uint64, a power of two of slots; 0 marks a free one.
        shift: what `table_shift` says of `keys`.
        key: the hash to find.

    Returns:
        A position in `keys`.
    """
    mask = np.int64(len(keys) - 1)
    slot = np.int64((key * TABLE_MULTIPLIER) >> shift)
    while keys[slot] != key and keys[slot] != np.uint64(0):
        slot = (slot + 1) & mask
    return slot


@jit
def fill_table(hashes: U64, keys: U64, rows: I32, shift: np.uint64) -> int:
    """Put each hash with its position into the table.

    Args:
        hashes: uint64, what to put in.
        keys: uint64, all 0, with more slots than hashes; filled.
        rows: int32, as long as `keys`; filled with positions in `hashes`.
        shift: what `table_shift` says of `keys`.

    Returns:
        The first position whose hash is 0 or a repetition, or -1.
    """
    for row in range(len(hashes)):
        slot = find_slot(keys, shift, hashes[row])
        if hashes[row] == np.uint64(0) or keys[slot] == hashes[row]:
            return row
        keys[slot] = hashes[row]
        rows[slot] = row
    return -1


def lookup_table(
    hashes: NDArray[np.uint64],
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Build a table of terms.

    Args:
        hashes: uint64 (n), distinct and none of them 0; term i is row i of the weights.

    Returns:
        Keys (uint64) and rows (int32), a power of two long and at most half full.

    Raises:
        ValueError: A hash is 0 (the mark of a free slot) or occurs twice.
    """
    capacity = 1 << max(4, int(np.ceil(np.log2(max(1, 2 * len(hashes))))))
    keys, rows = np.zeros(capacity, np.uint64), np.zeros(capacity, np.int32)
    clash = fill_table(hashes, keys, rows, table_shift(keys))
    if clash >= 0:
        raise ValueError(
            f"term hash number {clash} is 0 or occurs twice; hashes are distinct and above 0"
        )
    return keys, rows
