"""Which terms a model may know: counted over distinct groups, so no one's own words are learnt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse
from tqdm import tqdm

from scoring.array_types import F32, I32, I64, U64
from scoring.normalise import normalise
from scoring.term_kernel import find_slot, table_shift
from scoring.terms import Terms, TermSettings, extract_terms, lookup_table

_FIRST_CAPACITY: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Terms that occur in enough groups.

    Attributes:
        settings: Which n-grams are terms.
        hashes: uint64, ascending.
        groups: int32, in how many distinct groups each occurs.
        words: bool, whether a term is a word n-gram (else a character n-gram).
    """

    settings: TermSettings
    hashes: NDArray[np.uint64]
    groups: NDArray[np.int32]
    words: NDArray[np.bool_]

    def keep(self, chosen: NDArray[np.bool_]) -> Vocabulary:
        """Return the vocabulary of the chosen terms only.

        Args:
            chosen: bool, one a term.

        Returns:
            The smaller vocabulary.
        """
        return Vocabulary(
            self.settings, self.hashes[chosen], self.groups[chosen], self.words[chosen]
        )


@njit(nogil=True)
def _count(
    hashes: U64, words: int, group: int, keys: U64, counts: I32, last_group: I32,
    is_word: NDArray[np.bool_], used: int,
) -> int:  # fmt: skip
    """Count the group once for each term it holds; returns the number of used slots."""
    shift = table_shift(keys)
    for k in range(len(hashes)):
        slot = find_slot(keys, shift, hashes[k])
        if keys[slot] == np.uint64(0):
            keys[slot] = hashes[k]
            is_word[slot] = k < words
            last_group[slot] = -1
            used += 1
        if last_group[slot] != group:
            last_group[slot] = group
            counts[slot] += 1
    return used


@njit(nogil=True)
def _rehash(hashes: U64, keys: U64) -> I64:
    """Put distinct hashes into a larger table; returns the slot of each."""
    shift = table_shift(keys)
    places = np.empty(len(hashes), np.int64)
    for k in range(len(hashes)):
        places[k] = find_slot(keys, shift, hashes[k])
        keys[places[k]] = hashes[k]
    return places


@njit(nogil=True)
def _find(hashes: U64, keys: U64, rows: I32, found: I32) -> int:
    """Write the row of each known term to `found`; returns how many were known."""
    shift = table_shift(keys)
    size = 0
    for k in range(len(hashes)):
        slot = find_slot(keys, shift, hashes[k])
        if keys[slot] != np.uint64(0):
            found[size] = rows[slot]
            size += 1
    return size


def text_terms(texts: Sequence[str], settings: TermSettings, progress: str) -> Iterable[Terms]:
    """Yield the terms of each text, by the scorer's own normaliser and extractor.

    Args:
        texts: Valid Unicode.
        settings: Which n-grams are terms.
        progress: Name of the progress bar, which only a terminal shows.

    Yields:
        One `Terms` a text, in order.
    """
    for text in tqdm(texts, desc=progress, unit="comment", disable=None):
        yield extract_terms(normalise(text), settings)


def count_vocabulary(
    texts: Sequence[str],
    groups: NDArray[np.int64],
    settings: TermSettings,
    *,
    fewest_groups: int = 3,
) -> Vocabulary:
    """Find the terms that occur in at least `fewest_groups` distinct groups.

    Args:
        texts: n texts.
        groups: int64 (n), the group of each text; texts of one group must be adjacent.
        settings: Which n-grams are terms.
        fewest_groups: Terms in fewer groups are left out.

    Returns:
        The vocabulary.
    """
    table = _CountTable(_FIRST_CAPACITY)
    for group, terms in zip(
        groups.tolist(), text_terms(texts, settings, "finding terms"), strict=True
    ):
        table.add(terms, group)
    kept = table.counts >= fewest_groups
    order = np.argsort(table.keys[kept])
    return Vocabulary(
        settings,
        table.keys[kept][order],
        table.counts[kept][order],
        table.is_word[kept][order],
    )


