"""Parquet: the comments are read for scoring, and every column once more for the output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from scoring.archive.blocks import BLOCK_BYTES, Position, ScoredBlock, count_decisions
from scoring.archive.columns import COLUMNS, NUMBERS, added_cells, check_free, find_column
from scoring.archive.parquet_output import write_with_columns
from scoring.archive.row_judge import Findings, RowJudge
from scoring.comment_rules import Fault
from scoring.errors import ArchiveDamaged, ArchiveRefused

ADDED: Final[Any] = pa.schema(
    [(name, pa.float64() if name in NUMBERS else pa.string()) for name in COLUMNS]
)
"""Schema of the added columns."""
_READ_AT_ONCE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ParquetBlock:
    """Rows to score.

    Attributes:
        end: Where they end in the file.
        texts: The comments, or why one cannot be read.
        declared: The language of each, None where there is none; None without such a column.
    """

    end: Position
    texts: list[str | Fault] = field(repr=False)
    declared: list[str | None] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ParquetLayout:
    """One Parquet file.

    Attributes:
        path: The file.
        text_column: The column of comments.
        language_column: The column of their languages, or None.
        most: Comments in a block.
        rows: Rows of the file.
    """

    path: Path
    text_column: str
    language_column: str | None
    most: int
    rows: int

    @property
    def unit(self) -> str:
        """Progress is counted in rows."""
        return " comments"

    @property
    def total(self) -> int | None:
        """The rows of the file."""
        return self.rows

    def opening(self) -> tuple[bytes, Position]:
        """Return no bytes, and the first row."""
        return b"", Position(0, 0)

    def finish(self, data: Path, finished: Path) -> Path:
        """Write the input's columns with the added ones beside them.

        Args:
            data: The added columns, as `score` gave them.
            finished: The file to write.

        Returns:
            That file.
        """
        with open_file(self.path) as source:
            write_with_columns(source, data, ADDED, self.text_column, finished)
        return finished

    def blocks(self, start: Position) -> Iterator[ParquetBlock]:
        """Read blocks of rows.

        Args:
            start: Where a block ended, or the first row.

        Yields:
            Blocks of at most `most` rows, ended early at `BLOCK_BYTES`.
        """
        row = start.offset
        wanted = [name for name in (self.text_column, self.language_column) if name is not None]
        with open_file(self.path) as source:
            for batch in batches_from(source, row, self.most, wanted):
                texts = _texts(batch.column(self.text_column))
                declared = None
                if self.language_column is not None:
                    declared = _languages(batch.column(self.language_column))
                for first, stop in _cuts(texts):
                    row += stop - first
                    part = None if declared is None else declared[first:stop]
                    yield ParquetBlock(Position(row, row), texts[first:stop], part)

    def score(self, judge: RowJudge, block: ParquetBlock) -> ScoredBlock:
        """Score a block.

        Args:
            judge: Judges comments.
            block: The rows.

        Returns:
            The added columns as one Arrow stream.
        """
        found = judge.judge(block.texts, block.declared)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, ADDED) as stream:
            stream.write_batch(added_columns(found))
        return ScoredBlock(sink.getvalue().to_pybytes(), block.end, count_decisions(found))


def open_parquet(
    path: Path, text_column: str, language_column: str | None, most: int
) -> ParquetLayout:
    """Read a Parquet file's schema and check the columns asked for.

    Args:
        path: The file.
        text_column: The column of comments.
        language_column: The column of their languages, if any.
        most: Comments in a block.

    Returns:
        The file's layout.

    Raises:
        ArchiveRefused: A column is not there, is there already, or holds no strings.
        ArchiveDamaged: It is no Parquet file.
    """
    try:
        with open_file(path) as source:
            schema, rows = source.schema_arrow, source.metadata.num_rows
    except pa.ArrowInvalid as error:
        raise ArchiveDamaged(f"{path} is not a Parquet file: {error}; copy it anew") from error
    asked = {"--text-column": text_column, "--language-column": language_column}
    for option, name in asked.items():
        if name is None:
            continue
        find_column(schema.names, name, option)
        kind = schema.field(name).type
        if not _holds_strings(kind):
            raise ArchiveRefused(
                f"column {name!r} is of type {kind}; name one of strings by {option}"
            )
    check_free(schema.names)
    return ParquetLayout(path, text_column, language_column, most, rows)


def open_file(path: Path) -> Any:  # noqa: ANN401 - pyarrow ships no types
    """Open a Parquet file so that no more than a page of each column is in memory.

    Args:
        path: The file.

    Returns:
        A `pyarrow.parquet.ParquetFile`.
    """
    return parquet.ParquetFile(path, pre_buffer=False, buffer_size=_READ_AT_ONCE)


def batches_from(source: Any, row: int, size: int, columns: list[str]) -> Iterator[Any]:  # noqa: ANN401
    """Read record batches from a row on.

    Args:
        source: A `pyarrow.parquet.ParquetFile`.
        row: The first row to give.
        size: Most rows in a batch.
        columns: The columns to read.

    Yields:
        Record batches, none of them across two row groups.
    """
    before = 0
    for group in range(source.num_row_groups):
        after = before + source.metadata.row_group(group).num_rows
        if row < after:
            for batch in source.iter_batches(size, row_groups=[group], columns=columns):
                if before + len(batch) > row:
                    yield batch.slice(max(0, row - before))
                before += len(batch)
        before = after


def added_columns(found: Findings) -> Any:  # noqa: ANN401 - pyarrow ships no types
    """Build the added columns.

    Args:
        found: What was found of each comment.

    Returns:
        A `pyarrow.RecordBatch` of schema `ADDED`; null where there is nothing to say.
    """
    rows = list(added_cells(found))
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    arrays = [
        pa.array([value if value != "" else None for value in column], field.type)
        for column, field in zip(columns, ADDED, strict=True)
    ]
    return pa.record_batch(arrays, schema=ADDED)


def _texts(column: Any) -> list[str | Fault]:  # noqa: ANN401 - pyarrow ships no types
    missing = Fault("missing_text", "the text is null; allowed: string")
    try:
        return [missing if text is None else text for text in column.to_pylist()]
    except UnicodeDecodeError:
        return [_text(cell, missing) for cell in column]


def _text(cell: Any, missing: Fault) -> str | Fault:  # noqa: ANN401 - pyarrow ships no types
    try:
        text: str | None = cell.as_py()
    except UnicodeDecodeError:
        return Fault("invalid_text", "text is not UTF-8; allowed: valid Unicode")
    return missing if text is None else text


def _languages(column: Any) -> list[str | None]:  # noqa: ANN401 - pyarrow ships no types
    return [tag or None for tag in column.to_pylist()]


def _cuts(texts: Sequence[str | Fault]) -> Iterator[tuple[int, int]]:
    """Cut a batch where its texts reach `BLOCK_BYTES`."""
    first = size = 0
    for place, text in enumerate(texts):
        size += 0 if isinstance(text, Fault) else len(text)
        if size >= BLOCK_BYTES:
            yield first, place + 1
            first, size = place + 1, 0
    if first < len(texts):
        yield first, len(texts)


def _holds_strings(kind: Any) -> bool:  # noqa: ANN401 - pyarrow ships no types
    kinds = pa.types
    if kinds.is_dictionary(kind):
        kind = kind.value_type
    checks = (kinds.is_string, kinds.is_large_string, kinds.is_string_view, kinds.is_null)
    return any(check(kind) for check in checks)
