"""Compiled second step of normalising: cut folded text into tokens and undo disguises.

The rules are stated in `scoring.normalise`, which is what everything else calls.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from scoring.address_kernel import (
    address_kind,
    begins_handle,
    handle_end,
    is_alnum,
)
from scoring.array_types import I32, U8, U32

_LETTER: Final = 2
_DIGIT: Final = 3
_AT: Final = 64
_DOT: Final = 46
_STAR: Final = 42
_QUOTE: Final = 39
_DOLLAR: Final = 36
_SLASH: Final = 47
_HYPHEN: Final = 45
_UNDERSCORE: Final = 95
LONGEST_NUMBER: Final = 8

URL: Final = np.array([ord(c) for c in "URL"], dtype=np.uint32)
EMAIL: Final = np.array([ord(c) for c in "EMAIL"], dtype=np.uint32)
HANDLE: Final = np.array([ord(c) for c in "HANDLE"], dtype=np.uint32)


# What a digit or sign between letters stands for; the star stands for any letter.
_STANDS_FOR: Final = np.arange(128, dtype=np.uint32)
for _disguise, _letter in zip("01!34@5$78#%", "oiieaasstb**", strict=True):
    _STANDS_FOR[ord(_disguise)] = ord(_letter)


@njit(nogil=True)
def _is_mask(code: np.uint32) -> bool:
    """Whether * @ $ ! # or %, which stand in for a letter in the middle of a word."""
    return code in (_STAR, _AT, _DOLLAR, 33, 35, 37)


@njit(nogil=True)
def _word_end(codes: U32, kinds: U8, at: int, stop: int) -> int:
    """Where the word that starts at `at` ends, masks between its letters included."""
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


@njit(nogil=True)
def _has_latin(codes: U32, at: int, stop: int) -> bool:
    for k in range(at, stop):  # noqa: SIM110  # compiled, a loop is faster than any()
        if 97 <= codes[k] <= 122:
            return True
    return False


@njit(nogil=True)
def _is_between_letters(kinds: U8, at: int, k: int, stop: int) -> bool:
    """Whether a digit of the word `at:stop` stands before a letter and after no digit."""
    return at < k < stop - 1 and kinds[k - 1] != _DIGIT and kinds[k + 1] == _LETTER


@njit(nogil=True)
def _write_word(
    codes: U32, kinds: U8, begins: I32, ends: I32, at: int, stop: int, lookalikes: U32,
    out: U32, out_begin: I32, out_end: I32, size: int,
) -> int:  # fmt: skip
    """Write one word: disguises undone inside it, digits outside letters turned to zeros."""
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
        out_begin[size] = begins[k]
        out_end[size] = ends[k]
        size += 1
    return size


@njit(nogil=True)
def _write_name(
    name: U32, begin: int, end: int, out: U32, out_begin: I32, out_end: I32, size: int
) -> int:
    for k in range(len(name)):
        out[size] = name[k]
        out_begin[size] = begin
        out_end[size] = end
        size += 1
    return size


@njit(nogil=True)
def _write_signs(
    codes: U32, begins: I32, ends: I32, at: int, stop: int,
    out: U32, out_begin: I32, out_end: I32, size: int,
) -> int:  # fmt: skip
    for k in range(at, stop):
        out[size] = codes[k]
        out_begin[size] = begins[k]
        out_end[size] = ends[k]
        size += 1
    return size


@njit(nogil=True)
def cut_tokens(
    codes: U32, kinds: U8, begins: I32, ends: I32, n: int, lookalikes: U32,
    out: U32, out_begin: I32, out_end: I32, token_at: I32,
) -> int:  # fmt: skip
    """Cut folded text into tokens written one after another, without separators.

    Args:
        codes, kinds, begins, ends: the first `n` entries are the folded text.
        n: entries of the folded text.
        lookalikes: uint32 table of letters that pass for Latin ones.
        out, out_begin, out_end: outputs with room for `7 * n + 8` entries: token code points and
            the source range of each.
        token_at: int32 output with room for `n + 2` entries: where each token starts in `out`.

    Returns:
        The number of tokens; `token_at[tokens]` is the end of the last one.
    """
    size = 0
    tokens = 0
    i = 0
    while i < n:
        if kinds[i] == 1:
            i += 1
            continue
        stop = i
        while stop < n and kinds[stop] != 1:
            stop += 1
        size, tokens = _cut_chunk(
            codes, kinds, begins, ends, i, stop, lookalikes, out, out_begin, out_end, token_at,
            size, tokens,
        )  # fmt: skip
        i = stop
    token_at[tokens] = size
    return join_spelt_out(out, out_begin, out_end, token_at, tokens)


