"""How far the scores of what comes in have moved from those of training, by head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

HALF_WINDOW: Final = 5000
"""Comments after which the older half of the window is let go: it tells of 5,000 to 10,000."""
FEWEST: Final = 1000
"""Comments below which nothing is told: an index of few is noise."""
_LEAST_SHARE: Final = 1e-4
"""An empty bin counts as this share, so that the logarithm stays finite."""


class DriftWindow:
    """Counts of recent scores in the deciles of training's."""

    def __init__(self, deciles: Mapping[str, Sequence[float]]) -> None:
        """Start an empty window.

        Args:
            deciles: For each head the nine inner deciles of its probabilities in training,
                ascending; empty for a model that tells none.
        """
        self._heads = tuple(deciles)
        self._edges = [np.asarray(edges, np.float64) for edges in deciles.values()]
        self._now = self._empty()
        self._before = self._empty()

    def _empty(self) -> NDArray[np.int64]:
        return np.zeros((len(self._heads), 10), np.int64)

    def add(self, probabilities: NDArray[np.float64]) -> None:
        """Count some comments.

        Args:
            probabilities: float64 (n, heads), columns in the order of the deciles given.
        """
        for head, edges in enumerate(self._edges):
            bins = np.searchsorted(edges, probabilities[:, head], side="right")
            self._now[head] += np.bincount(bins, minlength=10)
        if len(self._heads) and self._now[0].sum() >= HALF_WINDOW:
            self._before, self._now = self._now, self._empty()

    def indices(self) -> dict[str, float]:
        """Tell the population stability index of each head (Siddiqi, 2006).

        Returns:
            By head; 0 where the shares are training's, above .25 where they have clearly moved.
            Empty until there are enough comments.
        """
        counts = self._now + self._before
        if not len(self._heads) or counts[0].sum() < FEWEST:
            return {}
        shares = np.maximum(counts / counts.sum(axis=1, keepdims=True), _LEAST_SHARE)
        # in training each decile holds a tenth
        index = ((shares - 0.1) * np.log(shares / 0.1)).sum(axis=1)
        return {head: float(value) for head, value in zip(self._heads, index, strict=True)}
