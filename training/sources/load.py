"""Reading every source that is there into one row table, and going on where one is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from training.sources.errors import SourceError
from training.sources.fetch import READY, source_status
from training.sources.readers import READERS
from training.sources.registry import Registry, Source
from training.sources.table import concat_tables, dropped_counts


@dataclass(frozen=True, slots=True)
class LoadNote:
    """What came of reading one source.

    Attributes:
        key: Key of the source.
        rows: Rows read; 0 where the source was skipped.
        dropped: Rows that the reader dropped, by reason.
        skipped: Why the source was skipped, in one line; "" where it was read.
    """

    key: str
    rows: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    skipped: str = ""

    def __str__(self) -> str:
        if self.skipped:
            return f"{self.key}: skipped, {self.skipped}"
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.dropped.items())
        return f"{self.key}: {self.rows} rows" + (f", dropped {reasons}" if reasons else "")


@dataclass(frozen=True, slots=True)
class LoadedSources:
    """The sources of some role.

    Attributes:
        tables: The row table of each source that was read, by key, in the order of the registry.
        notes: One note a source asked for, in the order of the registry.
    """

    tables: dict[str, pd.DataFrame]
    notes: tuple[LoadNote, ...]

    def table(self) -> pd.DataFrame:
        """Return the row tables of all sources under one another."""
        return concat_tables(list(self.tables.values()))


def load_sources(registry: Registry, raw: Path, roles: Sequence[str]) -> LoadedSources:
    """Read the sources of some roles; a missing, damaged or unreadable one is skipped with a note.

    Args:
        registry: The sources.
        raw: data/raw, as `bring_sources` filled it.
        roles: Roles to read.

    Returns:
        Row tables and notes.
    """
    tables: dict[str, pd.DataFrame] = {}
    notes = []
    for source in registry.sources:
        if source.role not in roles:
            continue
        try:
            table = read_source(source, raw)
        except SourceError as error:
            notes.append(LoadNote(source.key, skipped=str(error)))
            continue
        tables[source.key] = table
        notes.append(LoadNote(source.key, len(table), dropped_counts(table)))
    return LoadedSources(tables, tuple(notes))


def read_source(source: Source, raw: Path) -> pd.DataFrame:
    """Read one source, if its files are whole and right.

    Args:
        source: The source.
        raw: data/raw.

    Returns:
        Its row table.

    Raises:
        SourceError: It is missing, damaged or of another layout than its reader knows.
    """
    status = source_status(source, raw)
    if status.state != READY:
        raise SourceError(f"{status.state}: {status.reason}")
    return READERS[source.reader](raw / source.folder)
