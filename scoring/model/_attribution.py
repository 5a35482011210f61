"""Compiled explanation: each head's sum, split exactly over the tokens that it came from."""

from __future__ import annotations

import numpy as np

from scoring.compilation.array_types import F32, F64, I8, I32
from scoring.compilation.jit import kernel
from scoring.model._accumulate import IDF_LANE


@kernel
def _length(rows: I32, terms: int, idf: F32, counts: I32) -> float:
    """Count the rows and return the Euclidean length of their values; counts become negative."""
    for row in rows:
        counts[row] += 1
    square = 0.0
    for row in rows:
        if row < terms and counts[row] > 0:
            value = (1.0 + np.log(counts[row])) * np.float64(idf[row, IDF_LANE])
            square += value * value
            counts[row] = -counts[row]  # seen: its other occurrences are passed over
    return float(np.sqrt(square))


@kernel
def share_block(
    rows: I32, firsts: I32, lasts: I32, terms: int, idf: F32, entries: I8, counts: I32,
    weights: F64,
) -> None:  # fmt: skip
    """Add to each token its share of one block's terms, in steps of the heads' scales.

    A term's contribution is shared equally by its occurrences, and an occurrence's by the tokens
    it covers.

    Args:
        rows: int32, the row of each occurrence of a term, `terms` for an unknown one.
        firsts, lasts: int32, the first and the last token of each occurrence.
        terms, idf, entries, counts: as in `score_texts`.
        weights: float64 (tokens, heads), added to.
    """
    length = _length(rows, terms, idf, counts)
    for k in range(len(rows)):
        row = rows[k]
        if row < terms:
            times = -counts[row]
            value = (1.0 + np.log(times)) * np.float64(idf[row, IDF_LANE]) / length
            share = value / (times * (lasts[k] - firsts[k] + 1))
            for token in range(firsts[k], lasts[k] + 1):
                for head in range(weights.shape[1]):
                    weights[token, head] += share * entries[row, head]
    for row in rows:
        counts[row] = 0
