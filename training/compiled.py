"""Keeps training's own compiled functions beside those of `scoring.compilation.cache`.

They are kept in the folder named by the sources of scoring's kernels, and the compiler itself
checks the file that each is written in. So a compiled function of training may call those of
`scoring.compilation.cache.KERNELS` and of its own file, no others: a stale copy of one could stay
inside it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator, Iterable
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Final, TypeVar

from scoring.compilation.cache import cache_folder, dispatchers, prepare_kernels
from scoring.compilation.private_folder import chosen_cache
from scoring.errors import CacheRefused
from scoring.ngrams import _batch as batch_kernel
from scoring.parallel.chunk_map import ChunkMap
from training.corpus import near_duplicates
from training.features import _counting as count_kernel
from training.features import extract as features
from training.features import vocabulary
from training.fitting import heads as fit

KERNELS: Final[tuple[ModuleType, ...]] = (
    batch_kernel,
    count_kernel,
    near_duplicates,
    vocabulary,
    features,
    fit,
)
"""Every module with compiled functions that only training calls."""

State = TypeVar("State")
Chunk = TypeVar("Chunk")
Result = TypeVar("Result")


@lru_cache
def keep_compiled(cache: Path) -> None:
    """Keep compiled code between runs, and load what an earlier run has kept.

    Args:
        cache: A folder that only this user can write; made if need be.

    Raises:
        CacheRefused: Someone else owns the folder, or can write to it.
    """
    folder = cache_folder(cache)
    if folder is None:
        return
    prepare_kernels(folder)
    for dispatcher in dispatchers(KERNELS):
        dispatcher.enable_caching()


class CompiledMap:
    """A chunk map in whose processes compiled code is kept too."""

    def __init__(self, chunk_map: ChunkMap) -> None:
        """Wrap a map.

        Args:
            chunk_map: What runs the chunks.
        """
        self._chunk_map = chunk_map

    def map(
        self,
        prepare: Callable[[], State],
        function: Callable[[State, Chunk], Result],
        chunks: Iterable[Chunk],
    ) -> Generator[Result, None, None]:
        """Apply a function to each chunk: see `ChunkMap.map`."""
        return self._chunk_map.map(partial(_prepare, prepare), function, chunks)


def _prepare(prepare: Callable[[], State]) -> State:
    with contextlib.suppress(CacheRefused):  # the process at the terminal has said so
        keep_compiled(chosen_cache(os.environ))
    return prepare()
