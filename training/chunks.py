"""Cuts the texts of a corpus into chunks of work, and runs a function over them in parallel."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from scoring.parallel.chunk_map import ChunkMap

CHUNK_POINTS: Final = 500_000
"""Code points from which on a chunk is full: a thread then works in about 50 MB."""

State = TypeVar("State")
Result = TypeVar("Result")


class TextChunk(NamedTuple):
    """Some adjacent texts.

    Attributes:
        first: Position of the first one in the corpus.
        texts: The texts.
        groups: int64, the group of each.
    """

    first: int
    texts: list[str]
    groups: NDArray[np.int64]


def text_chunks(texts: Sequence[str], groups: NDArray[np.int64]) -> list[TextChunk]:
    """Cut texts into chunks of about as many code points; a group is never cut.

    Args:
        texts: n texts.
        groups: int64 (n), the group of each; texts of one group must be adjacent.

    Returns:
        The chunks, in order; none where there is no text.
    """
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    full = ends // CHUNK_POINTS
    cuts, last = [0], 0
    for start in (np.flatnonzero(groups[1:] != groups[:-1]) + 1).tolist():
        if full[start - 1] > last:
            cuts.append(start)
            last = full[start - 1]
    bounds = zip(cuts, [*cuts[1:], len(texts)], strict=True)
    return [TextChunk(a, list(texts[a:b]), groups[a:b]) for a, b in bounds if b > a]


def map_texts(
    chunk_map: ChunkMap,
    prepare: Callable[[], State],
    function: Callable[[State, TextChunk], Result],
    chunks: Sequence[TextChunk],
    progress: str,
) -> Iterator[Result]:
    """Apply a function to chunks in parallel, with a progress bar that only a terminal shows.

    Args:
        chunk_map: What runs the chunks.
        prepare: Makes what the function needs, once in each process.
        function: Takes what `prepare` made, and a chunk; pure.
        chunks: The chunks.
        progress: Name of the progress bar.

    Yields:
        One result a chunk, in order.
    """
    results = chunk_map.map(prepare, function, chunks)
    with contextlib.closing(results):
        yield from tqdm(results, desc=progress, total=len(chunks), unit="chunk", disable=None)


class GrowingArray:
    """One array that pieces are appended to: there is never a second copy of it all."""

    def __init__(self, dtype: type[np.generic], room: int) -> None:
        """Reserve room; what stays unused takes up addresses, no memory.

        Args:
            dtype: Of the entries.
            room: Entries expected at most; more are taken all the same.
        """
        self._entries: NDArray[Any] = np.empty(room, dtype)
        self._size = 0

    def append(self, piece: NDArray[Any]) -> None:
        """Append a one-dimensional array."""
        end = self._size + len(piece)
        if end > len(self._entries):
            larger = np.empty(2 * end, self._entries.dtype)
            larger[: self._size] = self._entries[: self._size]
            self._entries = larger
        self._entries[self._size : end] = piece
        self._size = end

    def array(self) -> NDArray[Any]:
        """Return all entries, in order."""
        return self._entries[: self._size]