@njit(nogil=True)
def _begins_disguise(codes: U32, kinds: U8, at: int, stop: int) -> bool:
    """Whether a dollar sign here is the first letter of a word."""
    return codes[at] == _DOLLAR and at + 1 < stop and kinds[at + 1] == _LETTER


@njit(nogil=True)
def _run_end(codes: U32, at: int, stop: int) -> int:
    """Where the run of one sign that starts at `at` ends."""
    end = at + 1
    while end < stop and codes[end] == codes[at]:
        end += 1
    return end


@njit(nogil=True)
def _is_separator(codes: U32, kinds: U8, at: int, k: int, stop: int) -> bool:
    """Whether a hyphen, underscore, full stop or slash stands between letters or digits."""
    if k == at or k + 1 >= stop or not is_alnum(kinds[k - 1]) or not is_alnum(kinds[k + 1]):
        return False
    return codes[k] in (_HYPHEN, _UNDERSCORE, _DOT, _SLASH)


@njit(nogil=True)
def _cut_chunk(
    codes: U32, kinds: U8, begins: I32, ends: I32, at: int, stop: int, lookalikes: U32,
    out: U32, out_begin: I32, out_end: I32, token_at: I32, size: int, tokens: int,
) -> tuple[int, int]:  # fmt: skip
    """Cut one run without white space; returns the new `size` and `tokens`."""
    k = at
    checked = at
    while k < stop:
        token_at[tokens] = size
        fresh = k == at or not is_alnum(kinds[k - 1])
        if fresh and is_alnum(kinds[k]):
            kind, checked = address_kind(codes, kinds, k, stop, checked)
            if kind > 0:
                name = URL if kind == 1 else EMAIL
                size = _write_name(name, begins[k], ends[stop - 1], out, out_begin, out_end, size)
                return size, tokens + 1
        if is_alnum(kinds[k]) or (fresh and _begins_disguise(codes, kinds, k, stop)):
            end = _word_end(codes, kinds, k, stop)
            size = _write_word(
                codes, kinds, begins, ends, k, end, lookalikes, out, out_begin, out_end, size
            )
        elif fresh and begins_handle(codes, kinds, k, stop):
            end = handle_end(codes, kinds, k, stop)
            size = _write_name(HANDLE, begins[k], ends[end - 1], out, out_begin, out_end, size)
        elif _is_separator(codes, kinds, at, k, stop):
            k += 1
            continue
        else:
            end = _run_end(codes, k, stop)
            size = _write_signs(codes, begins, ends, k, end, out, out_begin, out_end, size)
        tokens += 1
        k = end
    return size, tokens


@njit(nogil=True)
def _is_single_letter(out: U32, token_at: I32, token: int) -> bool:
    begin = token_at[token]
    return bool(token_at[token + 1] - begin == 1 and 97 <= out[begin] <= 122)


@njit(nogil=True)
def join_spelt_out(out: U32, out_begin: I32, out_end: I32, token_at: I32, tokens: int) -> int:
    """Join three or more single letters in a row ("i d i o t") into one token, in place.

    Args:
        out, out_begin, out_end, token_at: the tokens, as in `cut_tokens`.
        tokens: how many there are.

    Returns:
        The number of tokens left.
    """
    kept = 0
    size = 0
    t = 0
    while t < tokens:
        last = t
        while last < tokens and _is_single_letter(out, token_at, last):
            last += 1
        stop = last if last - t >= 3 else t + 1
        begin = token_at[t]
        end = token_at[stop]
        token_at[kept] = size
        for k in range(begin, end):
            out[size] = out[k]
            out_begin[size] = out_begin[k]
            out_end[size] = out_end[k]
            size += 1
        kept += 1
        t = stop
    token_at[kept] = size
    return kept
