"""What a training run computes with, and how much memory it took."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

from scoring.parallel.chunk_map import ChunkMap, ThreadMap

if sys.platform != "win32":
    import resource


@dataclass(frozen=True, slots=True)
class Resources:
    """What a training run computes with; no result depends on it.

    Attributes:
        chunk_map: What runs chunks of texts: threads of this process, or a cluster.
    """

    chunk_map: ChunkMap


ONE_THREAD: Final = Resources(ThreadMap(1))
"""Everything in the thread that asks."""


def peak_memory() -> int | None:
    """Return the most memory that this process has held so far, in bytes; None on Windows."""
    if sys.platform == "win32":
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