class _CountTable:
    """Open-addressing counts of terms that doubles when it is more than 60 % full."""

    def __init__(self, capacity: int) -> None:
        self.used = 0
        self.keys = np.zeros(capacity, np.uint64)
        self.counts = np.zeros(capacity, np.int32)
        self.last_group = np.zeros(capacity, np.int32)
        self.is_word = np.zeros(capacity, np.bool_)

    def add(self, terms: Terms, group: int) -> None:
        while self.used + len(terms.hashes) > 0.6 * len(self.keys):
            self._grow()
        self.used = _count(
            terms.hashes, terms.words, group,
            self.keys, self.counts, self.last_group, self.is_word, self.used,
        )  # fmt: skip

    def _grow(self) -> None:
        larger = _CountTable(2 * len(self.keys))
        filled = np.flatnonzero(self.keys)
        places = _rehash(self.keys[filled], larger.keys)
        larger.counts[places] = self.counts[filled]
        larger.last_group[places] = self.last_group[filled]
        larger.is_word[places] = self.is_word[filled]
        self.keys, self.counts = larger.keys, larger.counts
        self.last_group, self.is_word = larger.last_group, larger.is_word
        self.used = len(filled)


def count_matrix(texts: Sequence[str], vocabulary: Vocabulary) -> sparse.csr_matrix:
    """Count each text's terms.

    Args:
        texts: n texts.
        vocabulary: The terms to count.

    Returns:
        float32 sparse matrix (n, terms), columns in the order of `vocabulary.hashes`.
    """
    keys, rows = lookup_table(vocabulary.hashes)
    indptr = np.zeros(len(texts) + 1, np.int64)
    indices: list[NDArray[np.int32]] = []
    counts: list[NDArray[np.float32]] = []
    for i, terms in enumerate(text_terms(texts, vocabulary.settings, "counting terms")):
        found = np.empty(len(terms.hashes), np.int32)
        known = _find(terms.hashes, keys, rows, found)
        columns, times = np.unique(found[:known], return_counts=True)
        indices.append(columns.astype(np.int32))
        counts.append(times.astype(np.float32))
        indptr[i + 1] = indptr[i] + len(columns)
    shape = (len(texts), len(vocabulary.hashes))
    data = np.concatenate(counts) if counts else np.zeros(0, np.float32)
    columns = np.concatenate(indices) if indices else np.zeros(0, np.int32)
    return sparse.csr_matrix((data, columns, indptr), shape=shape)


def inverse_document_frequency(vocabulary: Vocabulary, groups: int) -> NDArray[np.float32]:
    """Weigh terms by rarity: ln((1 + n) / (1 + groups with the term)) + 1, as scikit-learn does.

    Args:
        vocabulary: The terms.
        groups: Number of distinct groups counted.

    Returns:
        float32 (terms), rounded to what an artifact stores (float16).
    """
    idf = np.log((1 + groups) / (1 + vocabulary.groups)) + 1
    return idf.astype(np.float16).astype(np.float32)


def tf_idf(
    counts: sparse.csr_matrix, vocabulary: Vocabulary, idf: NDArray[np.float32]
) -> sparse.csr_matrix:
    """Weigh counts as the scorer does: (1 + ln count) * idf, each block scaled to length 1.

    Args:
        counts: float32 sparse (n, terms); overwritten, since a second copy would not fit.
        vocabulary: The terms.
        idf: float32 (terms).

    Returns:
        `counts` itself, now TF-IDF values.
    """
    _weigh(counts.data, counts.indices, idf)
    return scale_blocks(counts, vocabulary)


def scale_blocks(values: sparse.csr_matrix, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """Scale each row's word terms, and its character terms, to length 1, in place.

    Args:
        values: float32 sparse (n, terms); overwritten.
        vocabulary: The terms.

    Returns:
        `values` itself.
    """
    _scale(values.data, values.indices, values.indptr, vocabulary.words)
    return values


@njit(nogil=True)
def _weigh(data: F32, indices: I32, idf: F32) -> None:
    for k in range(len(data)):
        data[k] = (1.0 + np.log(np.float64(data[k]))) * np.float64(idf[indices[k]])


@njit(nogil=True)
def _scale(data: F32, indices: I32, indptr: I32, words: NDArray[np.bool_]) -> None:
    for row in range(len(indptr) - 1):
        squares = np.zeros(2)
        for k in range(indptr[row], indptr[row + 1]):
            squares[np.int64(words[indices[k]])] += np.float64(data[k]) ** 2
        for k in range(indptr[row], indptr[row + 1]):
            data[k] /= np.sqrt(squares[np.int64(words[indices[k]])])
