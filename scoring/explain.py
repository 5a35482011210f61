"""Exact explanations: how much each word of a text moved each head, as offsets into the text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.guidelines import HEADS
from scoring.model import LinearModel
from scoring.normalise import NormalisedText, normalise
from scoring.terms import Terms, extract_terms


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


def token_weights(model: LinearModel, text: NormalisedText) -> NDArray[np.float64]:
    """Split each head's margin, less its bias, exactly over the text's tokens.

    A term's contribution is shared equally by its occurrences, and an occurrence's by the tokens
    it covers, so the rows sum to the margins the scorer gives, less the biases.

    Args:
        model: The model.
        text: The normalised text.

    Returns:
        float64 (tokens, 12), columns in the order of `HEADS`.
    """
    terms = extract_terms(text, model.settings)
    weights = np.zeros((len(text.token_at) - 1, len(HEADS)))
    for block in (slice(0, terms.words), slice(terms.words, len(terms.hashes))):
        _add_block(model, terms, block, weights)
    return weights


def _add_block(
    model: LinearModel, terms: Terms, block: slice, weights: NDArray[np.float64]
) -> None:
    hashes = terms.hashes[block]
    place = np.searchsorted(model.hashes, hashes)
    place = np.minimum(place, max(0, len(model.hashes) - 1))
    known = model.hashes[place] == hashes if len(model.hashes) else np.zeros(len(hashes), bool)
    if not known.any():
        return
    rows, occurrence_of, counts = np.unique(place[known], return_inverse=True, return_counts=True)
    values = (1.0 + np.log(counts)) * model.idf[rows].astype(np.float64)
    values /= np.sqrt((values**2).sum())
    per_occurrence = values / counts
    first, last = terms.first_tokens[block][known], terms.last_tokens[block][known]
    added = per_occurrence[occurrence_of, None] * model.float_weights(rows)[occurrence_of]
    added /= (last - first + 1)[:, None]
    longest = int((last - first).max())
    for step in range(longest + 1):
        covers = first + step <= last
        np.add.at(weights, first[covers] + step, added[covers])


def explain(model: LinearModel, text: str, heads: tuple[str, ...], *, most: int = 10) -> list[Span]:
    """List the words that spoke most for rejection under some heads.

    Args:
        model: The model.
        text: The comment as sent.
        heads: Keys of `HEADS` to explain.
        most: At most this many spans a head.

    Returns:
        Spans with a weight above 0, heaviest first within each head, heads in the order given.

    Raises:
        LoneSurrogate: The text is not valid Unicode.
    """
    normalised = normalise(text)
    weights = token_weights(model, normalised)
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
