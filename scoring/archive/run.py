"""One run: from an archive of comments to the scored archive, going on where a killed run stopped.

A run is only over when the output has its name; until then everything is in the unfinished folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from tqdm import tqdm

from scoring.archive import unfinished
from scoring.archive.layout import Layout
from scoring.archive.row_judge import RowJudge
from scoring.artifacts.verified_files import sync_folder
from scoring.errors import ArchiveDamaged, ArchiveRefused
from scoring.parallel.chunk_map import ChunkMap

DIGESTED_BYTES: Final = 1024 * 1024


class Task(NamedTuple):
    """What to score, and where to.

    Attributes:
        target: The file to write.
        layout: The archive, and how it is read and written.
        judge: Makes a judge in each process.
        job: What the output depends on, by name.
    """

    target: Path
    layout: Layout
    judge: Callable[[], RowJudge]
    job: unfinished.Job


def unfinished_folder(target: Path) -> Path:
    """Name the folder of an output that is not finished: beside it."""
    return target.with_name(f"{target.name}.unfinished")


def fingerprint(source: Path) -> dict[str, str | int]:
    """Describe an archive well enough to notice that it is another: size, date, beginning."""
    found = source.stat()
    with source.open("rb") as stream:
        digest = hashlib.sha256(stream.read(DIGESTED_BYTES)).hexdigest()
    return {
        "input bytes": found.st_size,
        "input changed at": found.st_mtime_ns,
        "input begins with sha256": digest,
    }


def score_archive(task: Task, chunk_map: ChunkMap) -> str:
    """Score an archive, from its beginning or from where an earlier run of the task was stopped.

    Args:
        task: What to score.
        chunk_map: Runs blocks in parallel.

    Returns:
        What was done, in a line.

    Raises:
        ArchiveError: The archive cannot be read, or changed while it was.
        ClusterError: The cluster failed.
        OSError: The disk is full; what was scored is kept for the next run.
    """
    started = time.monotonic()
    folder = unfinished_folder(task.target)
    with unfinished.open_output(folder, task.job, task.layout.opening()) as output:
        earlier = sum(output.decisions.values())
        try:
            _append_blocks(task, chunk_map, output)
        finally:
            output.commit()
        _check_unchanged(task)
        ready = task.layout.finish(folder / unfinished.DATA, folder / unfinished.FINISHED)
        _put_in_place(ready, task.target)
    unfinished.remove(folder)
    return _describe(output.decisions, earlier, time.monotonic() - started)


def _append_blocks(task: Task, chunk_map: ChunkMap, output: unfinished.Output) -> None:
    layout = task.layout
    bar: tqdm[NoReturn] = tqdm(
        total=layout.path.stat().st_size, initial=output.read, unit="B", unit_scale=True,
        desc="scoring", disable=None,  # a bar on a terminal, nothing in a log
    )  # fmt: skip
    results = chunk_map.map(task.judge, layout.score, layout.blocks(output.rows))
    with bar, contextlib.closing(results):
        for block in results:
            output.append(block)
            bar.update(block.read - bar.n)


def _check_unchanged(task: Task) -> None:
    source = task.layout.path
    if any(task.job[name] != value for name, value in fingerprint(source).items()):
        raise ArchiveDamaged(
            f"{source} changed while it was read; start anew with --restart once it is whole"
        )


def _put_in_place(ready: Path, target: Path) -> None:
    """Give the output its name, which it gets only when it is whole."""
    with ready.open("rb+") as stream:
        os.fsync(stream.fileno())
    if target.exists():
        raise ArchiveRefused(f"{target} came into being while this run went on; move it away")
    ready.rename(target)
    sync_folder(target.parent)


def _describe(decisions: dict[str, int], earlier: int, seconds: float) -> str:
    total = sum(decisions.values())
    counts = ", ".join(f"{n:,} {name}" for name, n in sorted(decisions.items()))
    speed = (total - earlier) / max(seconds, 1e-9)
    resumed = f", {earlier:,} of them by an earlier run" if earlier else ""
    return (
        f"{total:,} comments{resumed}: {counts or 'none'}; {seconds:.1f} s, "
        f"{speed:,.0f} comments a second"
    )
