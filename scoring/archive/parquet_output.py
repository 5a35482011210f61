"""Writes a Parquet file anew with columns added, a row group at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

ROWS_AT_ONCE: Final = 16_384
GROUP_BYTES: Final = 64 * 1024 * 1024
"""A row group of the input that is larger in memory is written as several."""
_DEFAULT_CODEC: Final = "SNAPPY"


def write_with_columns(
    source: Any,  # noqa: ANN401 - pyarrow ships no types
    added: Path,
    schema: Any,  # noqa: ANN401
    like: str,
    finished: Path,
) -> None:
    """Write a Parquet file with columns added: same rows, row groups, compression and metadata.

    Args:
        source: The `pyarrow.parquet.ParquetFile` to copy.
        added: The added columns as Arrow streams one after the other.
        schema: Schema of the added columns.
        like: The column whose compression the added ones take.
        finished: The file to write.
    """
    whole = source.schema_arrow
    for field in schema:
        whole = whole.append(field)
    codecs = compression(source, like, schema.names)
    with (
        added.open("rb") as stream,
        parquet.ParquetWriter(finished, whole, compression=codecs) as writer,
    ):
        columns = _Rows(stream)
        for table in _tables(source, columns, whole):
            writer.write_table(table, row_group_size=max(1, len(table)))


def compression(source: Any, like: str, names: list[str]) -> str | dict[str, str]:  # noqa: ANN401
    """Read how a Parquet file is compressed.

    Args:
        source: The `pyarrow.parquet.ParquetFile`.
        like: The column whose codec added columns take.
        names: The added columns.

    Returns:
        One codec for all, or a codec for each column.
    """
    if not source.num_row_groups:
        return _DEFAULT_CODEC
    group = source.metadata.row_group(0)
    chunks = [group.column(place) for place in range(group.num_columns)]
    codecs = {chunk.path_in_schema: _codec(chunk.compression) for chunk in chunks}
    if len(set(codecs.values())) == 1:
        return next(iter(codecs.values()))
    return codecs | dict.fromkeys(names, codecs[like])


def _codec(name: str) -> str:
    return {"UNCOMPRESSED": "NONE", "LZO": _DEFAULT_CODEC}.get(name, name)


class _Rows:
    """Gives the rows of Arrow streams one after the other, as many as asked for."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - pyarrow ships no types
        self._batches = self._read(stream)
        self._left: list[Any] = []

    @staticmethod
    def _read(stream: Any) -> Iterator[Any]:  # noqa: ANN401 - pyarrow ships no types
        size = Path(stream.name).stat().st_size
        while stream.tell() < size:
            with pa.ipc.open_stream(stream) as reader:
                yield from reader

    def take(self, count: int) -> list[Any]:
        """Give record batches of so many rows altogether."""
        taken = []
        while count:
            batch = self._left.pop() if self._left else next(self._batches)
            if len(batch) > count:
                self._left.append(batch.slice(count))
                batch = batch.slice(0, count)
            count -= len(batch)
            taken.append(batch)
        return taken


def _tables(source: Any, columns: _Rows, schema: Any) -> Iterator[Any]:  # noqa: ANN401
    """Give the rows with the added columns, a row group or `GROUP_BYTES` at a time."""
    for group in range(source.num_row_groups):
        waiting: list[Any] = []
        size = 0
        for batch in source.iter_batches(ROWS_AT_ONCE, row_groups=[group]):
            added = pa.Table.from_batches(columns.take(len(batch)))
            table = pa.Table.from_batches([batch])
            arrays = [*table.itercolumns(), *added.itercolumns()]
            waiting.append(pa.Table.from_arrays(arrays, schema=schema))
            size += batch.nbytes
            if size >= GROUP_BYTES:
                yield pa.concat_tables(waiting)
                waiting, size = [], 0
        if waiting:
            yield pa.concat_tables(waiting)
