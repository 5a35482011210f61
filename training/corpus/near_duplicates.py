"""Clusters of near-duplicates, so that two copies of a comment never part in a split.

MinHash over the character 5-grams of the normalised text (Broder 1997), cut into bands; pairs that
share a band are joined when the estimated Jaccard similarity is high enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from scoring.array_types import I64, U64
from scoring.normalise import normalise
from scoring.terms import TermSettings, extract_terms

SIGNATURE: Final = 32
BANDS: Final = 8
SIMILARITY: Final = 0.8
_SHINGLES: Final = TermSettings(longest_word=1, shortest_character=5, longest_character=5)


@njit(nogil=True)
def _sign(hashes: U64, multipliers: U64, signature: U64) -> None:
    for s in range(len(multipliers)):
        smallest = np.uint64(0xFFFFFFFFFFFFFFFF)
        for k in range(len(hashes)):
            mixed = hashes[k] * multipliers[s]
            mixed ^= mixed >> np.uint64(32)
            smallest = min(smallest, mixed)
        signature[s] = smallest


@njit(nogil=True)
def _root(parents: I64, i: int) -> int:
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return i


@njit(nogil=True)
def _join(order: I64, keys: U64, signatures: U64, needed: int, parents: I64) -> None:
    """Join each text with every text of its band's bucket that is similar enough."""
    first = 0
    for k in range(1, len(order)):
        here = order[k]
        if keys[here] != keys[order[first]]:
            first = k
        for other in order[first:k]:
            a, b = _root(parents, here), _root(parents, other)
            if a == b:
                continue
            same = 0
            for s in range(signatures.shape[1]):
                if signatures[here, s] == signatures[other, s]:
                    same += 1
            if same >= needed:
                parents[max(a, b)] = min(a, b)


def signatures(texts: Sequence[str]) -> NDArray[np.uint64]:
    """Compute the MinHash signature of each text.

    Args:
        texts: Any texts; those without a 5-gram share one signature only with themselves.

    Returns:
        uint64 (n, 32).
    """
    generator = np.random.default_rng(20261122)
    multipliers = generator.integers(1, 2**63, SIGNATURE, dtype=np.uint64) * 2 + 1
    signed = np.empty((len(texts), SIGNATURE), np.uint64)
    for i, text in enumerate(texts):
        terms = extract_terms(normalise(text), _SHINGLES)
        hashes = terms.hashes[terms.words :]
        _sign(hashes if len(hashes) else np.array([i + 1], np.uint64), multipliers, signed[i])
    return signed


def near_duplicate_clusters(texts: Sequence[str]) -> NDArray[np.int64]:
    """Cluster near-duplicates.

    Args:
        texts: Any texts.

    Returns:
        int64 (n): the position of the first text of each text's cluster.
    """
    parents = np.arange(len(texts))
    if len(texts) < 2:
        return parents
    signed = signatures(texts)
    width = SIGNATURE // BANDS
    for band in range(BANDS):
        part = signed[:, band * width : (band + 1) * width]
        keys = part[:, 0].copy()
        for column in range(1, width):
            keys = keys * np.uint64(0x9E3779B97F4A7C15) ^ part[:, column]
        order = np.argsort(keys, kind="stable")
        _join(order, keys, signed, int(np.ceil(SIMILARITY * SIGNATURE)), parents)
    return np.array([_root(parents, i) for i in range(len(parents))])
