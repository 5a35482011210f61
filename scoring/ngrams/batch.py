"""Compiled extraction for training: the terms of many texts in one call, no Python a text.

By the same kernels, and so to the same terms, as `extract_terms(normalise(text))` text by text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.compilation.array_types import I32, I64, U8, U32, U64
from scoring.compilation.jit import jit
from scoring.ngrams._hashing import WORD_BASIS, character_terms, hash_word, word_terms
from scoring.ngrams.extract import TermSettings
from scoring.text._fold import fold_points
from scoring.text._tokens import cut_tokens, text_arrays
from scoring.text.normalise import join_texts
from scoring.text.unicode_tables import unicode_tables


class BatchTerms(NamedTuple):
    """The terms of n texts, one text after another, each text's word terms first.

    Attributes:
        hashes: uint64, one entry an occurrence.
        text_at: int64 (n + 1), the terms of text i are `hashes[text_at[i]:text_at[i + 1]]`.
        word_ends: int64 (n), where the word terms of text i end in `hashes`.
    """

    hashes: NDArray[np.uint64]
    text_at: NDArray[np.int64]
    word_ends: NDArray[np.int64]


@jit
def _with_room(hashes: U64, size: int, room: int) -> U64:
    """Return the array itself, or a larger copy of it where fewer than `room` entries are free."""
    if size + room <= len(hashes):
        return hashes
    larger = np.empty(2 * (size + room), np.uint64)
    larger[:size] = hashes[:size]
    return larger


@jit
def _latin_words(out: U32, token_at: I32, tokens: int, hashes: U64) -> int:
    """Hash the tokens of letters from a to z and inner apostrophes; returns how many they are."""
    size = 0
    for t in range(tokens):
        latin = out[token_at[t]] != 39
        for k in range(token_at[t], token_at[t + 1]):
            latin = latin and (97 <= out[k] <= 122 or out[k] == 39)
        if latin:
            hashes[size] = hash_word(out, token_at[t], token_at[t + 1], WORD_BASIS)
            size += 1
    return size


@jit
def hash_texts(
    points: U32, text_at: I64, classes: U8, starts: I32, lengths: U8, pool: U32, lookalikes: U32,
    settings: I64, latin: bool,
) -> tuple[U64, I64, I64]:  # fmt: skip
    """Hash the terms of texts given as one array of code points.

    Args:
        points: uint32, the code points of all texts, one after another.
        text_at: int64 (n + 1), text i is `points[text_at[i]:text_at[i + 1]]`.
        classes, starts, lengths, pool, lookalikes: the arrays of `UnicodeTables`.
        settings: int64 (3): longest word n-gram, shortest and longest character n-gram.
        latin: whether to hash, instead of all terms, only words of Latin letters.

    Returns:
        The arrays of `BatchTerms`.
    """
    codes, kinds, begins, ends, out, origins, token_at = text_arrays(points, text_at, lengths)
    n = len(text_at) - 1
    hashes = np.empty(6 * len(points) + 64, np.uint64)
    firsts, lasts = np.empty(0, np.int32), np.empty(0, np.int32)
    term_at, word_ends = np.zeros(n + 1, np.int64), np.zeros(n, np.int64)
    for i in range(n):
        text = points[text_at[i] : text_at[i + 1]]
        folded = fold_points(text, classes, starts, lengths, pool, codes, kinds, begins, ends)
        tokens = cut_tokens(codes, kinds, folded, lookalikes, out, origins, token_at)
        words = settings[0] * tokens
        characters = (settings[2] - settings[1] + 1) * (token_at[tokens] + 2 * tokens)
        hashes = _with_room(hashes, term_at[i], words + characters)
        if max(words, characters) > len(firsts):
            firsts = np.empty(2 * max(words, characters), np.int32)
            lasts = np.empty(len(firsts), np.int32)
        free = hashes[term_at[i] :]
        if latin:
            word_ends[i] = term_at[i] + _latin_words(out, token_at, tokens, free)
            term_at[i + 1] = word_ends[i]
            continue
        word_ends[i] = term_at[i] + word_terms(
            out, token_at, tokens, settings[0], free, firsts, lasts
        )
        term_at[i + 1] = word_ends[i] + character_terms(
            out, token_at, tokens, settings[1], settings[2], hashes[word_ends[i] :], firsts
        )
    return hashes[: term_at[n]], term_at, word_ends


def batch_terms(texts: Sequence[str], settings: TermSettings) -> BatchTerms:
    """List the terms of many texts.

    Args:
        texts: n texts.
        settings: Which n-grams are terms.

    Returns:
        Every occurrence, text by text.

    Raises:
        LoneSurrogate: A text is not valid Unicode.
    """
    return _batch(texts, settings, latin=False)


def batch_latin_words(texts: Sequence[str]) -> BatchTerms:
    """List the words of many texts that hold letters from a to z and inner apostrophes alone.

    Args:
        texts: n texts.

    Returns:
        Every occurrence as a word term, text by text.

    Raises:
        LoneSurrogate: A text is not valid Unicode.
    """
    return _batch(texts, TermSettings(), latin=True)


def _batch(texts: Sequence[str], settings: TermSettings, *, latin: bool) -> BatchTerms:
    points, text_at = join_texts(texts)
    tables = unicode_tables()
    return BatchTerms(
        *hash_texts(
            points, text_at,
            tables.classes, tables.starts, tables.lengths, tables.pool, tables.lookalikes,
            settings.as_array(), latin,
        )
    )  # fmt: skip
