"""CSV: every cell is read and written as a string, and columns are added to each row."""

from __future__ import annotations

import contextlib
import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import IO, Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from scoring.archive.columns import (
    COLUMNS,
    NUMBERS,
    added_columns,
    check_columns,
    cut,
    judge_columns,
)
from scoring.archive.layout import Block, Layout, check_text, open_text, pack
from scoring.archive.row_judge import RowJudge
from scoring.comment_rules import Fault
from scoring.errors import ArchiveDamaged

DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
"""What may separate cells, by the names that the command line takes."""
CHUNK_BYTES: Final = (1 << 18, 1 << 22, 1 << 26)
"""What the parser reads at once: a record that does not fit is tried with the next."""
_END: Final = "\x03end of the archive\x03"
"""Begins a last record with a cell too many: the parser tells of it only if no quote is open."""
_WRITTEN: Final[Any] = pa.schema(
    [(name, pa.decimal128(7, 6) if name in NUMBERS else pa.string()) for name in COLUMNS]
)
"""How the added columns are written: probabilities with six digits, none of them an exponent."""
_SURPLUS: Final = Fault("invalid_comment", "the row has more cells than the header")


@dataclass(frozen=True, slots=True)
class CsvLayout(Layout):
    """One CSV file.

    Attributes:
        names: The header's cells.
    """

    names: tuple[str, ...] = ()

    def checked(self) -> CsvLayout:
        """Check the encoding, and read the header."""
        mark, line_end = check_text(self.path)
        names = self._header()
        found = [name for name, cut in DELIMITERS.items() if len(names) == 1 and cut in names[0]]
        hint = f"; if a {found[0]} separates them, add --delimiter {found[0]}" if found else ""
        check_columns(names, self.asked, hint)
        return replace(self, mark=mark, line_end=line_end, names=names)

    def _header(self) -> tuple[str, ...]:
        for size in CHUNK_BYTES:
            with open_text(self.path) as (stream, _), contextlib.suppress(pa.ArrowInvalid):
                with self._reader(_Ended(stream, _END), size) as reader:
                    names: tuple[str, ...] = tuple(reader.schema.names)
                if _END not in names[-1]:
                    return names
        raise ArchiveDamaged(
            f"{self.path} is empty or begins with a quote that is never closed; its first line "
            "must name the columns"
        )

    def opening(self) -> bytes:
        """Return the header with the added columns."""
        header = self._written([pa.array([name]) for name in (*self.names, *COLUMNS)])
        return pack(self.mark + header, self.path)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Read blocks of the file's columns, and one more: whether a row has cells too many."""
        for size in CHUNK_BYTES:
            # it fails at a record that does not fit, after every row before that
            with contextlib.suppress(pa.ArrowInvalid):
                for block in self._blocks(rows, size):
                    rows = block.rows
                    yield block
                return
        raise self._unclosed(rows)

    def _blocks(self, done: int, size: int) -> Iterator[Block]:
        ragged: deque[Any] = deque()

        def keep(row: Any) -> str:
            ragged.append(row)
            return "skip"

        end = _END + self.delimiter * len(self.names)
        before = 0
        with (
            open_text(self.path) as (stream, file),
            self._reader(_Ended(stream, end), size, self.names, keep) as reader,
        ):
            nothing = self._batch([[]] * (len(self.names) + 1))
            for batch in chain(reader, [nothing]):
                whole = self._with_ragged(batch.columns, ragged, before, end)
                for piece in cut(whole, done - before, self.most):
                    done += len(piece)
                    yield Block(piece, done, file.tell())
                before += len(whole)
        if not ragged:
            raise self._unclosed(before - 1)

    def _with_ragged(
        self, columns: Sequence[Any], ragged: deque[Any], before: int, end: str
    ) -> Any:
        """Put rows of too few or too many cells where they were between the others."""
        count = len(columns[0])
        even = self._batch([*columns[: len(self.names)], pa.repeat(False, count)])
        found: list[Any] = []
        # rows are numbered from 1, and the header is one
        while ragged and ragged[0].number - before - 2 <= count + len(found):
            if ragged[0].text == end:
                break
            found.append(ragged.popleft())
        if not found:
            return even
        order = np.full(count + len(found), -1)
        order[[row.number - before - 2 for row in found]] = count + np.arange(len(found))
        order[order < 0] = np.arange(count)
        return pa.concat_batches([even, self._evened(found)]).take(pa.array(order))

    def _evened(self, rows: Sequence[Any]) -> Any:
        """Read rows of too few cells, or too many: there the last one takes the surplus."""
        last = len(self.names) - 1
        widest = max(row.actual_columns for row in rows)
        names = [str(place) for place in range(widest)]
        lines = [
            row.text + '"' * (_END in row.text) + self.delimiter * (widest - row.actual_columns)
            for row in rows  # the last quote may be open
        ]
        written = "\n".join([self.delimiter.join(names), *lines, ""]).encode()
        parsed = self._reader(io.BytesIO(written), len(written), names).read_all().to_pydict()
        evened = []
        for row, *filled in zip(rows, *parsed.values(), strict=True):
            cells = filled[: row.actual_columns]
            cells[last:] = [self.delimiter.join(cells[last:])] if len(cells) > last else []
            missing = [None] * (last + 1 - len(cells))
            evened.append((*cells, *missing, row.actual_columns > last + 1))
        return self._batch(list(zip(*evened, strict=True)))

    def _batch(self, columns: Sequence[Any]) -> Any:
        fields = [*((name, pa.string()) for name in self.names), ("", pa.bool_())]
        return pa.record_batch(list(columns), schema=pa.schema(fields))

    def _unclosed(self, before: int) -> ArchiveDamaged:
        """Say where the row begins that comes after so many."""
        place = f"row {before + 1}"
        # the parser counts no lines; this one does, but may find a cell on the way too long
        with open_text(self.path) as (stream, _), contextlib.suppress(csv.Error):
            text = io.TextIOWrapper(stream, "utf-8", newline="")
            records = csv.reader(text, delimiter=self.delimiter)
            deque(islice(filter(None, records), 1 + before), maxlen=0)
            place = f"the record that begins in line {records.line_num + 1}"
        return ArchiveDamaged(
            f"{self.path}: {place} cannot be read; look for a quote that is never closed "
            f"(a record may have {CHUNK_BYTES[-1]} bytes)"
        )

    def score(self, judge: RowJudge, block: Block) -> Block:
        """Return the rows of a block with the added cells."""
        *columns, wide = block.content.columns
        faults = {place: _SURPLUS for place, more in enumerate(wide.to_pylist()) if more}
        found = judge_columns(judge, block.content, self, faults)
        written = self._written([*columns, *added_columns(found).cast(_WRITTEN).columns])
        return replace(block, content=pack(written, self.path), decisions=found.decisions())

    def _written(self, columns: Sequence[Any]) -> bytes:
        batch = pa.record_batch(list(columns), names=[""] * len(columns))
        options = arrow_csv.WriteOptions(
            include_header=False, delimiter=self.delimiter, eol=self.line_end
        )
        sink = pa.BufferOutputStream()
        arrow_csv.write_csv(batch, sink, options)
        return bytes(sink.getvalue())

    def _reader(
        self,
        stream: Any,
        size: int,
        names: Sequence[str] = (),
        keep: Callable[[Any], str] = lambda row: "skip",  # noqa: ARG005
    ) -> Any:
        """Open a `pyarrow.csv.CSVStreamingReader` that makes strings of the cells.

        Args:
            stream: Gives the text.
            size: Bytes to read at once.
            names: The columns, where they are known.
            keep: Takes rows of too few or too many cells, and says that they are left out.
        """
        return arrow_csv.open_csv(
            stream,
            # it numbers the rows only without threads
            arrow_csv.ReadOptions(use_threads=False, block_size=size),
            arrow_csv.ParseOptions(
                delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=keep
            ),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )


class _Ended:
    """A stream with one more line at its end.

    It gives no carriage return without what follows: the parser takes one for a line end, and
    leaves out a line feed that comes after it in the next bytes, also inside of quotes.
    """

    closed = False

    def __init__(self, stream: IO[bytes], line: str) -> None:
        self._stream = stream
        self._line = f"\n{line}\n".encode()
        self._held = b""

    def read(self, size: int) -> bytes:
        found = self._held + self._stream.read(size - len(self._held))
        room = size - len(found)
        found, self._line = found + self._line[:room], self._line[room:]
        self._held = b"\r" if found.endswith(b"\r") else b""
        return found.removesuffix(self._held)
