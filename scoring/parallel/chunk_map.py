"""Applies a function to chunks of work, in parallel, with the results in the chunks' order.

On this process's threads (`ThreadMap`), or by the same call on a Dask cluster (`cluster`).
No more chunks are read ahead than can be kept busy, so that a stream of any length takes the memory
of a few chunks. Functions must be pure: a cluster may run a chunk twice.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Protocol, TypeVar

from scoring.errors import ClusterError

State = TypeVar("State")
Chunk = TypeVar("Chunk")
Result = TypeVar("Result")
Pending = TypeVar("Pending")

LOCAL: Final = "local"
"""Stands in the place of a scheduler's address for a cluster of this machine's processes."""
READ_AHEAD: Final = 2
"""Chunks that wait beside those at work, so that no thread waits for the reader."""


class ChunkMap(Protocol):
    """What runs a function over chunks: `ThreadMap` or `scoring.parallel.cluster.ClusterMap`."""

    def map(
        self,
        prepare: Callable[[], State],
        function: Callable[[State, Chunk], Result],
        chunks: Iterable[Chunk],
    ) -> Generator[Result, None, None]:
        """Apply a function to each chunk.

        Args:
            prepare: Makes what the function needs in each process, such as a loaded model; called
                at most once in a process. A cluster gets it pickled, with what it holds.
            function: Takes what `prepare` made, and a chunk. A cluster gets it pickled by name.
            chunks: The work, read lazily.

        Returns:
            Generator of one result a chunk, in order; closing it ends the work.
        """
        ...


class ThreadMap:
    """Runs chunks on this process's threads, or one after the other where there is one job.

    It pays where the function spends its time in compiled code that lets go of the interpreter.
    """

    def __init__(self, jobs: int) -> None:
        """Say how many threads.

        Args:
            jobs: Chunks at work at the same time, at least 1.
        """
        self.jobs = jobs

    def map(
        self,
        prepare: Callable[[], State],
        function: Callable[[State, Chunk], Result],
        chunks: Iterable[Chunk],
    ) -> Generator[Result, None, None]:
        """Apply a function to each chunk: see `ChunkMap.map`."""
        state = prepare()
        if self.jobs == 1:
            for chunk in chunks:
                yield function(state, chunk)
            return

        def submit(chunk: Chunk) -> Future[Result]:
            return executor.submit(function, state, chunk)

        executor = ThreadPoolExecutor(self.jobs, thread_name_prefix="chunk")
        try:
            yield from in_order(submit, Future.result, chunks, self.jobs + READ_AHEAD)
        finally:
            executor.shutdown(cancel_futures=True)


def in_order(
    submit: Callable[[Chunk], Pending],
    wait: Callable[[Pending], Result],
    chunks: Iterable[Chunk],
    window: int,
) -> Generator[Result, None, None]:
    """Submit chunks and give their results in order, a bounded number under way.

    Args:
        submit: Starts the work on a chunk.
        wait: Waits for what `submit` returned and gives its result.
        chunks: The work, read lazily.
        window: Most chunks under way.

    Yields:
        One result a chunk, in order.
    """
    under_way: deque[Pending] = deque()
    for chunk in chunks:
        under_way.append(submit(chunk))
        if len(under_way) >= window:
            yield wait(under_way.popleft())
    while under_way:
        yield wait(under_way.popleft())


@contextlib.contextmanager
def open_chunk_map(jobs: int, scheduler: str | None) -> Iterator[ChunkMap]:
    """Open what the command line asks for: threads, worker processes or the user's cluster.

    Args:
        jobs: Threads, or worker processes of a cluster of this machine.
        scheduler: None for threads, `LOCAL` for worker processes, else the address of a Dask
            scheduler, such as `tcp://10.0.0.5:8786`.

    Yields:
        The map; a cluster of this machine ends with the context.

    Raises:
        ClusterError: The extra is not installed, or the scheduler does not answer.
    """
    if scheduler is None:
        yield ThreadMap(jobs)
        return
    try:
        from scoring.parallel import cluster
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"{error.name} is not installed; a scheduler needs the cluster extra: "
            "pip install 'comment-moderation[cluster]'"
        ) from error
    opened = cluster.local_cluster(jobs) if scheduler == LOCAL else cluster.cluster_at(scheduler)
    with opened as chunk_map:
        yield chunk_map


def usable_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
