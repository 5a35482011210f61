"""Bringing the files of the registry into data/raw/<folder>/, each checked against its checksum.

A file is kept if it is already there and right; else it is copied from a mirror folder; else it is
downloaded from upstream. It appears under its name only when it is whole and right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.sources.errors import SourceDamaged, SourceError, SourceMissing
from training.sources.readers.releases import find_release
from training.sources.registry import Registry, Source, SourceFile
from training.sources.upstream import Upstream, is_right, write_checked

__all__ = [
    "DAMAGED",
    "MISSING",
    "READY",
    "FetchReport",
    "SourceStatus",
    "Upstream",
    "bring_sources",
    "source_status",
]

READY: Final = "ready"
MISSING: Final = "missing"
DAMAGED: Final = "damaged"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """Whether a source can be read.

    Attributes:
        key: Key of the source.
        state: `ready`, `missing` or `damaged`.
        reason: Why it is not ready, in one line; "" where it is.
    """

    key: str
    state: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.key}: {self.state}" + (f" ({self.reason})" if self.reason else "")


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What came of bringing the sources.

    Attributes:
        statuses: One status a source, in the order of the registry.
    """

    statuses: tuple[SourceStatus, ...]

    def keys(self, state: str) -> tuple[str, ...]:
        """Return the keys of the sources in one state.

        Args:
            state: `ready`, `missing` or `damaged`.

        Returns:
            Keys in the order of the registry.
        """
        return tuple(status.key for status in self.statuses if status.state == state)


def bring_sources(
    registry: Registry,
    raw: Path,
    mirror: Path | None = None,
    upstream: Upstream | None = None,
) -> FetchReport:
    """Bring every file of every source into the raw folder, and go on where one cannot be had.

    Args:
        registry: The sources.
        raw: data/raw.
        mirror: A folder with `<folder>/<name>` for each file; None or absent: no mirror.
        upstream: Downloads what the mirror lacks; None: nothing is downloaded.

    Returns:
        The state of each source.

    Raises:
        OSError: The raw folder cannot be written.
    """
    statuses = []
    for source in registry.sources:
        problems = [
            problem
            for file in source.files
            for problem in _bring(source, file, raw, mirror, upstream)
        ]
        statuses.append(_status(source.key, problems) if problems else source_status(source, raw))
    return FetchReport(tuple(statuses))


def source_status(source: Source, raw: Path) -> SourceStatus:
    """Say whether the files of a source are in the raw folder, whole and right.

    Args:
        source: The source.
        raw: data/raw.

    Returns:
        Its state.
    """
    folder = raw / source.folder
    if source.optional:
        if find_release(folder, source.accepts):
            return SourceStatus(source.key, READY)
        names = ", ".join(source.accepts)
        return SourceStatus(source.key, MISSING, f"optional: put one of {names} into {folder}")
    problems: list[SourceError] = []
    for file in source.files:
        path = folder / file.name
        if not path.is_file():
            problems.append(SourceMissing(f"{file.name} is not in {folder}"))
        elif not is_right(path, file):
            problems.append(SourceDamaged(f"{path} is not the file that the registry names"))
    return _status(source.key, problems)


def _status(key: str, problems: Sequence[SourceError]) -> SourceStatus:
    """Put what is wrong with the files of one source into one line."""
    if not problems:
        return SourceStatus(key, READY)
    damaged = any(isinstance(problem, SourceDamaged) for problem in problems)
    reasons = list(dict.fromkeys(str(problem) for problem in problems))
    more = f"; and {len(reasons) - 3} more" if len(reasons) > 3 else ""
    return SourceStatus(key, DAMAGED if damaged else MISSING, "; ".join(reasons[:3]) + more)


def _bring(
    source: Source, file: SourceFile, raw: Path, mirror: Path | None, upstream: Upstream | None
) -> list[SourceError]:
    """Bring one file; returns nothing if it is there in the end, else what stood in the way."""
    target = raw / source.folder / file.name
    problems: list[SourceError] = []
    if target.is_file():
        if is_right(target, file):
            return []
        problems.append(SourceDamaged(f"{target} is not the file that the registry names"))
    mirrored = None if mirror is None else mirror / source.folder / file.name
    if mirrored is not None and mirrored.is_file():
        try:
            with mirrored.open("rb") as stream:
                write_checked(stream, target, file)
        except SourceDamaged as error:
            problems.append(SourceDamaged(f"mirror's {file.name}: {error}"))
        else:
            return []
    try:
        _download(file, target, upstream)
    except SourceError as error:
        problems.append(type(error)(f"upstream's {file.name}: {error}"))
    else:
        return []
    return problems


def _download(file: SourceFile, target: Path, upstream: Upstream | None) -> None:
    """Bring one file from upstream, or say why it cannot be had from there."""
    if file.url is None:
        raise SourceMissing("only in the history of its repository; use a mirror")
    if upstream is None:
        raise SourceMissing("nothing is downloaded in this run")
    upstream.download(file.url, target, file)
