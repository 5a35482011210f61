"""Compiled part of folding: what HTML in a text stands for, so that it hides nothing.

The rules are stated in `scoring.text.normalise`, which is what everything else calls.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.compilation.array_types import I64, U32
from scoring.compilation.jit import kernel

AMPERSAND: Final = 38
LESS_THAN: Final = 60
_GREATER_THAN: Final = 62
_SEMICOLON: Final = 59
_HASH: Final = 35
_SLASH: Final = 47
_BANG: Final = 33
_SPACE: Final = 32
_EQUALS: Final = 61
_A: Final = ord("a")
LONGEST_TAG: Final = 200
"""Code points of a tag at most; a longer one is text with two stray signs."""
LONGEST_NAME: Final = 7
LARGEST_POINT: Final = 0x10FFFF
NOTHING: Final = np.int64(0)
"""What a tag inside a word stands for: it vanishes."""


def _packed(name: str) -> int:
    packed = 0
    for character in name:
        packed = packed * 256 + ord(character)
    return packed


# Tags that a browser shows without a gap; every other one parts words.
_INLINE_NAMES: Final = (
    "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "q",
    "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "wbr",
)  # fmt: skip
_BLOCK_NAMES: Final = (
    "br", "div", "hr", "img", "li", "ol", "p", "pre", "table", "tbody", "td", "th", "tr", "ul",
)  # fmt: skip
INLINE_NAMES: Final = np.array(list(map(_packed, _INLINE_NAMES)), np.int64)
BLOCK_NAMES: Final = np.array(list(map(_packed, _BLOCK_NAMES)), np.int64)
_ENTITY_NAMES: Final = {
    "amp": "&", "apos": "'", "gt": ">", "lt": "<", "nbsp": " ", "quot": '"', "shy": "\u00ad",
    "zwj": "\u200d", "zwnj": "\u200c", "hellip": "…", "ndash": "–", "mdash": "—", "lsquo": "‘",
    "rsquo": "’", "ldquo": "“", "rdquo": "”", "commat": "@", "dollar": "$", "excl": "!",
    "period": ".", "comma": ",", "num": "#", "ast": "*", "lowbar": "_",
}  # fmt: skip
ENTITY_NAMES: Final = np.array([_packed(name) for name in _ENTITY_NAMES], np.int64)
ENTITY_POINTS: Final = np.array([ord(point) for point in _ENTITY_NAMES.values()], np.int64)


@kernel
def _is_name_letter(point: np.uint32) -> bool:
    lower = point | np.uint32(32)
    return bool(97 <= lower <= 122)


@kernel
def _name(points: U32, at: int) -> tuple[np.int64, int]:
    """The name of letters that starts here, packed in lower case, and where it ends."""
    packed = np.int64(0)
    k = at
    while k < len(points) and k - at <= LONGEST_NAME and _is_name_letter(points[k]):
        packed = packed * 256 + np.int64(points[k] | np.uint32(32))
        k += 1
    return packed, k


@kernel
def _position(names: I64, name: np.int64) -> int:
    for k in range(len(names)):
        if names[k] == name:
            return k
    return -1


@kernel
def read_tag(points: U32, at: int) -> tuple[np.int64, int]:
    """Read the tag or comment that starts with the `<` at `at`.

    Words in angle brackets are words: only a known name, alone or with attributes, is a tag, and
    only inside a word is a comment none.

    Args:
        points: uint32, the text as sent.
        at: where the sign stands.

    Returns:
        What it stands for, `NOTHING` or a space, and where it ends; the end is `at` where this is
        no tag. A link keeps its address: a tag `a` with attributes is left as it is.
    """
    k = at + 1
    if k + 1 >= len(points):
        return NOTHING, at
    if points[k] == _BANG:
        return NOTHING, _comment_end(points, at)
    if points[k] == _SLASH:
        k += 1
    name, after = _name(points, k)
    inline = _position(INLINE_NAMES, name) >= 0
    if not inline and _position(BLOCK_NAMES, name) < 0:
        return NOTHING, at
    end = _tag_end(points, after, min(len(points), at + LONGEST_TAG))
    if end == after - 1:
        return NOTHING, at
    attributes = end - after > 2  # more than a space and a slash
    if attributes and (name == _A or not _has_attribute(points, after, end)):
        return NOTHING, at
    return (NOTHING if inline else np.int64(_SPACE)), end + 1


@kernel
def _tag_end(points: U32, after: int, stop: int) -> int:
    """Where the `>` of a tag stands whose name ends at `after`, or the place before `after`."""
    end = after
    while end < stop and points[end] not in (LESS_THAN, _GREATER_THAN):
        end += 1
    if end < stop and points[end] == _GREATER_THAN:
        return end
    return after - 1


@kernel
def _comment_end(points: U32, at: int) -> int:
    """Where the comment ends that starts at `at` between two letters, or `at`."""
    if at == 0 or not _is_name_letter(points[at - 1]):
        return at
    end = _tag_end(points, at + 1, min(len(points), at + LONGEST_TAG))
    inside = at < end < len(points) - 1 and _is_name_letter(points[end + 1])
    return end + 1 if inside else at


@kernel
def _has_attribute(points: U32, at: int, end: int) -> bool:
    for k in range(at, end):  # noqa: SIM110  # compiled, a loop is faster than any()
        if points[k] == _EQUALS:
            return True
    return False


@kernel
def read_entity(points: U32, at: int) -> tuple[np.int64, int]:
    """Read the character reference that starts with the `&` at `at`.

    Args:
        points: uint32, the text as sent.
        at: where the sign stands.

    Returns:
        The code point it stands for, and where it ends; the end is `at` where this is none.
    """
    if at + 3 >= len(points):
        return NOTHING, at
    if points[at + 1] == _HASH:
        return _read_number(points, at)
    name, end = _name(points, at + 1)
    k = _position(ENTITY_NAMES, name)
    if k < 0 or end >= len(points) or points[end] != _SEMICOLON:
        return NOTHING, at
    return ENTITY_POINTS[k], end + 1


@kernel
def _digit(point: np.uint32, base: int) -> int:
    """The value of a digit, or -1."""
    if 48 <= point <= 57:
        return int(np.int64(point)) - 48
    lower = point | np.uint32(32)
    if base == 16 and 97 <= lower <= 102:
        return int(np.int64(lower)) - 87
    return -1


@kernel
def _read_number(points: U32, at: int) -> tuple[np.int64, int]:
    """Read a numeric reference, `&#105;` or `&#x69;`; a browser does without the semicolon."""
    k = at + 2
    base = 10
    if points[k] | np.uint32(32) == 120:
        base = 16
        k += 1
    first = k
    value = np.int64(0)
    while k < len(points) and k - first < LONGEST_NAME:
        digit = _digit(points[k], base)
        if digit < 0:
            break
        value = value * base + digit
        k += 1
    surrogate = 0xD800 <= value <= 0xDFFF
    if k == first or value == 0 or value > LARGEST_POINT or surrogate:
        return NOTHING, at
    return value, k + 1 if k < len(points) and points[k] == _SEMICOLON else k
