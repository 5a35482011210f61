"""Compiled part of cutting tokens: where a word ends, and what its disguised letters stand for.

The rules are stated in `scoring.text.normalise`, which is what everything else calls.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.compilation.array_types import I32, U8, U32
from scoring.compilation.jit import kernel
from scoring.text._addresses import is_alnum

_FIRST_LETTER: Final = np.uint32(ord("a"))
_LETTERS: Final = np.uint64(26)
_LETTER: Final = 2
_DIGIT: Final = 3
_AT: Final = 64
_STAR: Final = 42
_QUOTE: Final = 39
_DOLLAR: Final = 36
LONGEST_NUMBER: Final = 8
"""Digits of a number that are kept: a longer one may be a telephone number."""

# What a digit or sign between letters stands for; the star stands for any letter.
_STANDS_FOR: Final = np.arange(128, dtype=np.uint32)
for _disguise, _letter in zip("01!34@5$78#%", "oiieaasstb**", strict=True):
    _STANDS_FOR[ord(_disguise)] = ord(_letter)


@kernel
def is_plain_letter(code: np.uint32) -> bool:
    """Return whether a code point is one of a to z, by one unsigned comparison.

    Two comparisons with signed numbers made cutting a text into words three times as slow.
    """
    return bool(code - _FIRST_LETTER < _LETTERS)


@kernel
def _is_mask(code: np.uint32) -> bool:
    """Whether * @ $ ! # or %, which stand in for a letter in the middle of a word."""
    return code in (_STAR, _AT, _DOLLAR, 33, 35, 37)


@kernel
def word_end(codes: U32, kinds: U8, at: int, stop: int) -> int:
    """Return where a word ends, masks between its letters included.

    Args:
        codes, kinds: the folded text.
        at: where the word starts.
        stop: where the run without white space that holds it ends, exclusive.

    Returns:
        Its end, exclusive.
    """
    k = at + 1
    while k < stop:
        if is_alnum(kinds[k]):
            k += 1
            continue
        code = codes[k]
        if code == _QUOTE:
            if k + 1 < stop and kinds[k + 1] == _LETTER:
                k += 1
                continue
            break
        if not _is_mask(code):
            break
        run = k
        while run < stop and _is_mask(codes[run]):
            run += 1
        if run < stop and kinds[run] == _LETTER and kinds[k - 1] == _LETTER:
            k = run
        elif code == _STAR and run - k >= 2 and codes[k + 1] == _STAR:
            k += 2  # longer runs were shortened
            break
        else:
            break
    return k


@kernel
def _has_latin(codes: U32, at: int, stop: int) -> bool:
    for k in range(at, stop):  # noqa: SIM110  # compiled, a loop is faster than any()
        if is_plain_letter(codes[k]):
            return True
    return False


@kernel
def _is_between_letters(kinds: U8, at: int, k: int, stop: int) -> bool:
    """Whether a digit of the word `at:stop` stands before a letter and after no digit."""
    return at < k < stop - 1 and kinds[k - 1] != _DIGIT and kinds[k + 1] == _LETTER


@kernel
def write_word(
    codes: U32, kinds: U8, at: int, stop: int, lookalikes: U32, out: U32, origins: I32, size: int
) -> int:  # fmt: skip
    """Write one word: disguises undone inside it, digits outside letters turned to zeros.

    Args:
        codes, kinds: the folded text.
        at, stop: the word's bounds in it, as `word_end` found them.
        lookalikes: uint32 table of letters that pass for Latin ones.
        out, origins: outputs, as in `cut_tokens`.
        size: entries already written.

    Returns:
        Entries written now.
    """
    latin = _has_latin(codes, at, stop)
    digits = 0
    for k in range(at, stop):
        code = codes[k]
        if kinds[k] == _LETTER:
            if latin and 127 < code < len(lookalikes) and lookalikes[code] != 0:
                code = lookalikes[code]
        elif kinds[k] == _DIGIT:
            if latin and _is_between_letters(kinds, at, k, stop):
                code = _STANDS_FOR[code] if code < 128 else code
            else:
                digits += 1
                if digits > LONGEST_NUMBER:
                    continue
                code = np.uint32(48)
        elif latin and code != _QUOTE and (at < k < stop - 1 or (k == at and code == _DOLLAR)):
            code = _STANDS_FOR[code]
        out[size] = code
        origins[size] = k
        size += 1
    return size
