"""The worst sentence: what it says by itself counts for the whole comment, at a discount.

A long comment is one bag of words, in which a threat at its end drowns. For each head the
probability of a comment is the larger of its own and that of its worst sentence, the latter's log
odds lowered by a discount. See docs/decisions/0009.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import exp
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring.model.arrays import SentenceStage
from scoring.text.sentences import sentence_ranges

Probabilities: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""float64 (n, 11) of the categories, float64 (n) overall."""


class Sentences(NamedTuple):
    """The sentences of some of n comments.

    Attributes:
        comments: The places of those comments.
        ranges: Start and end in code points of each sentence, comment after comment.
        starts: int64, the place in `ranges` of each comment's first sentence.
    """

    comments: list[int]
    ranges: list[tuple[int, int]]
    starts: NDArray[np.int64]

    def texts(self, comments: Sequence[str]) -> list[str]:
        """Cut the sentences out.

        Args:
            comments: The n comments.
        """
        stops = [*self.starts.tolist()[1:], len(self.ranges)]
        return [
            comments[comment][start:end]
            for comment, first, stop in zip(self.comments, self.starts.tolist(), stops, strict=True)
            for start, end in self.ranges[first:stop]
        ]


def count_worst_sentences(
    texts: Sequence[str],
    probabilities: Probabilities,
    stage: SentenceStage,
    score_whole: Callable[[list[str]], Sequence[NDArray[Any]]],
) -> None:
    """Let comments' worst sentences count, in place.

    Args:
        texts: n comments.
        probabilities: Of the comments as a whole: of the categories and overall.
        stage: How sentences count.
        score_whole: Gives the same two of other texts, and whatever else behind them.
    """
    sentences = find_sentences(texts, probabilities[1], stage)
    if sentences is not None:
        by_sentence = score_whole(sentences.texts(texts))
        for whole, part in zip(probabilities, by_sentence[:2], strict=True):
            lift(whole, sentences, part, stage)


def find_sentences(
    texts: Sequence[str], reject_probability: NDArray[np.float64], stage: SentenceStage
) -> Sentences | None:
    """Find the sentences that may count for their comments.

    Args:
        texts: n comments.
        reject_probability: float64 (n), of the comments as a whole.
        stage: From which probability on a comment is read again, and the discount.

    Returns:
        The sentences of the doubtful comments that have more than one: neither plainly harmless nor
        beyond what a sentence can add. None where there is no such comment.
    """
    lowest, highest = stage.lowest, stage.highest
    found = [
        (place, ranges)
        for place, probability in enumerate(reject_probability.tolist())
        if lowest <= probability < highest and (ranges := sentence_ranges(texts[place]))
    ]
    if not found:
        return None
    sizes = [len(ranges) for _, ranges in found]
    return Sentences(
        [place for place, _ in found],
        [one for _, ranges in found for one in ranges],
        np.array([0, *accumulate(sizes[:-1])], np.int64),
    )


def discounted(probabilities: NDArray[np.float64], stage: SentenceStage) -> NDArray[np.float64]:
    """Lower the log odds of probabilities by the discount.

    Args:
        probabilities: float64, any shape, in (0, 1).
        stage: Holds the discount.

    Returns:
        The same shape.
    """
    return times_odds(probabilities, exp(-stage.discount))


def times_odds(probabilities: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Multiply the odds of probabilities.

    Args:
        probabilities: float64, any shape, in [0, 1].
        factor: Above 0.

    Returns:
        The same shape.
    """
    scaled = factor * probabilities
    return np.asarray(scaled / (scaled + 1.0 - probabilities))


def lift(
    probabilities: NDArray[np.float64],
    sentences: Sentences,
    of_sentences: NDArray[np.float64],
    stage: SentenceStage,
) -> None:
    """Raise comments' probabilities to those of their worst sentences, discounted, in place.

    Args:
        probabilities: float64 (n, ...), of the comments.
        sentences: At least one, of some of the comments; their ranges are not read.
        of_sentences: float64 (sentences, ...), of the sentences.
        stage: Holds the discount.
    """
    worst = np.maximum.reduceat(of_sentences, sentences.starts, axis=0)
    comments = sentences.comments
    probabilities[comments] = np.maximum(probabilities[comments], discounted(worst, stage))
