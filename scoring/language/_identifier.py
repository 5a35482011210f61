"""Compiled reading of the language identifier's compact tables."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring.compilation.array_types import F32, I32, I64, U8
from scoring.compilation.jit import allocating_kernel, kernel

U16: TypeAlias = NDArray[np.uint16]


@kernel
def _position(values: U8, first: int, end: int, value: int) -> int:
    """Find a value among ascending ones; returns `end` if it is none of them."""
    low, high = first, end
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low if low < end and values[low] == value else end


@allocating_kernel
def visited_features(
    text: U8, row: I32, output: I32, default: I32, move_at: I32, move_byte: U8, move_state: I32
) -> I32:
    """Walk the automaton over a text and list the features it meets.

    Args:
        text: uint8, the text in UTF-8.
        row, output, default, move_at, move_byte, move_state: the arrays of `CompactTables`.

    Returns:
        int32, every occurrence of a feature, in order.
    """
    found = np.empty(len(text), np.int32)
    size = 0
    state = 0
    for byte in text:
        r = row[state]
        at = _position(move_byte, move_at[r], move_at[r + 1], byte)
        while at == move_at[r + 1] and r != 0:
            r = default[r]
            at = _position(move_byte, move_at[r], move_at[r + 1], byte)
        state = move_state[at]
        if output[state] >= 0:
            found[size] = output[state]
            size += 1
    return found[:size]


@allocating_kernel
def feature_rows(
    features: I64, value: F32, floor: F32, ptc_at: I32, ptc_class: U8, ptc: U16
) -> F32:  # fmt: skip
    """Write out the logarithms of some features.

    Args:
        features: int64, n features.
        value, floor, ptc_at, ptc_class, ptc: the arrays of `CompactTables`.

    Returns:
        float32 (n, classes).
    """
    classes = len(floor)
    rows = np.empty((len(features), classes), np.float32)
    for n in range(len(features)):
        for c in range(classes):
            rows[n, c] = floor[c]
        feature = features[n]
        for k in range(ptc_at[feature], ptc_at[feature + 1]):
            rows[n, ptc_class[k]] = value[ptc[k]]
    return rows
