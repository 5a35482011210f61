"""Parquet: the comments are read for scoring, and every column once more for the output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from scoring.archive.columns import ADDED, added_columns, check_columns, cut, judge_columns
from scoring.archive.layout import Block, Layout
from scoring.archive.row_judge import RowJudge
from scoring.errors import ArchiveDamaged, ArchiveRefused

ROWS_AT_ONCE: Final = 16_384
GROUP_BYTES: Final = 64 * 1024 * 1024
"""A row group of the input that is larger in memory is written as several."""
_READ_AT_ONCE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ParquetLayout(Layout):
    """One Parquet file."""

    def checked(self) -> ParquetLayout:
        """Check that the columns asked for are there and hold strings."""
        try:
            schema = parquet.read_schema(self.path)
        except pa.ArrowInvalid as error:
            raise ArchiveDamaged(f"{self.path} is not a Parquet file: {error}; copy it") from error
        check_columns(schema.names, self.asked)
        for option, name in self.asked.items():
            kind = schema.field(name).type
            if not _holds_strings(kind):
                raise ArchiveRefused(
                    f"column {name!r} is of type {kind}; name one of strings by {option}"
                )
        return self

    def _open(self) -> Any:
        """Open the file so that no more than a page of each column is in memory."""
        return parquet.ParquetFile(self.path, pre_buffer=False, buffer_size=_READ_AT_ONCE)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Read blocks of the columns asked for."""
        before, size = 0, self.path.stat().st_size
        with self._open() as source:
            for batch in source.iter_batches(self.most, columns=list(self.asked.values())):
                for piece in cut(batch, rows - before, self.most):
                    rows += len(piece)
                    yield Block(piece, rows, size * rows // source.metadata.num_rows)
                before += len(batch)

    def score(self, judge: RowJudge, block: Block) -> Block:
        """Return the added columns of a block as an Arrow message."""
        found = judge_columns(judge, block.content, self, {})
        message = added_columns(found).serialize().to_pybytes()
        return replace(block, content=message, decisions=found.decisions())

    def finish(self, data: Path, finished: Path) -> Path:
        """Write the input's columns with the added ones beside them, in the same row groups."""
        with self._open() as source:
            schema = source.schema_arrow
            for field in ADDED:
                schema = schema.append(field)
            codec = _codec(source, self.text_column)
            with parquet.ParquetWriter(finished, schema, compression=codec) as writer:
                for table in _tables(source, _added(data), schema):
                    writer.write_table(table, row_group_size=max(1, len(table)))
        return finished


def _holds_strings(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return kind in (pa.string(), pa.large_string(), pa.string_view(), pa.null())


def _codec(source: Any, column: str) -> str:
    """Tell how a column is compressed."""
    if not source.num_row_groups:
        return "SNAPPY"
    group = source.metadata.row_group(0)
    chunks = [group.column(place) for place in range(group.num_columns)]
    name = next(chunk.compression for chunk in chunks if chunk.path_in_schema == column)
    return "NONE" if name == "UNCOMPRESSED" else str(name)


def _added(data: Path) -> Iterator[Any]:
    """Read the added columns, block by block."""
    with pa.OSFile(str(data)) as stream:
        while stream.tell() < stream.size():
            message = pa.ipc.read_message(stream)
            yield pa.Table.from_batches([pa.ipc.read_record_batch(message, ADDED)])


def _tables(source: Any, added: Iterator[Any], schema: Any) -> Iterator[Any]:
    """Give the rows with the added columns, a row group or `GROUP_BYTES` at a time."""
    beside = ADDED.empty_table()
    for group in range(source.num_row_groups):
        waiting = schema.empty_table()
        for batch in source.iter_batches(ROWS_AT_ONCE, row_groups=[group]):
            while len(beside) < len(batch):
                beside = pa.concat_tables([beside, next(added)])
            columns = [*batch.columns, *beside.slice(0, len(batch)).columns]
            beside = beside.slice(len(batch))
            waiting = pa.concat_tables([waiting, pa.table(columns, schema=schema)])
            if waiting.nbytes >= GROUP_BYTES:
                yield waiting
                waiting = schema.empty_table()
        if len(waiting):
            yield waiting
