"""Applies a function to chunks of work on a Dask cluster: worker processes here, or the user's own.

The one module that imports Dask. Every chunk travels inside its task, so when a worker dies the
scheduler still has what it takes to run the chunk elsewhere. What all chunks need, such as a model,
is sent once to each worker, present and future, and made ready once in each worker process.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from typing import Any, Final, cast

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, WorkerPlugin, get_worker

from scoring.errors import ClusterError
from scoring.parallel.chunk_map import Chunk, Result, State, in_order

CONNECT_SECONDS: Final = 10.0
"""How long a scheduler may take to answer, and to have a worker."""
FEWEST_UNDER_WAY: Final = 8
"""Chunks under way on a small cluster: a backlog that lets an adaptive one grow."""
# A scheduler remembers its last messages to each worker, for debugging: a thousand chunks.
_FORGETFUL: Final = {"distributed.admin.low-level-log-length": 0}


class ClusterMap:
    """Runs chunks on the workers of one cluster; see `scoring.parallel.chunk_map.ChunkMap`."""

    def __init__(self, client: Client) -> None:
        """Name the cluster.

        Args:
            client: Connected to its scheduler.
        """
        self._client = client

    def map(
        self,
        prepare: Callable[[], State],
        function: Callable[[State, Chunk], Result],
        chunks: Iterable[Chunk],
    ) -> Generator[Result, None, None]:
        """Apply a function to each chunk: see `ChunkMap.map`.

        Raises:
            ClusterError: The cluster goes away, its workers lack this package, or one chunk kills
                every worker that takes it.
        """
        client, name = self._client, f"comment-moderation-{uuid.uuid4()}"

        def submit(chunk: Chunk) -> Future[Result]:
            # not pure: Dask would name the task by a hash over the whole chunk
            return client.submit(_run, name, function, chunk, pure=False)

        with _told_in_a_line():
            client.register_plugin(_Prepared(prepare), name=name)
            window = max(FEWEST_UNDER_WAY, 2 * sum(client.nthreads().values()))
        try:
            yield from in_order(submit, _wait, chunks, window)
        finally:
            with contextlib.suppress(OSError, TimeoutError, CancelledError):
                client.unregister_worker_plugin(name)


@contextlib.contextmanager
def local_cluster(workers: int) -> Iterator[ClusterMap]:
    """Start worker processes on this machine, one thread each.

    Args:
        workers: How many.

    Yields:
        A map over them; they end with the context.
    """
    with (
        dask.config.set(_FORGETFUL),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=logging.ERROR,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield ClusterMap(client)


@contextlib.contextmanager
def cluster_at(address: str) -> Iterator[ClusterMap]:
    """Connect to a cluster that is running; its workers need this package.

    Args:
        address: Of the scheduler, such as `tcp://10.0.0.5:8786`.

    Yields:
        A map over its workers; they stay when the context ends.

    Raises:
        ClusterError: The scheduler does not answer, or has no worker.
    """
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address!r} ({type(error).__name__}); give the address "
            "it prints at its start, such as tcp://10.0.0.5:8786, or none for a cluster of this "
            "machine"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise ClusterError(
                f"the Dask scheduler at {address!r} has no worker; start one: dask worker {address}"
            ) from error
        yield ClusterMap(client)


class _Prepared(WorkerPlugin):
    """Holds, in each worker process, what every chunk needs; made when the first chunk comes."""

    def __init__(self, prepare: Callable[[], Any]) -> None:
        self._prepare = prepare

    def setup(self, worker: object) -> None:  # noqa: ARG002 - Dask's signature
        self._lock = threading.Lock()
        self._made: list[Any] = []

    def state(self) -> Any:  # noqa: ANN401 - whatever `prepare` makes
        with self._lock:
            if not self._made:
                self._made.append(self._prepare())
            return self._made[0]


def _run(name: str, function: Callable[[Any, Chunk], Result], chunk: Chunk) -> Result:
    """Run one chunk inside a worker."""
    prepared = cast(_Prepared, get_worker().plugins[name])
    return function(prepared.state(), chunk)


def _wait(future: Future[Result]) -> Result:
    with _told_in_a_line():
        return future.result()


@contextlib.contextmanager
def _told_in_a_line() -> Iterator[None]:
    """Turn what a failing cluster raises into one line for the user."""
    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            "the workers died again and again over the same chunk, most likely short of memory; "
            "give them more, or the chunks fewer comments"
        ) from error
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"a worker of the cluster lacks {error.name}; install this package there: "
            "pip install 'comment-moderation[cluster]'"
        ) from error
    except (CancelledError, ConnectionError, TimeoutError) as error:
        raise ClusterError(
            f"the connection to the cluster was lost ({type(error).__name__}); see that its "
            "scheduler runs, and start the same command again"
        ) from error
