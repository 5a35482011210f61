"""Compiled counting of terms: in how many groups each occurs, and how often in each text.

Terms are found in open-addressing tables (`_hash_table`): a power of two of slots, 0
marks a free one. A table doubles before it is more than `FULLEST` full.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from scoring.compilation.array_types import F32, F64, I32, I64, U64
from training.features._hash_table import find_slot, table_shift

FULLEST: Final = 0.6
BUCKETS: Final = 256
Flags: TypeAlias = NDArray[np.bool_]


@njit(nogil=True)
def _size_for(keys: U64, terms: int) -> int:
    """Return how many slots the table needs to hold `terms` terms; as many as it has, or more."""
    size = len(keys)
    while terms > FULLEST * size:
        size *= 2
    return size


@njit(nogil=True)
def _larger(keys: U64, size: int) -> tuple[U64, I64, I64]:
    """Return the keys in a table of `size` slots, and for each its old and its new slot."""
    old, grown = np.flatnonzero(keys), np.zeros(size, np.uint64)
    new = np.empty(len(old), np.int64)
    shift = table_shift(grown)
    for k in range(len(old)):
        new[k] = find_slot(grown, shift, keys[old[k]])
        grown[new[k]] = keys[old[k]]
    return grown, old, new


@njit(nogil=True)
def _moved(values: NDArray[Any], old: I64, new: I64, size: int) -> NDArray[Any]:
    """Return what stood beside the keys, beside them in the larger table."""
    moved = np.zeros(size, values.dtype)
    for k in range(len(old)):
        moved[new[k]] = values[old[k]]
    return moved


@njit(nogil=True)
def count_groups(
    hashes: U64, text_at: I64, word_ends: I64, group_of: I64, capacity: int
) -> tuple[U64, I32, Flags]:
    """Count in how many groups each term occurs.

    Args:
        hashes: uint64, as in `BatchTerms`.
        text_at: int64 (n + 1), as in `BatchTerms`.
        word_ends: int64 (n), as in `BatchTerms`.
        group_of: int64 (n), the group of each text; texts of one group are adjacent.
        capacity: slots of the table at first, a power of two.

    Returns:
        Distinct hashes in the order of the table, the number of groups of each (int32), and
        whether it is a word term where it occurs first.
    """
    keys, groups = np.zeros(capacity, np.uint64), np.zeros(capacity, np.int32)
    last_group, words = np.zeros(capacity, np.int64), np.zeros(capacity, np.bool_)
    used = 0
    for i in range(len(word_ends)):
        size = _size_for(keys, used + text_at[i + 1] - text_at[i])
        if size > len(keys):
            keys, old, new = _larger(keys, size)
            groups, last_group = _moved(groups, old, new, size), _moved(last_group, old, new, size)
            words = _moved(words, old, new, size)
        shift = table_shift(keys)
        for k in range(text_at[i], text_at[i + 1]):
            slot = find_slot(keys, shift, hashes[k])
            if keys[slot] == np.uint64(0):
                keys[slot] = hashes[k]
                words[slot] = k < word_ends[i]
                used += 1
            elif last_group[slot] == group_of[i]:
                continue
            last_group[slot] = group_of[i]
            groups[slot] += 1
    filled = np.flatnonzero(keys)
    return keys[filled], groups[filled], words[filled]


@njit(nogil=True)
def add_groups(
    keys: U64, groups: I32, words: Flags, used: int,
    more_keys: U64, more_groups: I32, more_words: Flags,
) -> tuple[U64, I32, Flags, int]:  # fmt: skip
    """Add the counts of further texts, of other groups, to a table.

    Args:
        keys: uint64, the table; changed in place, as what follows, unless it has to grow.
        groups: int32, in how many groups the term of each slot occurs.
        words: bool, whether it is a word term.
        used: how many terms it holds.
        more_keys: uint64, distinct hashes, as `count_groups` returns them.
        more_groups: int32, the number of groups of each.
        more_words: bool, whether each is a word term.

    Returns:
        The table and how many terms it holds now.
    """
    size = _size_for(keys, used + len(more_keys))
    if size > len(keys):
        keys, old, new = _larger(keys, size)
        groups, words = _moved(groups, old, new, size), _moved(words, old, new, size)
    shift = table_shift(keys)
    for k in range(len(more_keys)):
        slot = find_slot(keys, shift, more_keys[k])
        if keys[slot] == np.uint64(0):
            keys[slot] = more_keys[k]
            words[slot] = more_words[k]
            used += 1
        groups[slot] += more_groups[k]
    return keys, groups, words, used


@njit(nogil=True)
def _sort(values: I32, shift: int, scratch: I32, places: I32) -> None:
    """Sort evenly spread numbers from 0 on: by their leading bits, then by insertion.

    A text has some hundred columns; comparing them to sort them took twice as long as finding them.
    """
    places[:] = 0
    for value in values:
        places[(value >> shift) + 1] += 1
    for bucket in range(1, len(places)):
        places[bucket] += places[bucket - 1]
    for value in values:
        scratch[places[value >> shift]] = value
        places[value >> shift] += 1
    for k in range(len(values)):
        value, at = scratch[k], k
        while at > 0 and values[at - 1] > value:
            values[at] = values[at - 1]
            at -= 1
        values[at] = value


@njit(nogil=True)
def count_columns(
    hashes: U64, text_at: I64, keys: U64, column_of: I32, width: int
) -> tuple[I32, F32, I64]:
    """Count the known terms of each text.

    Args:
        hashes: uint64, as in `BatchTerms`.
        text_at: int64 (n + 1), as in `BatchTerms`.
        keys: uint64, open-addressing table of known hashes.
        column_of: int32, the column of the term of each slot.
        width: how many columns there are.

    Returns:
        The columns of each text's terms, ascending within a text (int32), their counts (float32),
        and how many distinct terms each text has (int64).
    """
    columns, counts = np.empty(len(hashes), np.int32), np.empty(len(hashes), np.float32)
    sizes, times = np.zeros(len(text_at) - 1, np.int64), np.zeros(width, np.int32)
    scratch, places = np.empty(len(hashes), np.int32), np.empty(BUCKETS + 1, np.int32)
    shift, leading = table_shift(keys), 0
    while (width >> leading) >= BUCKETS:
        leading += 1
    end = 0
    for i in range(len(sizes)):
        first = end
        for k in range(text_at[i], text_at[i + 1]):
            slot = find_slot(keys, shift, hashes[k])
            if keys[slot] != np.uint64(0):
                column = column_of[slot]
                columns[end] = column  # overwritten by the next one if it was there before
                end += times[column] == 0
                times[column] += 1
        _sort(columns[first:end], leading, scratch, places)
        for k in range(first, end):
            counts[k] = times[columns[k]]
            times[columns[k]] = 0
        sizes[i] = end - first
    return columns[:end].copy(), counts[:end].copy(), sizes


@njit(nogil=True)
def number_words(hashes: U64, text_at: I64, capacity: int) -> tuple[I32, I64, U64]:
    """Number the words in the order in which they first occur, and list each text's once.

    Args:
        hashes: uint64, as in `BatchTerms`.
        text_at: int64 (n + 1), as in `BatchTerms`.
        capacity: slots of the table at first, a power of two.

    Returns:
        The numbers of each text's distinct words (int32), their bounds (int64), and the hash of
        each number.
    """
    keys, number_of = np.zeros(capacity, np.uint64), np.zeros(capacity, np.int32)
    last_text = np.zeros(capacity, np.int64)
    numbers, number_at = np.empty(len(hashes), np.int32), np.zeros(len(text_at), np.int64)
    used, end = 0, 0
    for i in range(len(text_at) - 1):
        size = _size_for(keys, used + text_at[i + 1] - text_at[i])
        if size > len(keys):
            keys, old, new = _larger(keys, size)
            number_of = _moved(number_of, old, new, size)
            last_text = _moved(last_text, old, new, size)
        shift = table_shift(keys)
        for k in range(text_at[i], text_at[i + 1]):
            slot = find_slot(keys, shift, hashes[k])
            if keys[slot] == np.uint64(0):
                keys[slot] = hashes[k]
                number_of[slot] = used
                used += 1
            elif last_text[slot] == i:
                continue
            last_text[slot] = i
            numbers[end] = number_of[slot]
            end += 1
        number_at[i + 1] = end
    distinct = np.zeros(used, np.uint64)
    for slot in np.flatnonzero(keys):
        distinct[number_of[slot]] = keys[slot]
    return numbers[:end].copy(), number_at, distinct


@njit(nogil=True)
def keep_company(numbers: I32, number_at: I64, common: Flags, fewest: int) -> tuple[F64, I64]:
    """Sum, over the texts of each word, the share of the text's other words that is common.

    Args:
        numbers: int32, the numbers of each text's words, as `number_words` returns them.
        number_at: int64 (n + 1), their bounds.
        common: bool (words).
        fewest: texts of fewer distinct words are left out.

    Returns:
        The sums, float64 (words), and over how many texts each was taken, int64 (words).
    """
    company, texts = np.zeros(len(common)), np.zeros(len(common), np.int64)
    for i in range(len(number_at) - 1):
        words = number_at[i + 1] - number_at[i]
        if words < fewest:
            continue
        among = 0
        for k in range(number_at[i], number_at[i + 1]):
            among += common[numbers[k]]
        for k in range(number_at[i], number_at[i + 1]):
            word = numbers[k]
            company[word] += (among - common[word]) / (words - 1)
            texts[word] += 1
    return company, texts
