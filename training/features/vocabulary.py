"""Which terms a model may know, and how often each text has them.

Terms are counted over distinct groups, so no one's own words are learnt. Both passes extract the
terms of each text: that takes half the time of writing and reading them, and they would take half
as much memory again as the result (237,189 texts, 133 million terms, 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from scoring.compilation.array_types import F32, I32
from scoring.ngrams.batch import batch_terms
from scoring.ngrams.extract import TermSettings
from scoring.parallel.chunk_map import ChunkMap
from training.chunks import GrowingArray, TextChunk, map_texts, text_chunks
from training.features._counting import Flags, add_groups, count_columns, count_groups
from training.features._hash_table import lookup_table

_CHUNK_CAPACITY: Final = 1 << 18
_WHOLE_CAPACITY: Final = 1 << 20
_TERMS_A_POINT: Final = 4

GroupCounts: TypeAlias = tuple[NDArray[np.uint64], NDArray[np.int32], Flags]
ColumnCounts: TypeAlias = tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]
Lookup: TypeAlias = tuple[TermSettings, NDArray[np.uint64], NDArray[np.int32], int]


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


def count_vocabulary(
    texts: Sequence[str],
    groups: NDArray[np.int64],
    settings: TermSettings,
    chunk_map: ChunkMap,
    *,
    fewest_groups: int = 3,
) -> Vocabulary:
    """Find the terms that occur in at least `fewest_groups` distinct groups.

    Args:
        texts: n texts.
        groups: int64 (n), the group of each text; texts of one group must be adjacent.
        settings: Which n-grams are terms.
        chunk_map: What runs the chunks.
        fewest_groups: Terms in fewer groups are left out.

    Returns:
        The vocabulary.
    """
    chunks = text_chunks(texts, groups)
    keys, counts = np.zeros(_WHOLE_CAPACITY, np.uint64), np.zeros(_WHOLE_CAPACITY, np.int32)
    words, used = np.zeros(_WHOLE_CAPACITY, np.bool_), 0
    for more in map_texts(chunk_map, lambda: settings, _chunk_groups, chunks, "finding terms"):
        keys, counts, words, used = add_groups(keys, counts, words, used, *more)
    kept = counts >= fewest_groups
    order = np.argsort(keys[kept])
    return Vocabulary(settings, keys[kept][order], counts[kept][order], words[kept][order])


def _chunk_groups(settings: TermSettings, chunk: TextChunk) -> GroupCounts:
    """Count in how many groups of a chunk each term occurs."""
    counts: GroupCounts = count_groups(
        *batch_terms(chunk.texts, settings), chunk.groups, _CHUNK_CAPACITY
    )
    return counts


def count_matrix(
    texts: Sequence[str], vocabulary: Vocabulary, chunk_map: ChunkMap
) -> sparse.csr_matrix:
    """Count each text's terms.

    Args:
        texts: n texts.
        vocabulary: The terms to count.
        chunk_map: What runs the chunks.

    Returns:
        float32 sparse matrix (n, terms), columns in the order of `vocabulary.hashes`.
    """
    chunks, lookup = text_chunks(texts, np.arange(len(texts))), partial(_lookup, vocabulary)
    room = _TERMS_A_POINT * sum(map(len, texts))
    columns, counts = GrowingArray(np.int32, room), GrowingArray(np.float32, room)
    sizes = GrowingArray(np.int64, len(texts))
    for found in map_texts(chunk_map, lookup, _chunk_columns, chunks, "counting terms"):
        columns.append(found[0])
        counts.append(found[1])
        sizes.append(found[2])
    indptr = np.concatenate([[0], np.cumsum(sizes.array())])
    shape = (len(texts), len(vocabulary.hashes))
    return sparse.csr_matrix((counts.array(), columns.array(), indptr), shape=shape)


def _lookup(vocabulary: Vocabulary) -> Lookup:
    return vocabulary.settings, *lookup_table(vocabulary.hashes), len(vocabulary.hashes)


def _chunk_columns(lookup: Lookup, chunk: TextChunk) -> ColumnCounts:
    """Count the known terms of a chunk's texts."""
    settings, keys, column_of, width = lookup
    batch = batch_terms(chunk.texts, settings)
    counts: ColumnCounts = count_columns(batch.hashes, batch.text_at, keys, column_of, width)
    return counts


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
        if data[k] == 1.0:  # most are, and ln 1 is 0
            data[k] = idf[indices[k]]
        else:
            data[k] = (1.0 + np.log(np.float64(data[k]))) * np.float64(idf[indices[k]])


@njit(nogil=True)
def _scale(data: F32, indices: I32, indptr: I32, words: NDArray[np.bool_]) -> None:
    for row in range(len(indptr) - 1):
        squares = np.zeros(2)
        for k in range(indptr[row], indptr[row + 1]):
            squares[np.int64(words[indices[k]])] += np.float64(data[k]) ** 2
        for k in range(indptr[row], indptr[row + 1]):
            data[k] /= np.sqrt(squares[np.int64(words[indices[k]])])
