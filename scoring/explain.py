"""Exact explanations: how much each word of a text moved each head, as offsets into the text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.guidelines import HEADS
from scoring.model.scorer import Scorer
from scoring.text.normalise import NormalisedText, normalise


@dataclass(frozen=True, slots=True)
class Span:
    """One word of a text and its weight in one head.

    Attributes:
        start: First code point of the text as sent.
        end: Where the word ends, exclusive.
        category: The head, a key of `HEADS`.
        weight: Share of the head's margin that the terms in this word add; above 0 speaks for
            rejection.
    """

    start: int
    end: int
    category: str
    weight: float


def explain(scorer: Scorer, text: str, heads: tuple[str, ...], *, most: int = 10) -> list[Span]:
    """List the words that spoke most for rejection under some heads.

    Args:
        scorer: Scores texts with the model in use.
        text: The comment as sent.
        heads: Keys of `HEADS` to explain.
        most: At most this many spans a head.

    Returns:
        Spans with a weight above 0, heaviest first within each head, heads in the order given; of
        the comment's worst sentence alone where a head's probability comes from it.

    Raises:
        LoneSurrogate: The text is not valid Unicode.
    """
    ranges = scorer.deciding_ranges(text)
    weighed: dict[tuple[int, int], tuple[NormalisedText, NDArray[np.float64]]] = {}
    spans: list[Span] = []
    for head in heads:
        place = HEADS.index(head)
        start, end = part = ranges[place] or (0, len(text))
        if part not in weighed:
            normalised = normalise(text[start:end])
            weighed[part] = normalised, scorer.token_weights(normalised)
        normalised, weights = weighed[part]
        spans += _heaviest(normalised, weights[:, place], head, start, most)
    return spans


def _heaviest(
    text: NormalisedText, weights: NDArray[np.float64], head: str, offset: int, most: int
) -> list[Span]:
    """List the tokens that weigh most; their ranges start `offset` code points further on."""
    found = []
    for token in np.argsort(-weights, kind="stable")[:most].tolist():
        if weights[token] > 0:
            start, end = text.source_range(token)
            found.append(Span(offset + start, offset + end, head, float(weights[token])))
    return found
