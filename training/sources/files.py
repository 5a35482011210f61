"""Reading upstream files as plain cells: no guessing of types, missing values or encodings."""

from __future__ import annotations

import csv
import gzip
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from training.sources.errors import SourceDamaged, SourceLayout, SourceMissing
from training.sources.labels import Mask

# A byte that is not UTF-8 is read as one of these (PEP 383), so the cell can be found and dropped.
_WRONG_BYTES: Final = re.compile("[\udc80-\udcff]")
# pandas' parser errors, and its refusal of a zip with several files, are ValueErrors
_UNREADABLE: Final = (ValueError, csv.Error, zipfile.BadZipFile, OSError)
_DECOMPRESS: Final = {".gz": gzip.decompress, ".xz": lzma.decompress}
_YES_CELLS: Final = ("1", "1.0", "True")
_NO_CELLS: Final = ("0", "0.0", "False")


def read_cells(
    path: Path,
    columns: Sequence[str],
    *,
    text: str = "",
    also: Sequence[str] = (),
    separator: str = ",",
    encoding: str = "utf-8",
) -> pd.DataFrame:
    """Read the named columns of a delimited file as strings, exactly as written.

    "NA", "null" and the like are text here; an absent cell is "", cells beyond the header are left
    out.

    Args:
        path: The file; a header in its first non-blank line; may be a zip of one CSV file.
        columns: Columns that must be there; a column without a name is `unnamed_<position>`.
        text: The column with the comment: its cells become None where they are not valid UTF-8.
        also: Columns that are read where they exist.
        separator: The field separator.
        encoding: How the file is written.

    Returns:
        A frame of object cells, one row a record, columns as in the file.

    Raises:
        SourceMissing: The file is not there.
        SourceLayout: A column is not there.
        SourceDamaged: The file cannot be parsed.
    """
    header = read_header(path, separator)
    require_columns(path, header, columns)
    wanted = [name for name in header if name in {*columns, *also}]
    try:
        cells: pd.DataFrame = pd.read_csv(
            path,
            sep=separator,
            header=0,
            names=header,
            usecols=wanted,
            index_col=False,
            dtype=object,
            keep_default_na=False,
            na_filter=False,
            encoding=encoding,
            encoding_errors="surrogateescape",
            lineterminator=_line_end(path),
        )
    except _UNREADABLE as error:
        raise SourceDamaged(f"{path.name} cannot be parsed: {error}") from error
    if text:
        right = [None if _WRONG_BYTES.search(cell) else cell for cell in cells[text]]
        cells[text] = pd.Series(right, index=cells.index, dtype=object)
    return cells


def read_header(path: Path, separator: str = ",") -> list[str]:
    """Read the column names of a delimited file.

    Args:
        path: The file, or a zip of one CSV file.
        separator: The field separator.

    Returns:
        The names in order; an empty or repeated name becomes `unnamed_<position>`.

    Raises:
        SourceMissing: The file is not there.
        SourceDamaged: The file has no header.
    """
    if not path.is_file():
        raise SourceMissing(f"{path.parent.name}/{path.name} is not there")
    try:
        if path.suffix == ".zip":
            first = pd.read_csv(path, sep=separator, nrows=1, header=None, dtype=object)
            fields = [str(name) for name in first.iloc[0]]
        else:
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
                fields = next((row for row in csv.reader(lines, delimiter=separator) if row), [])
    except _UNREADABLE as error:
        raise SourceDamaged(f"{path.name} cannot be parsed: {error}") from error
    if not fields:
        raise SourceDamaged(f"{path.name} is empty: not even a header")
    named: list[str] = []
    for position, name in enumerate(fields):
        named.append(name if name and name not in named else f"unnamed_{position}")
    return named


def _line_end(path: Path) -> str | None:
    """Return how lines end if it is a line feed alone: a carriage return is then part of a text."""
    if path.suffix == ".zip":
        return None
    with path.open("rb") as lines:
        return None if lines.readline().endswith(b"\r\n") else "\n"


def require_columns(path: Path, found: Sequence[str], needed: Sequence[str]) -> None:
    """Refuse a file without the columns that its reader needs.

    Args:
        path: The file, for the message.
        found: The columns it has.
        needed: The columns it must have.

    Raises:
        SourceLayout: A column is missing; names the columns found and those needed.
    """
    missing = [name for name in needed if name not in found]
    if missing:
        raise SourceLayout(
            f"{path.name} has the columns {', '.join(found)}; "
            f"the reader needs {', '.join(needed)}; missing: {', '.join(missing)}"
        )


