"""From the texts of a corpus to the matrix that heads are fitted on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from tqdm import tqdm

from scoring.normalise import normalise
from scoring.terms import hash_term
from training.settings import TrainingSettings
from training.vocabulary import (
    Vocabulary,
    count_matrix,
    count_vocabulary,
    inverse_document_frequency,
    scale_blocks,
    tf_idf,
)

FEWEST_COMPANIONS: Final = 4


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
        values = sparse.csr_matrix(self.values[:, np.flatnonzero(chosen)])
        return Features(vocabulary, idf, scale_blocks(values, vocabulary))


def extract_features(rows: pd.DataFrame, settings: TrainingSettings) -> Features:
    """Find the terms of a corpus and count them.

    Args:
        rows: Rows with `text` and `group`, ordered by group.
        settings: Which terms.

    Returns:
        The features; row i is row i of `rows`.
    """
    texts, groups = rows["text"].tolist(), rows["group"].to_numpy(np.int64)
    vocabulary = count_vocabulary(
        texts, groups, settings.terms, fewest_groups=settings.fewest_groups
    )
    counts = count_matrix(texts, vocabulary)
    idf = inverse_document_frequency(vocabulary, len(np.unique(groups)))
    return Features(vocabulary, idf, tf_idf(counts, vocabulary, idf))


def english_words(texts: Sequence[str], settings: TrainingSettings) -> NDArray[np.uint64]:
    """Hash the words that texts show to be English.

    Args:
        texts: Mostly English texts.
        settings: How often, and in what company, a word must occur.

    Returns:
        uint64, ascending: hashes of words of Latin letters and apostrophes.
    """
    word_sets = [_latin_words(text) for text in tqdm(texts, desc="English words", disable=None)]
    seen = Counter(word for words in word_sets for word in words)
    common = {word for word, times in seen.items() if times >= settings.common_share * len(texts)}
    company: Counter[str] = Counter()
    measured: Counter[str] = Counter()
    for words in word_sets:
        if len(words) < FEWEST_COMPANIONS:
            continue
        among = sum(word in common for word in words)
        for word in words:
            company[word] += (among - (word in common)) / (len(words) - 1)  # type: ignore[assignment]
            measured[word] += 1
    english = [
        word
        for word, times in seen.items()
        if times >= settings.english_texts
        and company[word] >= settings.english_context * max(1, measured[word])
    ]
    return np.unique(np.array([hash_term(word, word=True) for word in english], dtype=np.uint64))


def _latin_words(text: str) -> set[str]:
    return {
        token
        for token in normalise(text).tokens
        if token[0].islower() and token.isascii() and token.replace("'", "").isalpha()
    }
