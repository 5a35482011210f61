"""Compiled third step: name every word and character n-gram of a text by a 64-bit hash.

Word n-grams are runs of tokens joined by one space; character n-grams are cut inside one token
padded with a space on either side, a token shorter than the n-gram giving itself once. Both are
scikit-learn's definitions (`analyzer="word"` with white-space tokens, `analyzer="char_wb"`).
The hash is FNV-1a over code points (http://www.isthe.com/chongo/tech/comp/fnv/), started from a
different value for words and for characters, so the same letters are two different terms.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.compilation.array_types import I32, U32, U64
from scoring.compilation.jit import allocating_kernel, kernel

WORD_BASIS: Final = np.uint64(0xCBF29CE484222325)
CHARACTER_BASIS: Final = np.uint64(0x9AE16A3B2F90404F)
PRIME: Final = np.uint64(0x100000001B3)
PADDING: Final = np.uint64(32)
_ONE: Final = np.uint64(1)
_TWO: Final = np.uint64(2)


@kernel
def hash_word(out: U32, begin: int, end: int, state: np.uint64) -> np.uint64:
    """Continue a hash over the code points `out[begin:end]`.

    Args:
        out: uint32 token code points.
        begin: the first code point.
        end: where the run ends, exclusive.
        state: the hash so far.

    Returns:
        The hash with the run added.
    """
    for k in range(np.uint64(begin), np.uint64(end)):
        state = (state ^ np.uint64(out[k])) * PRIME
    return state


@kernel
def word_terms(
    out: U32, token_at: I32, tokens: int, longest: int, hashes: U64, firsts: I32, lasts: I32
) -> int:
    """Hash all word n-grams of 1 to `longest` tokens.

    Args:
        out: uint32 token code points.
        token_at: int32, token t is `out[token_at[t]:token_at[t + 1]]`.
        tokens: number of tokens.
        longest: the longest n-gram, in tokens.
        hashes: uint64 output with room for `longest * tokens` entries.
        firsts, lasts: int32 outputs of the same size: first and last token of each n-gram.

    Returns:
        The number of n-grams written.
    """
    size = 0
    for t in range(tokens):
        state = WORD_BASIS
        for last in range(t, min(t + longest, tokens)):
            if last > t:
                state = (state ^ PADDING) * PRIME
            state = hash_word(out, token_at[last], token_at[last + 1], state)
            hashes[size] = state
            firsts[size] = t
            lasts[size] = last
            size += 1
    return size


@allocating_kernel
def character_terms(
    out: U32, token_at: I32, tokens: int, shortest: int, longest: int, hashes: U64, owners: I32
) -> int:
    """Hash all character n-grams inside the padded tokens.

    Args:
        out, token_at, tokens: as in `word_terms`.
        shortest, longest: n-gram lengths in code points, padding included.
        hashes: uint64 output with room for `(longest - shortest + 1) * (len(out) + 2 * tokens)`.
        owners: int32 output of the same size: the token each n-gram lies in.

    Returns:
        The number of n-grams written.
    """
    padded = np.empty(64, np.uint64)
    size = int(np.int64(0))  # not a plain 0: token_terms would be compiled for it too
    for t in range(tokens):
        begin, end = int(token_at[t]), int(token_at[t + 1])
        if end - begin + 2 > len(padded):
            padded = np.empty(2 * (end - begin + 2), np.uint64)
        first = size
        size = token_terms(out, begin, end, shortest, longest, padded, hashes, size)
        owners[first:size] = t
    return size


@kernel
def token_terms(
    out: U32, begin: int, end: int, shortest: int, longest: int, padded: U64, hashes: U64, size: int
) -> int:
    """Hash all character n-grams inside one padded token.

    Args:
        out: uint32 token code points.
        begin: the token's first.
        end: where the token ends, exclusive.
        shortest, longest: as in `character_terms`.
        padded: uint64 scratch with room for the token and 2 entries besides.
        hashes: uint64 output.
        size: where to write.

    Returns:
        The new size.
    """
    at = np.uint64(size)
    length = np.uint64(end - begin) + _TWO
    _pad(out, np.uint64(begin), np.uint64(end), padded)
    # a token shorter than the shortest n-gram is taken whole, once
    fewest = min(np.uint64(shortest), length)
    for first in range(length - fewest + _ONE):
        written = first + fewest - _ONE
        state = CHARACTER_BASIS
        for k in range(first, written):
            state = (state ^ padded[k]) * PRIME
        for k in range(written, min(first + np.uint64(longest), length)):
            state = (state ^ padded[k]) * PRIME
            hashes[at] = state
            at += _ONE
    return int(np.int64(at))


@kernel
def _pad(out: U32, begin: np.uint64, end: np.uint64, padded: U64) -> None:
    """Copy a token with a space on either side: once here, not a choice at each step."""
    padded[0] = PADDING
    for k in range(begin, end):
        padded[k - begin + _ONE] = out[k]
    padded[end - begin + _ONE] = PADDING
