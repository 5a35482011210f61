"""The same model as a scikit-learn pipeline, given the scorer's face so that one judge asks both.

Two `TfidfVectorizer`s over the same normalised text, the model's own terms and idf, one sparse dot
product with its weights, and the project's own calibration. Three things favour it: the text is
normalised once for both vectorizers, by the compiled normaliser; its vocabulary holds only those
terms of the model that were found in the comments at hand; and what the language check reads (how
many words are English and so on) is looked up, having been counted before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from scoring.model.arrays import LinearModel
from scoring.model.scorer import Scorer, Scores, calibrated_probabilities
from scoring.model.sentences import count_worst_sentences
from scoring.ngrams.extract import hash_term
from scoring.text._letters import STATISTICS
from scoring.text.normalise import normalise
from scoring.text.sentences import sentence_ranges


@dataclass(frozen=True, slots=True)
class _Block:
    """One kind of n-gram: its vectorizer and its terms' weights, float64 (terms, 12)."""

    vectorizer: TfidfVectorizer
    weights: NDArray[np.float64]


class ReferenceScorer:
    """Scores texts as `Scorer` does, by scikit-learn."""

    def __init__(self, model: LinearModel, texts: Sequence[str], others: Sequence[str]) -> None:
        """Build the pipeline.

        Args:
            model: The model.
            texts: Every text that will be scored.
            others: Texts that are only read for further terms of the model.
        """
        sentences = [text[start:end] for text in texts for start, end in sentence_ranges(text)]
        joined = [str(normalise(text)) for text in (*texts, *sentences, *others)]
        settings = model.settings
        character_sizes = (settings.shortest_character, settings.longest_character)
        self.model = model
        word_options = {"tokenizer": str.split, "token_pattern": None}
        word_sizes = (1, settings.longest_word)
        self._words = _block(model, joined, word=True, ngram_range=word_sizes, **word_options)
        self._characters = _block(
            model, joined, word=False, analyzer="char_wb", ngram_range=character_sizes
        )
        self._statistics = _statistics(model, texts)

    @property
    def terms(self) -> int:
        """How many of the model's terms the vectorizers know."""
        return len(self._words.weights) + len(self._characters.weights)

    def score(self, texts: Sequence[str]) -> Scores:
        """Score texts.

        Args:
            texts: Some of the texts that the pipeline was built with.

        Returns:
            One row a text, in order.
        """
        scores, stage = self._score_whole(texts), self.model.sentences
        if stage is not None:
            count_worst_sentences(texts, scores[:2], stage, self._score_whole)
        return scores

    def _score_whole(self, texts: Sequence[str]) -> Scores:
        joined = [str(normalise(text)) for text in texts]
        margins = self._words.vectorizer.transform(joined) @ self._words.weights
        margins += self._characters.vectorizer.transform(joined) @ self._characters.weights
        margins += self.model.biases
        calibration = self.model.calibration
        category, reject = calibrated_probabilities(
            margins, calibration.slopes, calibration.offsets, calibration.overall
        )
        nothing = [0] * STATISTICS  # of a sentence nothing is read
        counted = np.array([self._statistics.get(text, nothing) for text in texts], np.int32)
        return Scores(category, reject, margins, counted)


def largest_difference(one: Scores, other: Scores) -> float:
    """Return how far the probabilities of two scorers lie apart at most.

    Args:
        one: Scores of n texts.
        other: Scores of the same texts.
    """
    category = np.abs(one.category_probabilities - other.category_probabilities).max()
    reject = np.abs(one.reject_probability - other.reject_probability).max()
    return float(max(category, reject))


def _block(model: LinearModel, joined: Iterable[str], *, word: bool, **options: Any) -> _Block:
    """Build the vectorizer of one kind of n-gram from the texts' terms that the model knows."""
    analyse = TfidfVectorizer(lowercase=False, **options).build_analyzer()
    every = sorted({term for text in joined for term in analyse(text)})
    hashes = np.array([hash_term(term, word=word) for term in every], np.uint64)
    rows = np.minimum(np.searchsorted(model.hashes, hashes), len(model.hashes) - 1)
    known = model.hashes[rows] == hashes
    vocabulary = [term for term, found in zip(every, known, strict=True) if found]
    vectorizer = TfidfVectorizer(
        lowercase=False, vocabulary=vocabulary, sublinear_tf=True, **options
    )
    vectorizer.idf_ = model.idf[rows[known]].astype(np.float64)
    return _Block(vectorizer, model.float_weights(rows[known]).astype(np.float64))


def _statistics(model: LinearModel, texts: Sequence[str]) -> dict[str, list[int]]:
    """Count, by the project's scorer, what the language check reads of each text."""
    return dict(zip(texts, Scorer(model).score(texts).statistics.tolist(), strict=True))
