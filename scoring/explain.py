"""Exact explanations: how much each word of a text moved each head, as offsets into the text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.guidelines import HEADS
from scoring.model.scorer import Scorer
from scoring.text.normalise import normalise


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
        Spans with a weight above 0, heaviest first within each head, heads in the order given.

    Raises:
        LoneSurrogate: The text is not valid Unicode.
    """
    normalised = normalise(text)
    weights = scorer.token_weights(normalised)
    spans: list[Span] = []
    for head in heads:
        column = weights[:, HEADS.index(head)]
        heaviest = np.argsort(-column, kind="stable")[:most]
        spans += [
            Span(*normalised.source_range(int(t)), head, float(column[t]))
            for t in heaviest
            if column[t] > 0
        ]
    return spans