def read_pairs(path: Path) -> dict[str, str]:
    """Read a file of two columns without a header.

    Args:
        path: The file.

    Returns:
        The second cell of each row by the first.

    Raises:
        SourceMissing: The file is not there.
        SourceLayout: A row has not two cells.
    """
    if not path.is_file():
        raise SourceMissing(f"{path.parent.name}/{path.name} is not there")
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        rows = [row for row in csv.reader(lines) if row]
    if any(len(row) != 2 for row in rows):
        raise SourceLayout(f"{path.name}: every row must have two cells, an id and a label")
    return {row[0]: row[1] for row in rows}


def read_json_lines(path: Path, keys: Sequence[str], also: Sequence[str] = ()) -> pd.DataFrame:
    """Read a file with one JSON object a line.

    Args:
        path: The file; `.gz` and `.xz` are decompressed.
        keys: Keys that every object must have.
        also: Keys that an object may have; None where it has not.

    Returns:
        A frame of object cells with those columns, one row a line.

    Raises:
        SourceMissing: The file is not there.
        SourceLayout: An object lacks a key.
        SourceDamaged: A line is not a JSON object in UTF-8, or the file cannot be decompressed.
    """
    if not path.is_file():
        raise SourceMissing(f"{path.parent.name}/{path.name} is not there")
    rows: list[list[Any]] = []
    for number, line in enumerate(_decompressed(path).splitlines(), start=1):
        try:
            record = json.loads(line.decode("utf-8"))
        except ValueError as error:
            raise SourceDamaged(f"{path.name}, line {number} is not JSON in UTF-8") from error
        if not isinstance(record, dict):
            raise SourceDamaged(f"{path.name}, line {number} is not a JSON object")
        require_columns(path, list(record), keys)
        rows.append([*(record[key] for key in keys), *map(record.get, also)])
    return pd.DataFrame(rows, columns=[*keys, *also], dtype=object)


def _decompressed(path: Path) -> bytes:
    content = path.read_bytes()
    try:
        return _DECOMPRESS.get(path.suffix, bytes)(content)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise SourceDamaged(f"{path.name} cannot be decompressed: {error}") from error


def read_files(
    folder: Path,
    names: Sequence[str],
    columns: Sequence[str],
    *,
    text: str = "",
    separator: str = ",",
) -> pd.DataFrame:
    """Read several delimited files of one layout under one another.

    Args:
        folder: The folder of the source.
        names: File names, in order.
        columns: Columns that each file must have.
        text: The column with the comment, as in `read_cells`.
        separator: The field separator.

    Returns:
        The cells, with the columns `stem` (file name without suffix) and `row` (0-based data row
        in its file, as a string) added.

    Raises:
        SourceMissing: A file is not there.
        SourceLayout: A column is not there.
        SourceDamaged: A file cannot be parsed.
    """
    parts = []
    for name in names:
        part = read_cells(folder / name, columns, text=text, separator=separator)[list(columns)]
        part["stem"] = Path(name).stem
        part["row"] = [str(row) for row in range(len(part))]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def flags(cells: pd.DataFrame, column: str) -> Mask:
    """Turn a column of 0 and 1 (also 0.0, 1.0, False, True) into a mask.

    Args:
        cells: Cells as read.
        column: The column's name.

    Returns:
        bool (rows,), True where the cell is 1.

    Raises:
        SourceLayout: A cell is something else; gives the count, never the content.
    """
    values = cells[column].astype(str)
    refuse_other_values(column, mask(values.isin([*_YES_CELLS, *_NO_CELLS])), "0 and 1")
    return mask(values.isin(_YES_CELLS))


def equals(cells: pd.DataFrame, column: str, value: str, among: Sequence[str]) -> Mask:
    """Say where a column holds a value, knowing all the values it may hold.

    Args:
        cells: Cells as read.
        column: The column's name.
        value: The value looked for.
        among: All values that the column may hold.

    Returns:
        bool (rows,).

    Raises:
        SourceLayout: A cell is none of `among`; gives the count, never the content.
    """
    refuse_other_values(column, mask(cells[column].isin(list(among))), ", ".join(among))
    return mask(cells[column] == value)


def mask(values: pd.Series[bool]) -> Mask:
    """Return a column of truth values as an array.

    Args:
        values: bool, any pandas type of it.

    Returns:
        bool (rows,).
    """
    return np.asarray(values, dtype=np.bool_)


def refuse_other_values(column: str, known: Mask, expected: str) -> None:
    """Refuse a column with cells that the reader does not know.

    Args:
        column: The column's name.
        known: bool (rows,), where the cell is one that the reader knows.
        expected: The values known, for the message.

    Raises:
        SourceLayout: A cell is unknown.
    """
    if not known.all():
        raise SourceLayout(
            f"column {column}: {int((~known).sum())} cells, the first in data row "
            f"{int(np.argmin(known))}, are none of {expected}"
        )
