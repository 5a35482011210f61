"""What a training run computes with: what runs its chunks, and where results are kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scoring.parallel.chunk_map import ChunkMap, ThreadMap
from training.result_cache import Arrays, ResultCache

if sys.platform != "win32":
    import resource


@dataclass(frozen=True, slots=True)
class Resources:
    """What a training run computes with; no result depends on it.

    Attributes:
        chunk_map: What runs chunks of texts: threads of this process, or a cluster.
        cache: Where results of earlier runs are kept; None to keep nothing.
    """

    chunk_map: ChunkMap
    cache: ResultCache | None = None

    def recall(self, name: str, key: Callable[[], str], compute: Callable[[], Arrays]) -> Arrays:
        """Return a result from the cache, if there is one, or make it.

        Args:
            name: What the result is.
            key: Gives the digest of all that it is made from; asked only where there is a cache.
            compute: Makes it.

        Returns:
            What `compute` returns now, or returned in an earlier run.
        """
        return compute() if self.cache is None else self.cache.recall(name, key(), compute)


ONE_THREAD: Final = Resources(ThreadMap(1))
"""Everything in the thread that asks, and nothing kept."""


def peak_memory() -> int | None:
    """Return the most memory that this process has held so far, in bytes; None on Windows."""
    if sys.platform == "win32":
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
