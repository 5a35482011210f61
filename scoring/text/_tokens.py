"""Compiled second step of normalising: cut folded text into tokens and undo disguises.

The rules are stated in `scoring.text.normalise`, which is what everything else calls.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.compilation.array_types import I32, I64, U8, U32
from scoring.compilation.jit import allocating_kernel, kernel
from scoring.text._addresses import (
    address_kind,
    begins_handle,
    handle_end,
    is_alnum,
    starts_with_scheme,
)
from scoring.text._fold import folded_size
from scoring.text._spelt_out import join_spelt_out
from scoring.text._words import is_plain_letter, word_end, write_word

_SPACE: Final = 1
_LETTER: Final = 2
_MARK: Final = 4
_DOT: Final = 46
_STAR: Final = 42
_QUOTE: Final = 39
_BEYOND_ASCII: Final = np.uint32(128)
_ONE: Final = np.uint64(1)
_DOLLAR: Final = 36
_SLASH: Final = 47
_HYPHEN: Final = 45
_UNDERSCORE: Final = 95

URL: Final = np.array([ord(c) for c in "URL"], dtype=np.uint32)
EMAIL: Final = np.array([ord(c) for c in "EMAIL"], dtype=np.uint32)
HANDLE: Final = np.array([ord(c) for c in "HANDLE"], dtype=np.uint32)


@allocating_kernel
def text_arrays(points: U32, text_at: I64, lengths: U8) -> tuple[U32, U8, I32, I32, U32, I32, I32]:
    """Allocate the outputs of `fold_points` and of `cut_tokens` for the longest of some texts.

    Args:
        points: uint32, the code points of all texts, one after another.
        text_at: int64 (n + 1), text i is `points[text_at[i]:text_at[i + 1]]`.
        lengths: uint8, `UnicodeTables.lengths`.

    Returns:
        codes, kinds, begins and ends of the folded text; out, origins and token_at of its tokens.
    """
    longest = 0
    for i in range(len(text_at) - 1):
        longest = max(longest, folded_size(points[text_at[i] : text_at[i + 1]], lengths))
    return (
        np.empty(longest, np.uint32),
        np.empty(longest, np.uint8),
        np.empty(longest, np.int32),
        np.empty(longest, np.int32),
        np.empty(7 * longest + 8, np.uint32),
        np.empty(7 * longest + 8, np.int32),
        np.empty(longest + 2, np.int32),
    )


@kernel
def _write_name(name: U32, at: int, stop: int, out: U32, origins: I32, size: int) -> int:
    """Write URL, EMAIL or HANDLE for the entries `at:stop`; returns the new `size`."""
    for k in range(len(name)):
        out[size + k] = name[k]
        origins[size + k] = stop - 1
    origins[size] = at
    return size + len(name)


@kernel
def _copy_signs(codes: U32, at: int, stop: int, out: U32, origins: I32, size: int) -> int:
    """Copy entries to the tokens as they are; returns the new `size`."""
    for k in range(at, stop):
        out[size] = codes[k]
        origins[size] = k
        size += 1
    return size


@kernel
def _copy_plain_word(codes: U32, at: int, n: int, out: U32, origins: I32, size: int) -> int:
    """Copy a run of a to z, apostrophes between them included; returns its length.

    Copied while it is measured: a copy of its own, of five letters, costs more than all of this.
    """
    first, stop = np.uint64(at), np.uint64(n)
    shift = np.uint64(size) - first
    k = first
    copied = 0
    inside = True
    while inside:
        while k < stop and is_plain_letter(codes[k]):
            out[k + shift] = codes[k]
            origins[k + shift] = k
            k += _ONE
            copied += 1
        inside = bool(first < k and k + _ONE < stop and codes[k] == _QUOTE)
        inside = inside and is_plain_letter(codes[k + _ONE])
        if inside:
            out[k + shift] = codes[k]
            origins[k + shift] = k
            k += _ONE
            copied += 1
    return copied


@kernel
def _copy_foreign_word(
    codes: U32, kinds: U8, at: int, n: int, out: U32, origins: I32, size: int
) -> int:
    """Copy a run of letters beyond ASCII: no Latin ones, so no disguise; returns its length."""
    k = at
    while k < n and kinds[k] == _LETTER and codes[k] >= _BEYOND_ASCII:
        out[size + k - at] = codes[k]
        origins[size + k - at] = k
        k += 1
    return k - at


@kernel
def _marks_end(codes: U32, kinds: U8, at: int, n: int) -> int:
    """Where the run of signs other than the star that starts at `at` ends."""
    k = at
    while k < n and kinds[k] == _MARK and codes[k] != _STAR:
        k += 1
    return k


@kernel
def cut_tokens(
    codes: U32, kinds: U8, n: int, lookalikes: U32, out: U32, origins: I32, token_at: I32
) -> int:
    """Cut folded text into tokens written one after another, without separators.

    Nineteen of twenty runs without white space are a plain word and the signs after it; going
    through them as through any other took four times as long.

    Args:
        codes, kinds: the first `n` entries are the folded text.
        n: entries of the folded text.
        lookalikes: uint32 table of letters that pass for Latin ones.
        out, origins: outputs with room for `7 * n + 8` entries: token code points, and the entry
            of the folded text that each stands for (of a name such as URL, the first and the last).
        token_at: int32 output with room for `n + 2` entries: where each token starts in `out`.

    Returns:
        The number of tokens; `token_at[tokens]` is the end of the last one.
    """
    size = int(np.int64(0))  # not a plain 0: all that it is handed to would be compiled for it too
    tokens = int(np.int64(0))
    i = int(np.int64(0))
    while i < n:
        if kinds[i] == _SPACE:
            i += 1
            continue
        letters = _copy_plain_word(codes, i, n, out, origins, size)
        if letters == 0:
            letters = _copy_foreign_word(codes, kinds, i, n, out, origins, size)
        stop = _marks_end(codes, kinds, i + letters, n)
        plain = letters > 0 and (stop == n or kinds[stop] == _SPACE)
        if plain and not starts_with_scheme(codes, i, stop):
            token_at[tokens] = size
            size, tokens = _cut_signs(
                codes, i + letters, stop, out, origins, token_at, size + letters, tokens + 1
            )
        else:
            while stop < n and kinds[stop] != _SPACE:
                stop += 1
            size, tokens = _cut_chunk(
                codes, kinds, i, stop, lookalikes, out, origins, token_at, size, tokens
            )
        i = stop
    token_at[tokens] = size
    return join_spelt_out(out, origins, token_at, tokens)


@kernel
def _cut_signs(
    codes: U32, at: int, stop: int, out: U32, origins: I32, token_at: I32, size: int, tokens: int
) -> tuple[int, int]:
    """Cut signs into runs of one sign; returns the new `size` and `tokens`."""
    while at < stop:
        end = _run_end(codes, at, stop)
        token_at[tokens] = size
        tokens += 1
        size = _copy_signs(codes, at, end, out, origins, size)
        at = end
    return size, tokens


@kernel
def _begins_disguise(codes: U32, kinds: U8, at: int, stop: int) -> bool:
    """Whether a dollar sign here is the first letter of a word."""
    return codes[at] == _DOLLAR and at + 1 < stop and kinds[at + 1] == _LETTER


@kernel
def _run_end(codes: U32, at: int, stop: int) -> int:
    """Where the run of one sign that starts at `at` ends."""
    end = at + 1
    while end < stop and codes[end] == codes[at]:
        end += 1
    return end


@kernel
def _is_separator(codes: U32, kinds: U8, at: int, k: int, stop: int) -> bool:
    """Whether a hyphen, underscore, full stop or slash stands between letters or digits."""
    if k == at or k + 1 >= stop or not is_alnum(kinds[k - 1]) or not is_alnum(kinds[k + 1]):
        return False
    return codes[k] in (_HYPHEN, _UNDERSCORE, _DOT, _SLASH)


@kernel
def _word_stop(kinds: U8, at: int, stop: int) -> int:
    """Where the letters and digits that start at `at` end."""
    while at < stop and is_alnum(kinds[at]):
        at += 1
    return at


@kernel
def _cut_chunk(
    codes: U32, kinds: U8, at: int, stop: int, lookalikes: U32, out: U32, origins: I32,
    token_at: I32, size: int, tokens: int,
) -> tuple[int, int]:  # fmt: skip
    """Cut one run without white space; returns the new `size` and `tokens`."""
    k = at
    checked = at
    last_label = -1  # of a bare domain
    while k < stop:
        token_at[tokens] = size
        fresh = k == at or not is_alnum(kinds[k - 1])
        if k == last_label:
            end = _word_stop(kinds, k, stop)
            size = _write_name(URL, k, end, out, origins, size)
            tokens += 1
            k = end
            continue
        if fresh and is_alnum(kinds[k]):
            kind, end = address_kind(codes, kinds, k, stop, checked)
            if kind in (1, 2):
                size = _write_name(URL if kind == 1 else EMAIL, k, end, out, origins, size)
                tokens += 1
                checked = stop if kind == 1 else end
                k = end
                continue
            if kind == 3:
                last_label, end = end, stop
            checked = end
        if is_alnum(kinds[k]) or (fresh and _begins_disguise(codes, kinds, k, stop)):
            end = word_end(codes, kinds, k, stop)
            size = write_word(codes, kinds, k, end, lookalikes, out, origins, size)
        elif fresh and begins_handle(codes, kinds, k, stop):
            end = handle_end(codes, kinds, k, stop)
            size = _write_name(HANDLE, k, end, out, origins, size)
        elif _is_separator(codes, kinds, at, k, stop):
            k += 1
            continue
        else:
            end = _run_end(codes, k, stop)
            size = _copy_signs(codes, k, end, out, origins, size)
        tokens += 1
        k = end
    return size, tokens
