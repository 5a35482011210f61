"""The unfinished output of a run: bytes that only grow, and a note of how far they can be trusted.

`<output>.unfinished/` holds `data`, to which scored blocks are appended, and `run.json`, which says
what is being scored and how far it has come. A commit syncs the data first and then replaces the
note by rename, so a run that is killed at any moment goes on from its last commit: what `data`
holds beyond it is cut off. Nothing is written twice, and no file is made for each block.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

from scoring.archive.blocks import Position, ScoredBlock
from scoring.errors import ArchiveDamaged, ArchiveRefused

if sys.platform != "win32":
    import fcntl

COMMIT_SECONDS: Final = 1.0
"""Work that a killed run may lose; a commit waits for the disk twice."""
SUFFIX: Final = ".unfinished"
NOTE: Final = "run.json"
DATA: Final = "data"
FINISHED: Final = "finished"
_GARBLED: Final = (ValueError, TypeError, KeyError, AttributeError)

Job = Mapping[str, str | int | bool | None]
"""Everything that the output depends on, by name."""


@dataclass(frozen=True, slots=True)
class Done:
    """How far a run has come.

    Attributes:
        offset: See `Position`.
        line: See `Position`.
        written: Bytes of `data` that belong to it.
        decisions: Number of comments by decision.
    """

    offset: int
    line: int
    written: int
    decisions: dict[str, int]

    @property
    def position(self) -> Position:
        """Where in the input to go on."""
        return Position(self.offset, self.line)


class Unfinished:
    """The unfinished output of one run, locked against other runs while it is open."""

    def __init__(self, folder: Path, job: Job, stream: IO[bytes], done: Done) -> None:
        """Take over an open output; `open_unfinished` is the way to one.

        Args:
            folder: Where it is.
            job: What it is the output of.
            stream: Its data, open for writing at their end.
            done: How far it has come.
        """
        self.folder = folder
        self.done = done
        self._job = job
        self._stream = stream
        self._committed = time.monotonic()

    @property
    def data(self) -> Path:
        """The file of the appended bytes."""
        return self.folder / DATA

    def append(self, block: ScoredBlock) -> None:
        """Append a scored block, and commit if the last commit is `COMMIT_SECONDS` ago.

        Args:
            block: The next one in order.

        Raises:
            OSError: The disk is full.
        """
        self._stream.write(block.data)
        before = self.done
        decisions = dict(Counter(before.decisions) + Counter(block.decisions))
        written = before.written + len(block.data)
        self.done = Done(block.end.offset, block.end.line, written, decisions)
        if time.monotonic() - self._committed >= COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make what was appended survive a crash.

        Raises:
            OSError: The disk is full.
        """
        self._stream.flush()
        os.fsync(self._stream.fileno())
        _write_note(self.folder, self._job, self.done)
        self._committed = time.monotonic()


@contextlib.contextmanager
def open_unfinished(
    folder: Path, job: Job, opening: bytes, first: Position
) -> Iterator[Unfinished]:
    """Begin an output, or go on with the one that is there.

    Args:
        folder: Where it is or will be.
        job: What it is the output of.
        opening: Its first bytes.
        first: Where the input's first comment is.

    Yields:
        The output.

    Raises:
        ArchiveRefused: Another run has it open, or it is the output of another job.
        ArchiveDamaged: Its note cannot be read.
        OSError: The disk is full, or the folder cannot be written.
    """
    folder.mkdir(exist_ok=True)
    with _locked(folder), contextlib.ExitStack() as stack:
        done = read_note(folder, job) if (folder / DATA).exists() else None
        stream = stack.enter_context((folder / DATA).open("ab"))
        if done is None:
            stream.truncate(0)
            stream.write(opening)
            begun = Unfinished(folder, job, stream, Done(*first, len(opening), {}))
            begun.commit()
            yield begun
            return
        if stream.tell() < done.written:
            raise ArchiveDamaged(
                f"{folder / DATA} has {stream.tell()} bytes, {NOTE} beside it says "
                f"{done.written}; start anew with --restart"
            )
        stream.truncate(done.written)
        yield Unfinished(folder, job, stream, done)


def read_note(folder: Path, job: Job) -> Done | None:
    """Read how far an unfinished output has come.

    Args:
        folder: Where it is.
        job: What it must be the output of.

    Returns:
        How far, or None where nothing was committed.

    Raises:
        ArchiveRefused: It is the output of another job; the message says what differs.
        ArchiveDamaged: The note cannot be read.
    """
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        noted: dict[str, Any] = dict(note["job"])
        done = Done(**note["done"])
    except FileNotFoundError:
        return None
    except _GARBLED as error:
        raise ArchiveDamaged(
            f"{folder / NOTE} cannot be read ({type(error).__name__}); start anew with --restart"
        ) from error
    differing = [
        f"{name} was {noted.get(name)!r} and is {job.get(name)!r}"
        for name in dict.fromkeys([*noted, *job])
        if noted.get(name) != job.get(name)
    ]
    if differing:
        raise ArchiveRefused(
            f"{folder} is an unfinished run of another kind: {'; '.join(differing)}; repeat the "
            "first command to go on with it, or start anew with --restart"
        )
    return done


def remove_unfinished(folder: Path) -> None:
    """Remove an unfinished output, if there is one; nothing else in its folder is touched.

    Args:
        folder: Where it is.

    Raises:
        ArchiveRefused: Another run has it open.
        OSError: It cannot be removed.
    """
    if not folder.is_dir():
        return
    with _locked(folder):
        # the note first: without it the rest counts for nothing
        for name in (NOTE, f"{NOTE}.tmp", DATA, FINISHED):
            (folder / name).unlink(missing_ok=True)
    folder.rmdir()


def _write_note(folder: Path, job: Job, done: Done) -> None:
    temporary = folder / f"{NOTE}.tmp"
    content = json.dumps({"job": dict(job), "done": asdict(done)}, indent=1)
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(content + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(folder / NOTE)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make a rename inside a folder survive a crash of the machine.

    Args:
        folder: The folder.
    """
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep every other run out of a folder; a killed run's lock ends with its process."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ArchiveRefused(
            f"another run is writing to {folder}; wait for it or stop it"
        ) from error
    finally:
        os.close(descriptor)
