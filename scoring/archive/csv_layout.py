"""CSV: cells stay as they were written, and columns are added at the end of each line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scoring.archive.blocks import BLOCK_BYTES, Position, ScoredBlock, count_decisions
from scoring.archive.columns import (
    COLUMNS,
    NUMBERS,
    WORDS,
    added_cells,
    check_free,
    find_column,
)
from scoring.archive.csv_records import Record, read_records
from scoring.archive.row_judge import Findings, RowJudge
from scoring.archive.text_input import TextInput, check_utf8
from scoring.comment_rules import Fault
from scoring.errors import ArchiveDamaged

DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
"""What may separate cells, by the names that the command line takes."""


@dataclass(slots=True)
class CsvBlock:
    """Records to score.

    Attributes:
        end: Where they end in the file.
        records: As written, line ends included.
        widths: The number of cells of each; 0 for an empty line, which is no comment.
        texts: The comment in each, None where the record ends before it.
        declared: The language in each, None where there is none; None without such a column.
    """

    end: Position
    records: list[str] = field(default_factory=list, repr=False)
    widths: list[int] = field(default_factory=list, repr=False)
    texts: list[str | None] = field(default_factory=list, repr=False)
    declared: list[str | None] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """One CSV file.

    Attributes:
        source: The file.
        delimiter: What separates cells.
        columns: The header's cells.
        text_place: Place of the comment.
        language_place: Place of its language, or None.
        most: Comments in a block.
        begins: First bytes of the output: the header with the added columns.
        first: Where the first record is.
    """

    source: TextInput
    delimiter: str
    columns: tuple[str, ...]
    text_place: int
    language_place: int | None
    most: int
    begins: bytes
    first: Position

    @property
    def unit(self) -> str:
        """Progress is counted in bytes."""
        return "B"

    @property
    def total(self) -> int | None:
        """The bytes of the file, if known."""
        return self.source.total

    def opening(self) -> tuple[bytes, Position]:
        """Return the header with the added columns, and where the first record is."""
        return self.source.pack(self.begins), self.first

    def finish(self, data: Path, finished: Path) -> Path:  # noqa: ARG002 - other formats write it
        """Return the appended bytes' file: it is the output."""
        return data

    def blocks(self, start: Position) -> Iterator[CsvBlock]:
        """Read blocks of whole records.

        Args:
            start: Where a block ended, or the first record.

        Yields:
            Blocks of at most `most` records, ended early at `BLOCK_BYTES`.

        Raises:
            ArchiveDamaged: A quote is never closed.
        """
        block, size, position = self._empty(), 0, start
        for record in read_records(self.source, self.delimiter, *start):
            self._add(block, record)
            size += len(record.written)
            if len(block.records) == self.most or size >= BLOCK_BYTES:
                position = block.end = _after(position, block.records)
                yield block
                block, size = self._empty(), 0
        if block.records:
            block.end = _after(position, block.records)
            yield block

    def score(self, judge: RowJudge, block: CsvBlock) -> ScoredBlock:
        """Score a block.

        Args:
            judge: Judges comments.
            block: The records.

        Returns:
            Each record with the added cells.
        """
        expected = len(self.columns)
        comments = [place for place, width in enumerate(block.widths) if width]
        texts = [_text(block.texts[place], block.widths[place], expected) for place in comments]
        declared = block.declared and [block.declared[place] for place in comments]
        found = judge.judge(texts, declared)
        written = block.records.copy()
        for place, added in zip(comments, self._added(found), strict=True):
            missing = expected - block.widths[place]
            body, end = _without_end(block.records[place])
            if missing < 0:
                body = self._merged(body)
            elif missing:
                added = self.delimiter * missing + added
            written[place] = f"{body}{added}{end}"
        data = self.source.pack("".join(written).encode())
        return ScoredBlock(data, block.end, count_decisions(found))

    def _empty(self) -> CsvBlock:
        return CsvBlock(Position(0, 0), declared=None if self.language_place is None else [])

    def _add(self, block: CsvBlock, record: Record) -> None:
        cells, width = record.cells, len(record.cells)
        block.records.append(record.written)
        block.widths.append(width)
        block.texts.append(cells[self.text_place] if self.text_place < width else None)
        if block.declared is not None and self.language_place is not None:
            there = self.language_place < width
            block.declared.append((cells[self.language_place] or None) if there else None)

    def _added(self, found: Findings) -> Iterator[str]:
        """Give the cells added to each record, with the delimiter before them."""
        mark = self.delimiter
        judged = mark.join(["", "%s", *["%.6f"] * len(NUMBERS), *["%s"] * len(WORDS)])
        for fault, cells in zip(found.faults, added_cells(found), strict=True):
            if fault is None:
                yield judged % cells
            else:
                yield mark.join(["", *("" if cell is None else str(cell) for cell in cells)])

    def _merged(self, body: str) -> str:
        """Rewrite a record with more cells than the header: the last cell takes the surplus."""
        cells = next(csv.reader([body], delimiter=self.delimiter))
        last = len(self.columns) - 1
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=self.delimiter, lineterminator="")
        writer.writerow([*cells[:last], self.delimiter.join(cells[last:])])
        return buffer.getvalue()


def open_csv(
    source: TextInput, delimiter: str, text_column: str, language_column: str | None, most: int
) -> CsvLayout:
    """Read a CSV file's header and check the file's encoding.

    Args:
        source: The file.
        delimiter: What separates cells, a value of `DELIMITERS`.
        text_column: The column of comments.
        language_column: The column of their languages, if any.
        most: Comments in a block.

    Returns:
        The file's layout.

    Raises:
        ArchiveRefused: A column is not there, or is there already.
        ArchiveDamaged: The file is not UTF-8, or has no header.
    """
    check_utf8(source)
    mark = source.byte_order_mark()
    before: list[str] = []
    for header in read_records(source, delimiter, len(mark), 0):
        before.append(header.written)
        if header.cells:
            break
    else:
        raise ArchiveDamaged(f"{source.path} is empty; its first line must name the columns")
    hint = _delimiter_hint(header.cells)
    text_place = find_column(header.cells, text_column, "--text-column", hint)
    language_place = None
    if language_column is not None:
        language_place = find_column(header.cells, language_column, "--language-column", hint)
    check_free(header.cells)
    body, end = _without_end("".join(before))
    begins = mark + (delimiter.join([body, *COLUMNS]) + end).encode()
    first = _after(Position(len(mark), 0), before)
    return CsvLayout(
        source, delimiter, tuple(header.cells), text_place, language_place, most, begins, first
    )


def _delimiter_hint(columns: Sequence[str]) -> str:
    found = [name for name, mark in DELIMITERS.items() if len(columns) == 1 and mark in columns[0]]
    return f"; if a {found[0]} separates them, add --delimiter {found[0]}" if found else ""


def _text(text: str | None, width: int, expected: int) -> str | Fault:
    if width > expected:
        return Fault("invalid_comment", f"the record has {width} cells; allowed: {expected}")
    if text is None:
        return Fault("missing_text", f"the record has {width} cells and ends before the text")
    return text


def _without_end(record: str) -> tuple[str, str]:
    """Split a record into its body and its line end."""
    for end in ("\r\n", "\n", "\r"):
        if record.endswith(end):
            return record[: -len(end)], end
    return record, ""


def _after(position: Position, records: Sequence[str]) -> Position:
    written = "".join(records)
    lines = written.count("\n")
    return Position(position.offset + len(written.encode()), position.line + lines)
