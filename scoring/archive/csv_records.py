"""Cuts CSV into records and keeps each as it was written, quotes and line ends included."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from scoring.archive.text_input import TextInput
from scoring.errors import ArchiveDamaged

LONGEST_CELL: Final = 16 * 1024 * 1024
"""Code points: past it a quote was most likely never closed, and the rest is no cell."""
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Record(NamedTuple):
    """One record of a CSV file.

    Attributes:
        written: Its text in the file, line end included.
        cells: What it holds; no cell for an empty line.
    """

    written: str
    cells: list[str]


def read_records(source: TextInput, delimiter: str, offset: int, line: int) -> Iterator[Record]:
    """Read records.

    Args:
        source: The file, valid UTF-8.
        delimiter: What separates cells.
        offset: Byte of text to begin at: after a byte order mark, or where a record ended.
        line: Lines before it, for error messages.

    Yields:
        The records.

    Raises:
        ArchiveDamaged: A quote is never closed, or a cell is longer than `LONGEST_CELL`.
    """
    # the limit is one for the whole process; 128 KiB is too little for a pasted page
    csv.field_size_limit(LONGEST_CELL)
    feed = _Feed(source, offset, line)
    reader = csv.reader(feed, delimiter=delimiter)
    try:
        for cells in reader:
            taken = feed.taken
            written = taken[0] if len(taken) == 1 else "".join(taken)
            taken.clear()
            yield Record(written, cells)
    except csv.Error as error:
        raise ArchiveDamaged(
            f"{source.path}: the record that begins in line {feed.first_line} cannot be read: "
            f"{error}; look for a quote that is never closed"
        ) from error


class _Feed:
    """Hands lines to the parser one at a time, and remembers those of the record at hand."""

    def __init__(self, source: TextInput, offset: int, line: int) -> None:
        self.taken: list[str] = []
        self._source = source
        self._offset = offset
        self._line = line

    @property
    def first_line(self) -> int:
        return self._line - max(0, len(self.taken) - 1)

    def __iter__(self) -> Iterator[str]:
        for content in self._source.lines(self._offset, self._line):
            written = content.decode()
            # a carriage return alone ends a line as well, in a cell or out of it
            lone = written.count("\r") > written.endswith("\r\n")
            pieces = _LINE.findall(written) if lone else (written,)
            for piece in pieces:
                self._line += 1
                self.taken.append(piece)
                yield piece
        if self.taken:
            raise ArchiveDamaged(
                f"{self._source.path}: the quote opened in the record that begins in line "
                f"{self.first_line} is never closed; close it"
            )
