"""The project's one scorer: texts in, calibrated probabilities out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.compilation.cache import load_kernels
from scoring.errors import LayoutExceeded
from scoring.guidelines import CATEGORIES, HEADS
from scoring.model._accumulate import (
    IDF_LANE,
    LANES,
    LARGEST_COUNT,
    CalibrationArrays,
    ScorerArrays,
    Weights,
    plain_tuples,
    score_texts,
)
from scoring.model._attribution import share_block
from scoring.model._calibration import calibrate_texts
from scoring.model._index import find_rows
from scoring.model.arrays import LinearModel
from scoring.model.common_tokens import look_up_common_tokens
from scoring.model.index import index_terms
from scoring.model.sentences import count_worst_sentences, discounted, find_sentences
from scoring.ngrams.extract import extract_terms
from scoring.text._letters import STATISTICS
from scoring.text.normalise import NormalisedText, join_texts
from scoring.text.unicode_tables import unicode_tables


class Scores(NamedTuple):
    """What the model says of n texts.

    Attributes:
        category_probabilities: float64 (n, 11) in [0, 1]: probability of rejection under each
            guideline, columns in the order of `CATEGORIES`.
        reject_probability: float64 (n) in [0, 1]: probability of rejection, never below the
            largest category's.
        margins: float64 (n, 12): the heads' sums before calibration, in the order of `HEADS`.
        statistics: int32 (n, 5): distinct terms that the model knows, letters, Latin letters,
            tokens with at least one letter, and those of them known to be English.
    """

    category_probabilities: NDArray[np.float64]
    reject_probability: NDArray[np.float64]
    margins: NDArray[np.float64]
    statistics: NDArray[np.int32]


class Scorer:
    """Scores texts with one model; safe to call from several threads.

    Attributes:
        settings: Which n-grams are terms.
        terms: How many terms the model knows.
    """

    def __init__(self, model: LinearModel) -> None:
        load_kernels()
        # Not the model itself: what is laid out anew here need not be held twice.
        self.settings = model.settings
        self.terms = len(model.hashes)
        # Common terms first: what most texts touch lies close together. The bits of a positive
        # float16 sort as it does, and 16 bits are sorted in an eighth of the time.
        order = np.argsort(model.idf.astype(np.float16).view(np.uint16), kind="stable")
        self._index, self._english = index_terms(model.hashes[order]), index_terms(model.english)
        self._entries = _entries(model, order)
        self._idf = self._entries.view(np.float32)
        self._scales = model.weight_scales.astype(np.float64)
        log_counts = np.zeros(LARGEST_COUNT + 1)
        log_counts[1:] = 1.0 + np.log(np.arange(1, LARGEST_COUNT + 1))
        calibration = model.calibration
        arrays = ScorerArrays(
            unicode_tables(),
            model.settings.as_array(),
            self._index,
            look_up_common_tokens(model.settings, self._index, self._english),
            Weights(self._entries, self._idf, self._scales, model.biases, log_counts),
            CalibrationArrays(calibration.slopes, calibration.offsets, calibration.overall),
        )
        self._arrays = plain_tuples(arrays)
        self._scratch = _Scratch(len(self._entries))
        self._stage = model.sentences

    def score(self, texts: Sequence[str]) -> Scores:
        """Score texts.

        Args:
            texts: Comments, any script, any length.

        Returns:
            One row a text, in order. Probabilities count a text's worst sentence where the model
            does; margins and statistics are of the whole text.

        Raises:
            LoneSurrogate: A text is not valid Unicode.
        """
        scores = self.score_whole(texts)
        if self._stage is not None:
            count_worst_sentences(texts, scores[:2], self._stage, self.score_whole)
        return scores

    def deciding_ranges(self, text: str) -> list[tuple[int, int] | None]:
        """Tell for each head which sentence its probability comes from.

        Args:
            text: A comment.

        Returns:
            For each of `HEADS` start and end of the sentence, in code points; None where the whole
            comment weighs at least as much.
        """
        whole_alone: list[tuple[int, int] | None] = [None] * len(HEADS)
        if self._stage is None:
            return whole_alone
        whole = self.score_whole([text])
        sentences = find_sentences([text], whole.reject_probability, self._stage)
        if sentences is None:
            return whole_alone
        by_sentence = np.column_stack(self.score_whole(sentences.texts([text]))[:2])
        worst, counted = by_sentence.argmax(axis=0), discounted(by_sentence, self._stage)
        lifted = counted.max(axis=0) > np.column_stack(whole[:2])[0]
        return [
            sentences.ranges[place] if more else None
            for place, more in zip(worst.tolist(), lifted.tolist(), strict=True)
        ]

    def score_whole(self, texts: Sequence[str]) -> Scores:
        """Score texts as they stand, whatever their worst sentences say.

        Args:
            texts: Comments, any script, any length.

        Returns:
            One row a text, in order.

        Raises:
            LoneSurrogate: A text is not valid Unicode.
        """
        points, text_at = join_texts(texts)
        size = len(texts)
        margins = np.empty((size, len(HEADS)))
        category, reject = np.empty((size, len(CATEGORIES))), np.empty(size)
        statistics = np.zeros((size, STATISTICS), np.int32)
        scores = (margins, statistics, category, reject)
        score_texts(points, text_at, self._arrays, self._scratch.counts, scores)
        return Scores(category, reject, margins, statistics)

    def token_weights(self, text: NormalisedText) -> NDArray[np.float64]:
        """Split each head's margin, less its bias, exactly over the text's tokens.

        A term's contribution is shared equally by its occurrences, and an occurrence's by the
        tokens it covers, so the rows sum to the margins that `score` gives, less the biases.

        Args:
            text: The normalised text.

        Returns:
            float64 (tokens, 12), columns in the order of `HEADS`.
        """
        terms = extract_terms(text, self.settings)
        size = len(terms.hashes)
        rows, strays = np.empty(size, np.int32), np.empty(size + 1, np.int32)
        find_rows(terms.hashes, size, self._index, rows, strays)
        weights = np.zeros((len(text.token_at) - 1, len(HEADS)))
        for block in (slice(0, terms.words), slice(terms.words, size)):
            share_block(
                rows[block], terms.first_tokens[block], terms.last_tokens[block],
                self.terms, self._idf, self._entries, self._scratch.counts, weights,
            )  # fmt: skip
        return weights * self._scales


class _Scratch(threading.local):
    """What one thread's calls need, so that none allocates it anew.

    Attributes:
        counts: int32 (terms + 1), term counts of the text at hand; all zero between texts.
    """

    def __init__(self, terms: int) -> None:
        self.counts = np.zeros(terms, np.int32)


def _entries(model: LinearModel, order: NDArray[np.int64]) -> NDArray[np.int8]:
    """Lay each term's weights and idf side by side.

    Args:
        model: The model.
        order: int64 (terms), the term of each row.

    Returns:
        int8 (terms + 1, LANES): twelve weights, then the idf's four bytes; the last row, that of
        unknown terms, is 0.

    Raises:
        LayoutExceeded: The weights of a term would lie on its idf.
    """
    heads, room = model.weights.shape[1], 4 * IDF_LANE
    if heads > room:
        raise LayoutExceeded(
            f"the model has {heads} heads, a term's entry has room for {room}: raise LANES and "
            "IDF_LANE in scoring.model._accumulate"
        )
    entries = np.zeros((len(order) + 1, LANES), np.int8)
    entries[:-1, :heads] = model.weights[order]
    entries.view(np.float32)[:-1, IDF_LANE] = model.idf[order]
    return entries


def calibrated_probabilities(
    margins: NDArray[np.float64],
    slopes: NDArray[np.float64],
    offsets: NDArray[np.float64],
    overall: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn the heads' margins into probabilities.

    Args:
        margins: float64 (n, 12), in the order of `HEADS`.
        slopes: float64 (11), Platt slopes of the categories.
        offsets: float64 (11), Platt offsets of the categories.
        overall: float64 (3), see `Calibration`.

    Returns:
        Category probabilities, float64 (n, 11), `abuse` not below its kinds; and the reject
        probability, float64 (n), not below the largest category's.
    """
    category = np.empty((len(margins), len(CATEGORIES)))
    reject = np.empty(len(margins))
    calibrate_texts(margins, slopes, offsets, overall, category, reject)
    return category, reject
