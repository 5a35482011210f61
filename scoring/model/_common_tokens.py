"""Compiled memory of common tokens: their terms need not be hashed and found again in every text.

A few thousand tokens make up most of what people write. They are a fixed list, looked up once as a
model is loaded: nothing that a reader wrote is ever kept. A place of the table holds a token
itself, so that no other can be taken for it, the rows of its known character n-grams in order, and
what the language check counts in it. Whether a token is in it changes the time that scoring takes,
and nothing else. docs/decisions has the designs that lost.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from scoring.compilation.array_types import I32, I64, U8, U32, U64
from scoring.compilation.jit import allocating_kernel, kernel
from scoring.model._index import MIXER, TermIndex, find_rows, unknown_row
from scoring.ngrams._hashing import token_terms
from scoring.text._letters import (
    ENGLISH_WORDS,
    LATIN_LETTERS,
    LETTERS,
    STATISTICS,
    WORDS,
    count_letters,
)

LONGEST: Final = 12
"""Code points of the longest token that is remembered; all of them are ASCII."""
FIELDS: Final = 48
"""int32 fields of a place, 192 bytes: name (4), number of rows, counts, then the rows. As many as
the n-grams of ten letters take, most of which a model knows."""
SLACK: Final = 16
"""Rows copied at once, whether they are there or not: a loop of known length takes no wrong way."""
_SIZE: Final = 4
_COUNTS: Final = 5
_FIRST: Final = np.uint64(6)
_MOST_ROWS: Final = np.uint64(FIELDS - 6)
_SLACK: Final = np.uint64(SLACK)
_NO_NAME: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_HALF: Final = np.uint64(8)
_BYTE: Final = np.uint64(8)
_HIGH_BITS: Final = np.uint64(40)
"""A product's upper bits hang on all bits of its factors; there are at most 2 ** 24 places."""
_ASCII: Final = np.uint32(128)
_ONE: Final = np.uint64(1)
_TWO: Final = np.uint64(2)


class CommonTokens(NamedTuple):
    """A table of tokens; a free place is all zero.

    Attributes:
        fields: int32 (places, FIELDS); places are a power of 2.
        names: uint64 (places, FIELDS / 2), the same bytes: the first two fields are the name.
    """

    fields: I32
    names: U64


class Lookups(NamedTuple):
    """Where tokens and their terms are looked up.

    Attributes:
        common: The table of common tokens.
        terms: The known terms.
        english: English words.
    """

    common: CommonTokens
    terms: TermIndex
    english: TermIndex


class Tokens(NamedTuple):
    """A text's tokens.

    Attributes:
        codes: uint32, their code points, one after another.
        token_at: int32, token t is `codes[token_at[t]:token_at[t + 1]]`.
        size: How many there are.
        words: uint64, the word terms, as `word_terms` leaves them.
    """

    codes: U32
    token_at: I32
    size: int
    words: U64


class Scratch(NamedTuple):
    """uint64 and int32 scratch with room for all character terms of a token."""

    hashes: U64
    strays: I32


