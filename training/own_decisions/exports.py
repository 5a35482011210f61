"""Reads an export into records: what each comment's columns hold, and where in the file it stands.

CSV with any delimiter and encoding, TSV, JSON Lines, Excel, and the XML of WordPress (WXR) and of
Disqus as they are.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree

import charset_normalizer
import pandas as pd

from training.own_decisions.errors import ImportRefused

DELIMITERS: Final = ",;\t|"
_SNIFFED: Final = 65_536
_ENCODINGS: Final = ["utf_16", "utf_32", "cp1252", "cp1256", "cp1255"]
"""What a file that is not UTF-8 may be in, Western, Arabic and Hebrew ones of Windows included."""
_EXCEL: Final = (".xlsx", ".xlsm")
_JSON_LINES: Final = (".jsonl", ".ndjson")


class Record(NamedTuple):
    """A comment of an export.

    Attributes:
        line: Where it begins: the line of a text file, the row of a sheet, the number of a comment
            in XML; from 1.
        cells: What it holds, by the names of the columns in lower case, spaces as underscores.
    """

    line: int
    cells: dict[str, str]


def read_export(
    path: Path, *, encoding: str | None = None, delimiter: str | None = None
) -> list[Record]:
    """Read an export.

    Args:
        path: The file; its name's ending says what it is: .xlsx, .jsonl, .ndjson, .xml, and
            anything else is text with delimiters.
        encoding: Of a text file, where it is known; else it is told from the bytes.
        delimiter: Between its cells, where it is known; else it is told from the header.

    Returns:
        The records, in the file's order.

    Raises:
        ImportRefused: The file is missing, empty, or not what its name says.
    """
    kind = path.suffix.lower()
    try:
        if kind in _EXCEL:
            return _read_excel(path)
        if kind == ".xml":
            return _read_xml(path)
        text = _decoded(path, encoding)
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror or error}") from error
    if kind in _JSON_LINES:
        return list(_read_json_lines(path, text))
    return list(_read_delimited(path, text, "\t" if kind == ".tsv" else delimiter))


def column_name(name: str) -> str:
    """Return a column's name as records have it.

    Args:
        name: As the file has it.

    Returns:
        In lower case, without white space around it, blanks and hyphens as underscores.
    """
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _decoded(path: Path, encoding: str | None) -> str:
    content = path.read_bytes()
    if not content.strip():
        raise ImportRefused(f"{path} is empty")
    try:
        if encoding is not None:
            return content.decode(encoding)
        return content.decode("utf-8-sig")
    except LookupError as error:
        raise ImportRefused(f"{encoding!r} is no encoding that Python knows") from error
    except UnicodeDecodeError as error:
        if encoding is not None:
            line = content[: error.start].count(b"\n") + 1
            raise ImportRefused(f"{path} line {line} is not {encoding}: {error.reason}") from error
    told = charset_normalizer.from_bytes(content, cp_isolation=_ENCODINGS).best()
    if told is None:
        raise ImportRefused(f"{path}: no encoding fits; name it with --encoding")
    return str(told)


def _read_delimited(path: Path, text: str, delimiter: str | None) -> Iterator[Record]:
    header = text[:_SNIFFED].partition("\n")[0]
    if delimiter is None:
        delimiter = max(DELIMITERS, key=header.count)
    # no global limit on a cell's length is changed: it would change it for the whole process
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [column_name(name) for name in next(reader)]
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield Record(line, dict(zip(names, cells, strict=False)))
    except csv.Error as error:
        raise ImportRefused(f"{path} line {reader.line_num}: {error}") from error


def _read_json_lines(path: Path, text: str) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            raise ImportRefused(f"{path} line {number} is no JSON: {error}") from error
        if not isinstance(found, dict):
            raise ImportRefused(f"{path} line {number} is {type(found).__name__}, needs an object")
        yield Record(number, {column_name(key): _told(value) for key, value in found.items()})


def _told(value: object) -> str:
    """Say a JSON value as a cell would: lists of words separated by commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(_told, value))
    return str(value)


def _read_excel(path: Path) -> list[Record]:
    try:
        frame = pd.read_excel(path, dtype=str, keep_default_na=False)
    except (ValueError, KeyError, ImportError) as error:
        raise ImportRefused(f"{path} cannot be read as Excel: {error}") from error
    names = [column_name(str(name)) for name in frame.columns]
    rows = frame.astype(str).to_numpy().tolist()
    return [Record(row, dict(zip(names, cells, strict=True))) for row, cells in enumerate(rows, 2)]


def _read_xml(path: Path) -> list[Record]:
    """Read WordPress's or Disqus's XML; the elements tell which."""
    records: list[Record] = []
    try:
        for _, element in ElementTree.iterparse(path):  # noqa: S314 - see the import
            name = _local(element.tag)
            if name == "comment" or (name == "post" and element.find("{*}message") is not None):
                cells = {_local(child.tag).lower(): (child.text or "") for child in element}
                records.append(Record(len(records) + 1, cells))
                element.clear()
    except ElementTree.ParseError as error:
        raise ImportRefused(f"{path} is no XML: {error}") from error
    if not records:
        raise ImportRefused(
            f"{path} holds no <wp:comment> of WordPress and no <post> of Disqus; allowed besides: "
            "CSV, TSV, JSON Lines, Excel"
        )
    return records


def _local(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]
