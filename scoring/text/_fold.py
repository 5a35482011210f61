"""Compiled first step of normalising: fold code points, join white space, shorten long repeats.

Compiled code works on plain arrays so that no Python object is made per character; the rules are
stated in `scoring.text.normalise`, which is what everything else calls.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.compilation.array_types import I32, U8, U32
from scoring.compilation.jit import kernel
from scoring.text._markup import AMPERSAND, LESS_THAN, NOTHING, read_entity, read_tag
from scoring.text.unicode_tables import FIRST_REGIONAL, LAST_REGIONAL, NEUTRAL_EMOJI

TABLE_SIZE: Final = 0x20000
TAGS: Final = 0xE0000
SPACE_CODE: Final = np.uint32(32)
LONGEST_REPEAT: Final = 2
FLAG: Final = np.uint32(ord(NEUTRAL_EMOJI))
LETTER_KIND: Final = np.uint8(2)
MARK_KIND: Final = np.uint8(4)


@kernel
def folded_size(points: U32, lengths: U8) -> int:
    """Return how many code points the fold of `points` can take at most.

    Args:
        points: uint32, the text as sent.
        lengths: uint8, `UnicodeTables.lengths`.

    Returns:
        The size that the outputs of `fold_points` need.
    """
    size = 1
    for point in points:
        size += lengths[point] if point < TABLE_SIZE else 1
    return size


@kernel
def is_stretchable(code: np.uint32) -> bool:
    """Return whether three of a letter in a row stand for one.

    Not of e, l, o and s, which are often written twice, nor of w, with three of which an address
    begins.
    """
    return bool(97 <= code <= 122 and code not in (101, 108, 111, 115, 119))


@kernel
def _is_shortened(codes: U32, begins: I32, ends: I32, at: int) -> bool:
    """Whether an entry stands for three or more of its letter."""
    return bool(is_stretchable(codes[at]) and ends[at] - begins[at] >= 3)


@kernel
def _append(
    code: np.uint32, kind: np.uint8, begin: int, end: int,
    codes: U32, kinds: U8, begins: I32, ends: I32, size: int,
) -> int:  # fmt: skip
    """Append one folded code point, unless it only lengthens a run that is long enough."""
    if kind == 1:
        if size > 0 and kinds[size - 1] == 1:
            return size
    elif kind != 3 and size > 0 and codes[size - 1] == code:
        if _is_shortened(codes, begins, ends, size - 1):
            ends[size - 1] = end
            return size
        if size >= LONGEST_REPEAT and codes[size - 2] == code:
            if is_stretchable(code):  # "fuuuck": three in a row are never spelling
                size -= 1
            ends[size - 1] = end
            return size
    codes[size] = code
    kinds[size] = kind
    begins[size] = begin
    ends[size] = end
    return size + 1


@kernel
def _append_all(
    folded: U32, kind: np.uint8, classes: U8, begin: int, end: int,
    codes: U32, kinds: U8, begins: I32, ends: I32, size: int,
) -> int:  # fmt: skip
    """Append all that a code point folds to; of a folding such as "(1)", each has its own class."""
    for code in folded:
        if len(folded) > 1 and code < TABLE_SIZE:
            kind = classes[code]
        size = _append(code, kind, begin, end, codes, kinds, begins, ends, size)
    return size


@kernel
def _is_regional(points: U32, at: int) -> bool:
    return bool(0 <= at < len(points) and FIRST_REGIONAL <= points[at] <= LAST_REGIONAL)


@kernel
def _is_flag(points: U32, at: int) -> bool:
    """Whether two regional letters by themselves stand here; more spell a word."""
    if points[at] < FIRST_REGIONAL or not _is_regional(points, at):
        return False
    alone = not _is_regional(points, at - 1) and not _is_regional(points, at + 2)
    return _is_regional(points, at + 1) and alone


@kernel
def _read_markup(points: U32, at: int, lengths: U8) -> tuple[np.uint32, int]:
    """What the & or < at `at` stands for, and where that ends; the sign itself where it is text."""
    if points[at] == AMPERSAND:
        point, end = read_entity(points, at)
        if point < TABLE_SIZE and lengths[point] > end - at:
            end = at  # it would take more room than `folded_size` has counted
    else:
        point, end = read_tag(points, at)
    if end == at:
        return points[at], at + 1
    return np.uint32(point), end


@kernel
def fold_points(
    points: U32, classes: U8, starts: I32, lengths: U8, pool: U32,
    codes: U32, kinds: U8, begins: I32, ends: I32,
) -> int:  # fmt: skip
    """Fold a text's code points.

    Args:
        points: uint32, the text as sent.
        classes, starts, lengths, pool: the arrays of `UnicodeTables`.
        codes, kinds, begins, ends: outputs with room for `folded_size` entries: the folded code
            point, its class, and the half-open range of `points` it stands for.

    Returns:
        The number of entries written.
    """
    size = int(np.int64(0))  # not a plain 0: what it is handed to would be compiled for it too
    done = int(np.int64(0))
    for i in range(len(points)):
        point = points[i]
        if i < done:
            continue
        done = i + 1
        if point in (AMPERSAND, LESS_THAN):
            point, done = _read_markup(points, i, lengths)
            if point == NOTHING:
                continue
        elif _is_flag(points, i):
            done = i + 2
            size = _append(FLAG, MARK_KIND, i, done, codes, kinds, begins, ends, size)
            continue
        if point >= TABLE_SIZE:
            if point < TAGS:
                size = _append(point, LETTER_KIND, i, done, codes, kinds, begins, ends, size)
            continue
        kind = classes[point]
        if kind == 0:
            continue
        if kind == 1:
            size = _append(SPACE_CODE, kind, i, done, codes, kinds, begins, ends, size)
            continue
        first = starts[point]
        folded = pool[first : first + lengths[point]]
        size = _append_all(folded, kind, classes, i, done, codes, kinds, begins, ends, size)
    return size