@kernel
def _name(out: U32, begin: np.uint64, end: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Write a token's code points side by side into two numbers; _NO_NAME if it is not to stay."""
    if end - begin > np.uint64(LONGEST):
        return _NO_NAME, _NO_NAME
    first = np.uint64(0)
    second = np.uint64(0)
    seen = np.uint32(0)
    for k in range(begin, min(end, begin + _HALF)):
        seen |= out[k]
        first = (first << _BYTE) | np.uint64(out[k])
    for k in range(begin + _HALF, end):
        seen |= out[k]
        second = (second << _BYTE) | np.uint64(out[k])
    if seen >= _ASCII:
        return _NO_NAME, _NO_NAME
    return first, second


@kernel
def _recall(
    common: CommonTokens, place: np.uint64, rows: I32, size: np.uint64, stats: I32
) -> np.uint64:
    """Append a common token's rows and add its counts; returns the new size."""
    fields = common.fields
    counts = fields[place, _COUNTS]
    stats[LETTERS] += counts >> 8
    stats[LATIN_LETTERS] += (counts >> 2) & 63
    stats[WORDS] += counts & 1
    stats[ENGLISH_WORDS] += (counts >> 1) & 1
    held = np.uint64(fields[place, _SIZE])
    for k in range(_SLACK):
        rows[size + k] = fields[place, _FIRST + k]
    for k in range(_SLACK, held):
        rows[size + k] = fields[place, _FIRST + k]
    return size + held


@kernel
def _find_rows(
    token: U32, settings: I64, index: TermIndex, padded: U64, scratch: Scratch, rows: I32
) -> np.uint64:
    """Write the rows of a token's known character n-grams; returns how many."""
    first, none = (
        int(np.int64(0)),
        int(np.int64(0)),
    )  # typed as elsewhere, or it is compiled once more
    size = token_terms(
        token, first, len(token), settings[1], settings[2], padded, scratch.hashes, none
    )
    find_rows(scratch.hashes, size, index, rows, scratch.strays)
    unknown = unknown_row(index)
    known = np.uint64(0)
    for k in range(np.uint64(size)):
        row = rows[k]
        rows[known] = row  # overwritten by the next one if it is unknown: no branch
        known += np.uint64(row < unknown)
    return known


@kernel
def _count(
    token: U32, classes: U8, word: np.uint64, english: TermIndex, scratch: Scratch, rows: I32,
    stats: I32,
) -> int:  # fmt: skip
    """Add a token's counts, and return them as a place of the table holds them."""
    letters, latin, is_word = count_letters(token, 0, len(token), classes)
    scratch.hashes[0] = word
    find_rows(scratch.hashes, int(np.int64(1)), english, rows, scratch.strays)
    is_english = is_word and rows[0] < unknown_row(english)
    stats[LETTERS] += letters
    stats[LATIN_LETTERS] += latin
    stats[WORDS] += is_word
    stats[ENGLISH_WORDS] += is_english
    return (letters << 8) | (latin << 2) | (int(is_english) << 1) | int(is_word)


@kernel
def _place(first: np.uint64, second: np.uint64, names: U64) -> np.uint64:
    """Return the one place that a token of this name can have."""
    last = np.uint64(len(names)) - _ONE
    return ((first ^ (second * MIXER)) * MIXER) >> _HIGH_BITS & last


@allocating_kernel
def remember_tokens(
    tokens: Tokens, settings: I64, classes: U8, lookups: Lookups, scratch: Scratch, rows: I32
) -> None:
    """Put tokens into the table; of two that share a place the first stays.

    Args:
        tokens: the tokens; their word terms are those of single tokens.
        settings, classes: as in `token_rows`.
        lookups: whose table is written to.
        scratch: see there.
        rows: int32 scratch with room for all character terms of a token.
    """
    fields, names = lookups.common
    stats = np.zeros(STATISTICS, np.int32)
    padded = np.empty(LONGEST + 2, np.uint64)
    for t in range(np.uint64(tokens.size)):
        begin, end = np.uint64(tokens.token_at[t]), np.uint64(tokens.token_at[t + _ONE])
        first, second = _name(tokens.codes, begin, end)
        place = _place(first, second, names)
        if first == _NO_NAME or names[place, 0] != np.uint64(0):
            continue
        token = tokens.codes[begin:end]
        counts = _count(token, classes, tokens.words[t], lookups.english, scratch, rows, stats)
        size = _find_rows(token, settings, lookups.terms, padded, scratch, rows)
        if size <= _MOST_ROWS:
            names[place, 0] = first
            names[place, 1] = second
            fields[place, _SIZE] = size
            fields[place, _COUNTS] = counts
            for k in range(size):
                fields[place, _FIRST + k] = rows[k]


@allocating_kernel
def token_rows(
    tokens: Tokens, settings: I64, classes: U8, lookups: Lookups, scratch: Scratch, rows: I32,
    stats: I32,
) -> int:  # fmt: skip
    """Write the rows of a text's known character terms, and count its letters and words.

    Args:
        tokens: the tokens.
        settings: int64 (3), as in `score_texts`.
        classes: uint8, `UnicodeTables.classes`.
        lookups: where to look them up.
        scratch: see there.
        rows: int32 output with room for all character terms of the text and SLACK besides.
        stats: int32 (STATISTICS), added to: letters, Latin letters, words, English words.

    Returns:
        How many rows were written.
    """
    out, token_at, tokens_in_all, words = tokens
    common, index, english = lookups
    padded = np.empty(64, np.uint64)
    size = np.uint64(0)
    word = np.uint64(0)  # where the token's own hash stands among those of longer runs
    for t in range(np.uint64(tokens_in_all)):
        begin, end = np.uint64(token_at[t]), np.uint64(token_at[t + _ONE])
        first, second = _name(out, begin, end)
        place = _place(first, second, common.names)
        if common.names[place, 0] == first and common.names[place, 1] == second:
            size = _recall(common, place, rows, size, stats)
        else:
            if end - begin + _TWO > np.uint64(len(padded)):
                padded = np.empty(int(_TWO * (end - begin + _TWO)), np.uint64)
            own, token = rows[size:], out[begin:end]
            _count(token, classes, words[word], english, scratch, own, stats)
            size += _find_rows(token, settings, index, padded, scratch, own)
        word += min(np.uint64(settings[0]), np.uint64(tokens_in_all) - t)
    return int(np.int64(size))
