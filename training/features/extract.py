"""From the texts of a corpus to the matrix that heads are fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from scoring.compilation.array_types import F32, I32
from scoring.ngrams.batch import BatchTerms, batch_latin_words
from scoring.ngrams.extract import TermSettings, extract_terms
from scoring.text.normalise import normalise
from scoring.text.unicode_tables import NEUTRAL_EMOJI
from training.chunks import GrowingArray, TextChunk, map_texts, text_chunks
from training.features._counting import Flags, keep_company, number_words
from training.features.vocabulary import (
    Vocabulary,
    count_matrix,
    count_vocabulary,
    inverse_document_frequency,
    scale_blocks,
    tf_idf,
)
from training.resources import ONE_THREAD, Resources
from training.settings import TrainingSettings

FEWEST_COMPANIONS: Final = 4
_WORD_CAPACITY: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Features:
    """The terms of a corpus and their values.

    Attributes:
        vocabulary: The terms.
        idf: float32 (terms).
        values: TF-IDF values, sparse (n, terms).
    """

    vocabulary: Vocabulary
    idf: NDArray[np.float32]
    values: sparse.csr_matrix

    def keep(self, chosen: NDArray[np.bool_]) -> Features:
        """Return the features of the chosen terms only, values scaled anew.

        Args:
            chosen: bool (terms).
        """
        vocabulary, idf = self.vocabulary.keep(chosen), self.idf[chosen]
        values = kept_columns(self.values, chosen)
        return Features(vocabulary, idf, scale_blocks(values, vocabulary))


def kept_columns(values: sparse.csr_matrix, chosen: NDArray[np.bool_]) -> sparse.csr_matrix:
    """Copy the chosen columns of a matrix, without the copies that SciPy makes on the way.

    Args:
        values: float32 sparse (n, terms).
        chosen: bool (terms).

    Returns:
        float32 sparse (n, chosen terms).
    """
    size = _count_kept(values.indices, chosen)
    data, indices = np.empty(size, np.float32), np.empty(size, values.indices.dtype)
    indptr = np.zeros_like(values.indptr)
    column_of = (np.cumsum(chosen) - 1).astype(indices.dtype)
    _keep_columns(
        values.data, values.indices, values.indptr, chosen, column_of, data, indices, indptr
    )
    return sparse.csr_matrix((data, indices, indptr), (values.shape[0], int(chosen.sum())))


@njit(nogil=True)
def _count_kept(indices: I32, chosen: Flags) -> int:
    kept = 0
    for index in indices:
        kept += chosen[index]
    return kept


@njit(nogil=True)
def _keep_columns(
    data: F32, indices: I32, indptr: I32, chosen: Flags, column_of: I32,
    new_data: F32, new_indices: I32, new_indptr: I32,
) -> None:  # fmt: skip
    """Copy the chosen columns under their new numbers."""
    at = 0
    for row in range(len(indptr) - 1):
        for k in range(indptr[row], indptr[row + 1]):
            if chosen[indices[k]]:
                new_data[at] = data[k]
                new_indices[at] = column_of[indices[k]]
                at += 1
        new_indptr[row + 1] = at


def extract_features(
    rows: pd.DataFrame, settings: TrainingSettings, resources: Resources = ONE_THREAD
) -> Features:
    """Find the terms of a corpus and count them.

    Args:
        rows: Rows with `text` and `group`, ordered by group.
        settings: Which terms.
        resources: What to compute with.

    Returns:
        The features; row i is row i of `rows`.
    """
    texts, groups = rows["text"].tolist(), rows["group"].to_numpy(np.int64)
    vocabulary = count_vocabulary(
        texts, groups, settings.terms, resources.chunk_map, fewest_groups=settings.fewest_groups
    )
    vocabulary = vocabulary.keep(~np.isin(vocabulary.hashes, neutral_terms(settings.terms)))
    counts = count_matrix(texts, vocabulary, resources.chunk_map)
    idf = inverse_document_frequency(vocabulary, len(np.unique(groups)))
    return Features(vocabulary, idf, tf_idf(counts, vocabulary, idf))


def neutral_terms(terms: TermSettings) -> NDArray[np.uint64]:
    """Hash the terms of an emoji of people, flags, faiths or things by itself.

    They say nothing, so nothing is learnt of them: among crowds' comments they stood more often in
    rejected ones, and a lone flag had a probability of .32.

    Args:
        terms: Which n-grams are terms.

    Returns:
        uint64: of the word, once and doubled as stretched ones are read, and of its characters.
    """
    return extract_terms(normalise(f"{NEUTRAL_EMOJI} {2 * NEUTRAL_EMOJI}"), terms).hashes


def english_words(
    texts: Sequence[str], settings: TrainingSettings, resources: Resources = ONE_THREAD
) -> NDArray[np.uint64]:
    """Hash the words that texts show to be English.

    Args:
        texts: Mostly English texts.
        settings: How often, and in what company, a word must occur.
        resources: What to compute with.

    Returns:
        uint64, ascending: hashes of words of Latin letters and apostrophes.
    """
    chunk_map, chunks = resources.chunk_map, text_chunks(texts, np.arange(len(texts)))
    hashes, sizes = GrowingArray(np.uint64, 0), GrowingArray(np.int64, len(texts))
    for words in map_texts(chunk_map, lambda: None, _chunk_words, chunks, "English words"):
        hashes.append(words.hashes)
        sizes.append(np.diff(words.text_at))
    text_at = np.concatenate([[0], np.cumsum(sizes.array())])
    numbers, number_at, distinct = number_words(hashes.array(), text_at, _WORD_CAPACITY)
    seen = np.bincount(numbers, minlength=len(distinct))
    common = seen >= settings.common_share * len(texts)
    company, measured = keep_company(numbers, number_at, common, FEWEST_COMPANIONS)
    english = (seen >= settings.english_texts) & (
        company >= settings.english_context * np.maximum(1, measured)
    )
    return np.sort(distinct[english])


def _chunk_words(_: None, chunk: TextChunk) -> BatchTerms:
    """List the Latin words of a chunk."""
    return batch_latin_words(chunk.texts)
