"""The project's one scorer: texts in, calibrated probabilities out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.calibration_kernel import probabilities
from scoring.guidelines import ABUSE_KINDS, CATEGORIES, HEADS
from scoring.index_kernel import find_rows
from scoring.letter_kernel import KNOWN_TERMS, STATISTICS
from scoring.model import LinearModel
from scoring.normalise import NormalisedText, join_texts
from scoring.score_kernel import IDF_LANE, LANES, LARGEST_COUNT, score_texts
from scoring.share_kernel import share_block
from scoring.term_index import index_terms
from scoring.terms import extract_terms
from scoring.unicode_tables import unicode_tables

_ABUSE: Final = CATEGORIES.index("abuse")
_FIRST_KIND: Final = CATEGORIES.index(ABUSE_KINDS[0])
_LAST_KIND: Final = CATEGORIES.index(ABUSE_KINDS[-1])


@dataclass(frozen=True, slots=True)
class Scores:
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

    @property
    def known_terms(self) -> NDArray[np.int32]:
        """Distinct terms of each text that the model knows, int32 (n)."""
        return self.statistics[:, KNOWN_TERMS]


class Scorer:
    """Scores texts with one model; safe to call from several threads.

    Attributes:
        settings: Which n-grams are terms.
        terms: How many terms the model knows.
    """

    def __init__(self, model: LinearModel) -> None:
        # Not the model itself: what is laid out anew here need not be held twice.
        self.settings = model.settings
        self.terms = len(model.hashes)
        self._biases, self._calibration = model.biases, model.calibration
        self._settings = model.settings.as_array()
        # Common terms first: what most texts touch lies close together. The bits of a positive
        # float16 sort as it does, and 16 bits are sorted in an eighth of the time.
        order = np.argsort(model.idf.astype(np.float16).view(np.uint16), kind="stable")
        self._index, self._english = index_terms(model.hashes[order]), index_terms(model.english)
        self._entries = _entries(model, order)
        self._idf = self._entries.view(np.float32)
        self._scales = model.weight_scales.astype(np.float64)
        self._tables = unicode_tables()
        self._log_counts = np.zeros(LARGEST_COUNT + 1)
        self._log_counts[1:] = 1.0 + np.log(np.arange(1, LARGEST_COUNT + 1))
        # Term counts of the text at hand: one zeroed array a thread, so a call allocates no array
        # as long as the vocabulary.
        self._scratch = threading.local()

    def score(self, texts: Sequence[str]) -> Scores:
        """Score texts.

        Args:
            texts: Comments, any script, any length.

        Returns:
            One row a text, in order.

        Raises:
            LoneSurrogate: A text is not valid Unicode.
        """
        points, text_at = join_texts(texts)
        margins = np.empty((len(texts), len(HEADS)))
        statistics = np.zeros((len(texts), STATISTICS), np.int32)
        tables, index, english = self._tables, self._index, self._english
        score_texts(
            points, text_at,
            tables.classes, tables.starts, tables.lengths, tables.pool, tables.lookalikes,
            self._settings, index.starts, index.offsets, index.slots, self._idf, self._entries,
            self._scales, self._biases, english.starts, english.offsets, english.slots,
            self._log_counts, self._counts(), margins, statistics,
        )  # fmt: skip
        calibration = self._calibration
        category, reject = calibrated_probabilities(
            margins, calibration.slopes, calibration.offsets, calibration.overall
        )
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
        index = self._index
        find_rows(terms.hashes, size, index.starts, index.offsets, index.slots, rows, strays)
        weights = np.zeros((len(text.token_at) - 1, len(HEADS)))
        for block in (slice(0, terms.words), slice(terms.words, size)):
            share_block(
                rows[block], terms.first_tokens[block], terms.last_tokens[block],
                self.terms, self._idf, self._entries, self._counts(), weights,
            )  # fmt: skip
        return weights * self._scales

    def _counts(self) -> NDArray[np.int32]:
        counts: NDArray[np.int32] | None = getattr(self._scratch, "counts", None)
        if counts is None:
            counts = np.zeros(len(self._entries), np.int32)
            self._scratch.counts = counts
        return counts


def _entries(model: LinearModel, order: NDArray[np.int64]) -> NDArray[np.int8]:
    """Lay each term's weights and idf side by side.

    Args:
        model: The model.
        order: int64 (terms), the term of each row.

    Returns:
        int8 (terms + 1, LANES): twelve weights, then the idf's four bytes; the last row, that of
        unknown terms, is 0.
    """
    entries = np.zeros((len(order) + 1, LANES), np.int8)
    entries[:-1, : len(HEADS)] = model.weights[order]
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
    probabilities(
        margins, slopes, offsets, _ABUSE, _FIRST_KIND, _LAST_KIND, overall, category, reject
    )
    return category, reject
