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

from scoring.compilation.array_types import I64, U64
from scoring.ngrams.batch import batch_terms
from scoring.ngrams.extract import TermSettings
from scoring.parallel.chunk_map import ChunkMap
from training.chunks import TextChunk, map_texts, text_chunks
from training.resources import ONE_THREAD, Resources

SIGNATURE: Final = 32
BANDS: Final = 8
SIMILARITY: Final = 0.8
_SHINGLES: Final = TermSettings(longest_word=1, shortest_character=5, longest_character=5)


@njit(nogil=True)
def _sign(hashes: U64, text_at: I64, word_ends: I64, first: int, multipliers: U64) -> U64:
    """Sign each text by the smallest of its mixed character n-grams; one without any, by itself."""
    signed = np.empty((len(word_ends), len(multipliers)), np.uint64)
    for i in range(len(word_ends)):
        shingles = hashes[word_ends[i] : text_at[i + 1]]
        if len(shingles) == 0:
            shingles = np.array([first + i + 1], np.uint64)
        for s in range(len(multipliers)):
            smallest = np.uint64(0xFFFFFFFFFFFFFFFF)
            for shingle in shingles:
                mixed = shingle * multipliers[s]
                mixed ^= mixed >> np.uint64(32)
                smallest = min(smallest, mixed)
            signed[i, s] = smallest
    return signed


@njit(nogil=True)
def _root(parents: I64, i: int) -> int:
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return i


@njit(nogil=True)
def _roots(parents: I64) -> I64:
    roots = np.empty(len(parents), np.int64)
    for i in range(len(parents)):
        roots[i] = _root(parents, i)
    return roots


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


def signatures(texts: Sequence[str], chunk_map: ChunkMap) -> NDArray[np.uint64]:
    """Compute the MinHash signature of each text.

    Args:
        texts: Any texts; those without a 5-gram share one signature only with themselves.
        chunk_map: What runs the chunks.

    Returns:
        uint64 (n, 32).
    """
    chunks = text_chunks(texts, np.arange(len(texts)))
    signed = np.empty((len(texts), SIGNATURE), np.uint64)
    pieces = map_texts(chunk_map, _multipliers, _chunk_signatures, chunks, "near-duplicates")
    for chunk, piece in zip(chunks, pieces, strict=True):
        signed[chunk.first : chunk.first + len(piece)] = piece
    return signed


def _multipliers() -> NDArray[np.uint64]:
    generator = np.random.default_rng(20261122)
    return generator.integers(1, 2**63, SIGNATURE, dtype=np.uint64) * 2 + 1


def _chunk_signatures(multipliers: NDArray[np.uint64], chunk: TextChunk) -> NDArray[np.uint64]:
    """Sign the texts of a chunk."""
    signed: NDArray[np.uint64] = _sign(
        *batch_terms(chunk.texts, _SHINGLES), chunk.first, multipliers
    )
    return signed


def near_duplicate_clusters(
    texts: Sequence[str], resources: Resources = ONE_THREAD
) -> NDArray[np.int64]:
    """Cluster near-duplicates.

    Args:
        texts: Any texts.
        resources: What to compute with.

    Returns:
        int64 (n): the position of the first text of each text's cluster.
    """
    parents = np.arange(len(texts))
    if len(texts) < 2:
        return parents
    signed = signatures(texts, resources.chunk_map)
    width = SIGNATURE // BANDS
    for band in range(BANDS):
        part = signed[:, band * width : (band + 1) * width]
        keys = part[:, 0].copy()
        for column in range(1, width):
            keys = keys * np.uint64(0x9E3779B97F4A7C15) ^ part[:, column]
        order = np.argsort(keys, kind="stable")
        _join(order, keys, signed, int(np.ceil(SIMILARITY * SIGNATURE)), parents)
    return _roots(parents)
