"""Compiled writing of results: the JSON of many judgements, one after the other, in one buffer."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.compilation.array_types import F64, I64, U8
from scoring.compilation.jit import kernel
from scoring.decisions._decide import OUTCOME, REASONS, VIOLATED

WIDTH: Final = 48
"""Bytes of a piece: its text, anything, and in the last byte the text's length. A piece is copied
whole, which takes a few instructions; what follows it overwrites what was too much."""
NUMBER: Final = 8
"""Bytes of the longest number."""
MILLION: Final = 1_000_000

REJECT: Final = 0
LANGUAGE: Final = 1
CATEGORIES_END: Final = 2
VIOLATES: Final = 3
FIRST_OF_MANY: Final = 5
"""Pieces: what precedes the overall probability of rejection; what precedes the language; what lies
between categories and reasons; what ends a category, not violated and violated. From the last one
on: for each category what precedes its approval, then for each the name as a reason, then for each
outcome what begins a result, then for each what ends it."""


@kernel
def write_results(category: F64, reject: F64, codes: U8, pieces: U8, out: U8, places: I64) -> None:
    """Write the JSON of judgements, each without the brace that opens it.

    Args:
        category: float64 (n, categories), probabilities of rejection.
        reject: float64 (n), the overall ones.
        codes: uint8 (n, …), see `decision_kernel`.
        pieces: uint8 (pieces, WIDTH), see `FIRST_OF_MANY`.
        out: uint8 output, WIDTH longer than the results may be together.
        places: int64 (n, 2) output: where in `out` each result's language is due and where the
            result ends.
    """
    size = category.shape[1]
    names = FIRST_OF_MANY + size
    begins = names + size
    ends = (begins + len(pieces)) // 2
    at = int(np.int64(0))
    for i in range(len(codes)):
        at = _put(out, at, pieces[begins + codes[i, OUTCOME]])
        at = _put_pair(out, at, reject[i], pieces)
        at = _put(out, at, pieces[LANGUAGE])
        places[i, 0] = at
        for c in range(size):
            at = _put(out, at, pieces[FIRST_OF_MANY + c])
            at = _put_pair(out, at, category[i, c], pieces)
            at = _put(out, at, pieces[VIOLATES + codes[i, VIOLATED + c]])
        at = _put(out, at, pieces[CATEGORIES_END])
        for r in range(codes[i, REASONS]):
            if r > 0:
                out[at] = 44  # comma
                at += 1
            at = _put(out, at, pieces[names + codes[i, VIOLATED + size + r]])
        at = _put(out, at, pieces[ends + codes[i, OUTCOME]])
        places[i, 1] = at


@kernel
def _put(out: U8, at: int, piece: U8) -> int:
    """Write a piece; return where it ends."""
    # a place that cannot be negative is copied to by vectors: a third of the time
    first = np.uint64(at)
    for k in range(WIDTH):
        out[first + np.uint64(k)] = piece[k]
    return at + int(piece[WIDTH - 1])


@kernel
def _put_pair(out: U8, at: int, reject: float, pieces: U8) -> int:
    """Write probabilities of approval and rejection so that they add up to 1 as printed."""
    millionths = int(np.rint(MILLION * reject))
    at = _put_number(out, at, MILLION - millionths)
    at = _put(out, at, pieces[REJECT])
    return _put_number(out, at, millionths)


@kernel
def _put_number(out: U8, at: int, millionths: int) -> int:
    """Write a number of millionths, without zeros that say nothing; return where it ends."""
    number = out[at : at + NUMBER]
    rest = np.uint32(millionths)
    for k in range(6):
        whole = rest // np.uint32(10)
        number[7 - k] = np.uint32(48) + rest - np.uint32(10) * whole
        rest = whole
    number[0] = np.uint32(48) + rest
    number[1] = 46  # point
    size = NUMBER
    while size > 3 and number[size - 1] == 48:
        size -= 1
    return at + size
