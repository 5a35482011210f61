"""One run: from an archive of comments to the scored archive, going on where a killed run stopped.

A run is only over when the output has its name; until then everything is in the unfinished folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from tqdm import tqdm

from scoring.archive.blocks import Layout
from scoring.archive.row_judge import JudgeSource
from scoring.archive.unfinished import (
    FINISHED,
    SUFFIX,
    Done,
    Job,
    Unfinished,
    open_unfinished,
    remove_unfinished,
    sync_folder,
)
from scoring.errors import ArchiveDamaged, ArchiveRefused
from scoring.parallel.chunk_map import ChunkMap

DIGESTED_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Task:
    """What to score, and where to.

    Attributes:
        source: The archive.
        target: The file to write.
        layout: How the archive is read and written.
        judge: What each process makes its judge from.
        job: What the output depends on, by name.
    """

    source: Path
    target: Path
    layout: Layout
    judge: JudgeSource
    job: Job


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did.

    Attributes:
        decisions: Number of comments by decision, earlier runs included.
        seconds: How long this run took.
        comments: Number of comments that this run scored.
    """

    decisions: Mapping[str, int]
    seconds: float
    comments: int


def unfinished_folder(target: Path) -> Path:
    """Name the folder of an output that is not finished.

    Args:
        target: The output.

    Returns:
        The folder beside it.
    """
    return target.with_name(target.name + SUFFIX)


def fingerprint(source: Path) -> dict[str, str | int]:
    """Describe an archive well enough to notice that it is another.

    Args:
        source: The archive.

    Returns:
        Its size, the time of its last change, and a digest of its beginning.
    """
    found = source.stat()
    with source.open("rb") as stream:
        digest = hashlib.sha256(stream.read(DIGESTED_BYTES)).hexdigest()
    return {
        "input bytes": found.st_size,
        "input changed at": found.st_mtime_ns,
        "input begins with sha256": digest,
    }


def score_archive(task: Task, chunk_map: ChunkMap) -> Summary:
    """Score an archive, from its beginning or from where an earlier run of the task was stopped.

    Args:
        task: What to score.
        chunk_map: Runs blocks in parallel.

    Returns:
        What was done.

    Raises:
        ArchiveError: The archive cannot be read, or changed while it was.
        ClusterError: The cluster failed.
        OSError: The disk is full; what was scored is kept for the next run.
    """
    started = time.monotonic()
    folder = unfinished_folder(task.target)
    opening, first = task.layout.opening()
    with open_unfinished(folder, task.job, opening, first) as output:
        before = sum(output.done.decisions.values())
        try:
            _append_blocks(task, chunk_map, output)
        finally:
            output.commit()
        done = output.done
        _check_unchanged(task)
        ready = task.layout.finish(output.data, folder / FINISHED)
        _put_in_place(ready, task.target)
    remove_unfinished(folder)
    scored = sum(done.decisions.values()) - before
    return Summary(done.decisions, time.monotonic() - started, scored)


def _append_blocks(task: Task, chunk_map: ChunkMap, output: Unfinished) -> None:
    layout = task.layout
    blocks = layout.blocks(output.done.position)
    results = chunk_map.map(task.judge, layout.score, blocks)
    with _progress_bar(layout, output.done) as bar, contextlib.closing(results):
        for block in results:
            output.append(block)
            bar.update(block.end.offset - bar.n)


def _progress_bar(layout: Layout, done: Done) -> tqdm[NoReturn]:
    """A bar on a terminal, nothing in a log."""
    return tqdm(
        total=layout.total,
        initial=done.offset,
        unit=layout.unit,
        unit_scale=True,
        desc="scoring",
        disable=None,
    )


def _check_unchanged(task: Task) -> None:
    found = fingerprint(task.source)
    if any(task.job[name] != value for name, value in found.items()):
        raise ArchiveDamaged(
            f"{task.source} changed while it was read; start anew with --restart once it is whole"
        )


def _put_in_place(ready: Path, target: Path) -> None:
    """Give the output its name, which it gets only when it is whole."""
    with ready.open("rb+") as stream:
        os.fsync(stream.fileno())
    if target.exists():
        raise ArchiveRefused(f"{target} came into being while this run went on; move it away")
    ready.rename(target)
    sync_folder(target.parent)
