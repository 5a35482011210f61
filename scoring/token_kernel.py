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
    starts_with_scheme,
)
from scoring.array_types import I32, U8, U32
from scoring.word_kernel import word_end, write_word

_SPACE: Final = 1
_LETTER: Final = 2
_MARK: Final = 4
_DOT: Final = 46
_STAR: Final = 42
_QUOTE: Final = 39
_DOLLAR: Final = 36
_SLASH: Final = 47
_HYPHEN: Final = 45
_UNDERSCORE: Final = 95

URL: Final = np.array([ord(c) for c in "URL"], dtype=np.uint32)
EMAIL: Final = np.array([ord(c) for c in "EMAIL"], dtype=np.uint32)
HANDLE: Final = np.array([ord(c) for c in "HANDLE"], dtype=np.uint32)


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
def _copy(
    codes: U32, begins: I32, ends: I32, at: int, stop: int,
    out: U32, out_begin: I32, out_end: I32, size: int,
) -> int:  # fmt: skip
    """Copy folded entries to the tokens as they are; returns the new `size`."""
    for k in range(at, stop):
        out[size] = codes[k]
        out_begin[size] = begins[k]
        out_end[size] = ends[k]
        size += 1
    return size


@njit(nogil=True)
def _plain_word_end(codes: U32, at: int, n: int) -> int:
    """Where the run of a to z, apostrophes between them included, that starts at `at` ends."""
    k = at
    while k < n and (
        97 <= codes[k] <= 122
        or (codes[k] == _QUOTE and at < k < n - 1 and 97 <= codes[k + 1] <= 122)
    ):
        k += 1
    return k


@njit(nogil=True)
def _marks_end(codes: U32, kinds: U8, at: int, n: int) -> int:
    """Where the run of signs other than the star that starts at `at` ends."""
    k = at
    while k < n and kinds[k] == _MARK and codes[k] != _STAR:
        k += 1
    return k


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
        if kinds[i] == _SPACE:
            i += 1
            continue
        letters = _plain_word_end(codes, i, n)
        stop = _marks_end(codes, kinds, letters, n)
        plain = letters > i and (stop == n or kinds[stop] == _SPACE)
        if plain and not starts_with_scheme(codes, i, stop):
            size, tokens = _cut_plain(
                codes, begins, ends, i, letters, stop, out, out_begin, out_end, token_at, size,
                tokens,
            )  # fmt: skip
        else:
            while stop < n and kinds[stop] != _SPACE:
                stop += 1
            size, tokens = _cut_chunk(
                codes, kinds, begins, ends, i, stop, lookalikes, out, out_begin, out_end, token_at,
                size, tokens,
            )  # fmt: skip
        i = stop
    token_at[tokens] = size
    return join_spelt_out(out, out_begin, out_end, token_at, tokens)


@njit(nogil=True)
def _cut_plain(
    codes: U32, begins: I32, ends: I32, at: int, letters: int, stop: int,
    out: U32, out_begin: I32, out_end: I32, token_at: I32, size: int, tokens: int,
) -> tuple[int, int]:  # fmt: skip
    """Cut a word of a to z that ends at `letters` and the signs after it.

    Nineteen of twenty chunks of news comments are like this, and cutting them by `_cut_chunk`
    took four times as long. Returns the new `size` and `tokens`.
    """
    token_at[tokens] = size
    tokens += 1
    size = _copy(codes, begins, ends, at, letters, out, out_begin, out_end, size)
    while letters < stop:
        end = _run_end(codes, letters, stop)
        token_at[tokens] = size
        tokens += 1
        size = _copy(codes, begins, ends, letters, end, out, out_begin, out_end, size)
        letters = end
    return size, tokens


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
            end = word_end(codes, kinds, k, stop)
            size = write_word(
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
            size = _copy(codes, begins, ends, k, end, out, out_begin, out_end, size)
        tokens += 1
        k = end
    return size, tokens


@njit(nogil=True)
def _is_single_letter(out: U32, token_at: I32, token: int) -> bool:
    begin = token_at[token]
    return bool(token_at[token + 1] - begin == 1 and 97 <= out[begin] <= 122)


@njit(nogil=True)
def _first_spelt_out(out: U32, token_at: I32, tokens: int) -> int:
    """The first of three single letters in a row, or `tokens`."""
    run = 0
    for t in range(tokens):
        run = run + 1 if _is_single_letter(out, token_at, t) else 0
        if run == 3:
            return t - 2
    return tokens


@njit(nogil=True)
def join_spelt_out(out: U32, out_begin: I32, out_end: I32, token_at: I32, tokens: int) -> int:
    """Join three or more single letters in a row ("i d i o t") into one token, in place.

    Args:
        out, out_begin, out_end, token_at: the tokens, as in `cut_tokens`.
        tokens: how many there are.

    Returns:
        The number of tokens left.
    """
    kept = _first_spelt_out(out, token_at, tokens)
    size = token_at[kept]
    t = kept
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
