"""The project's one scorer: texts in, calibrated probabilities out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring import score_kernel
from scoring.errors import LoneSurrogate
from scoring.guidelines import ABUSE_KINDS, CATEGORIES, HEADS
from scoring.model import LinearModel
from scoring.normalise import to_code_points
from scoring.score_kernel import LARGEST_COUNT, STATISTICS, probabilities, score_texts
from scoring.terms import lookup_table
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
        known_terms: int32 (n): distinct terms of the text that the model knows.
        letters: int32 (n): letters of the text.
        latin_letters: int32 (n): those of them in the Latin alphabet.
        words: int32 (n): tokens with at least one letter.
        english_words: int32 (n): those of them known to be English.
    """

    category_probabilities: NDArray[np.float64]
    reject_probability: NDArray[np.float64]
    margins: NDArray[np.float64]
    known_terms: NDArray[np.int32]
    letters: NDArray[np.int32]
    latin_letters: NDArray[np.int32]
    words: NDArray[np.int32]
    english_words: NDArray[np.int32]


class Scorer:
    """Scores texts with one model; safe to call from several threads."""

    def __init__(self, model: LinearModel) -> None:
        self.model = model
        self._settings = model.settings.as_array()
        self._keys, self._rows = lookup_table(model.hashes)
        self._english, _ = lookup_table(model.english)
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
        points, text_at = _join(texts)
        margins = np.empty((len(texts), len(HEADS)))
        stats = np.zeros((len(texts), STATISTICS), np.int32)
        model, tables = self.model, self._tables
        score_texts(
            points, text_at,
            tables.classes, tables.starts, tables.lengths, tables.pool, tables.lookalikes,
            self._settings, self._keys, self._rows, model.idf, model.weights, model.biases,
            self._english, self._log_counts, self._counts(), margins, stats,
        )  # fmt: skip
        category, reject = self._calibrate(margins)
        return Scores(
            category,
            reject,
            margins,
            known_terms=stats[:, score_kernel.KNOWN_TERMS],
            letters=stats[:, score_kernel.LETTERS],
            latin_letters=stats[:, score_kernel.LATIN_LETTERS],
            words=stats[:, score_kernel.WORDS],
            english_words=stats[:, score_kernel.ENGLISH_WORDS],
        )

    def _counts(self) -> NDArray[np.int32]:
        counts: NDArray[np.int32] | None = getattr(self._scratch, "counts", None)
        if counts is None:
            counts = np.zeros(len(self.model.hashes), np.int32)
            self._scratch.counts = counts
        return counts

    def _calibrate(
        self, margins: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return calibrated_probabilities(
            margins,
            self.model.calibration.slopes,
            self.model.calibration.offsets,
            self.model.calibration.overall,
        )


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


def _join(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Join texts into one array of code points and their bounds, int64 (n + 1)."""
    text_at = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=text_at[1:])
    try:
        return to_code_points("".join(texts)), text_at
    except LoneSurrogate as error:
        for position, text in enumerate(texts):
            try:
                to_code_points(text)
            except LoneSurrogate as single:
                raise LoneSurrogate(f"text number {position}: {single}") from error
        raise
