"""The unfinished output of a run: bytes that only grow, and a note of how far they can be trusted.

`<output>.unfinished/` holds `data`, to which scored blocks are appended, and `run.json`, which says
what is being scored and how far it has come. A commit syncs the data first and then replaces the
note by rename, so a run that is killed at any moment goes on from its last commit: what `data`
holds beyond it is cut off.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from scoring.archive.layout import Block
from scoring.artifacts.verified_files import replace_file
from scoring.errors import ArchiveDamaged, ArchiveRefused

if sys.platform != "win32":
    import fcntl

COMMIT_SECONDS: Final = 1.0
"""Work that a killed run may lose; a commit waits for the disk twice."""
NOTE: Final = "run.json"
DATA: Final = "data"
FINISHED: Final = "finished"

Job = Mapping[str, str | int | bool | None]
"""Everything that the output depends on, by name."""


@dataclass(slots=True)
class Output:
    """The output of one job, locked against other runs while it is open.

    Attributes:
        job: What it is the output of.
        note: The file that says how far it has come.
        stream: Its data, open for writing at their end.
        rows: See `Block`.
        read: See `Block`.
        written: Bytes of the data that count.
        decisions: Number of comments by decision.
    """

    job: Job
    note: Path
    stream: IO[bytes]
    rows: int
    read: int
    written: int
    decisions: dict[str, int]
    _committed: float = field(default_factory=time.monotonic)

    def append(self, block: Block) -> None:
        """Append the next scored block, and commit if the last commit is `COMMIT_SECONDS` ago."""
        self.written += self.stream.write(block.content)
        self.rows, self.read = block.rows, block.read
        self.decisions = dict(Counter(self.decisions) + Counter(block.decisions))
        if time.monotonic() - self._committed >= COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make what was appended survive a crash."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        done = {name: getattr(self, name) for name in ("rows", "read", "written", "decisions")}
        note = json.dumps({"job": dict(self.job), "done": done}, indent=1)
        replace_file(self.note, note.encode())
        self._committed = time.monotonic()


@contextlib.contextmanager
def open_output(folder: Path, job: Job, opening: bytes) -> Iterator[Output]:
    """Begin an output, or go on with the one that is there.

    Args:
        folder: Where it is or will be.
        job: What it is the output of.
        opening: Its first bytes.

    Raises:
        ArchiveRefused: Another run has it open, or it is the output of another job.
        ArchiveDamaged: Its note cannot be read, or its data were cut.
        OSError: The disk is full, or the folder cannot be written.
    """
    folder.mkdir(exist_ok=True)
    with _locked(folder), contextlib.ExitStack() as stack:
        if not (folder / DATA).exists():
            # killed while it was removed
            (folder / NOTE).unlink(missing_ok=True)
        stream = stack.enter_context((folder / DATA).open("ab"))
        try:
            noted = json.loads((folder / NOTE).read_bytes())
            output = Output(job, folder / NOTE, stream, **noted["done"])
            _check_job(folder, noted["job"], job)
            cut = stream.tell() < output.written
        except FileNotFoundError:
            output, cut = Output(job, folder / NOTE, stream, 0, 0, 0, {}), False
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ArchiveDamaged(
                f"{folder / NOTE} cannot be read ({type(error).__name__}); start anew with "
                "--restart"
            ) from error
        if cut:
            raise ArchiveDamaged(
                f"{folder / DATA} has {stream.tell()} bytes, {NOTE} beside it says "
                f"{output.written}; start anew with --restart"
            )
        stream.truncate(output.written)
        if not output.note.exists():
            output.written = stream.write(opening)
            output.commit()
        yield output


def _check_job(folder: Path, noted: dict[str, Any], job: Job) -> None:
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


def remove(folder: Path) -> None:
    """Remove an unfinished output, if there is one; nothing else in its folder is touched.

    Raises:
        ArchiveRefused: Another run has it open.
        OSError: It cannot be removed.
    """
    if folder.is_dir():
        with _locked(folder):
            # the note first: without it the rest counts for nothing
            for file in (folder / NOTE, folder / DATA, folder / FINISHED, *folder.glob(".*.tmp")):
                file.unlink(missing_ok=True)
        folder.rmdir()


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
        raise ArchiveRefused(f"another run writes to {folder}; wait for it or stop it") from error
    finally:
        os.close(descriptor)
