"""Which format an archive has, and its layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scoring.archive.blocks import Layout
from scoring.archive.csv_layout import open_csv
from scoring.archive.jsonl_layout import open_json_lines
from scoring.archive.text_input import TextInput
from scoring.errors import ArchiveRefused

CSV: Final = "csv"
JSON_LINES: Final = "jsonl"
PARQUET: Final = "parquet"
FORMATS: Final = (CSV, JSON_LINES, PARQUET)
_ENDINGS: Final = {
    ".csv": CSV, ".jsonl": JSON_LINES, ".ndjson": JSON_LINES, ".parquet": PARQUET,
}  # fmt: skip
_COMPRESSED: Final = ".gz"


@dataclass(frozen=True, slots=True)
class Format:
    """How an archive is written.

    Attributes:
        name: One of `FORMATS`.
        compressed: Whether by gzip, around the whole file.
    """

    name: str
    compressed: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """How comments are found in an archive.

    Attributes:
        text_column: The column or member that holds the comment.
        language_column: The one that holds its language, or None.
        delimiter: What separates the cells of CSV.
        block_comments: Most comments in a block.
    """

    text_column: str
    language_column: str | None
    delimiter: str
    block_comments: int


def format_of(path: Path, named: str | None) -> Format:
    """Tell an archive's format by its name.

    Args:
        path: Its name.
        named: The format that the user names, or None.

    Returns:
        The format.

    Raises:
        ArchiveRefused: The name tells nothing, and the user names none.
    """
    compressed = path.suffix.lower() == _COMPRESSED
    ending = (path.with_suffix("") if compressed else path).suffix.lower()
    name = named or _ENDINGS.get(ending)
    if name is None:
        raise ArchiveRefused(
            f"{path} does not end in one of {', '.join(_ENDINGS)}; name its format by --format "
            f"{'|'.join(FORMATS)}"
        )
    if name == PARQUET and compressed:
        raise ArchiveRefused(f"{path}: Parquet compresses its columns itself; unpack it first")
    return Format(name, compressed)


def open_layout(path: Path, form: Format, reading: Reading) -> Layout:
    """Open an archive and check that it can be read.

    Args:
        path: The archive.
        form: Its format.
        reading: How comments are found in it.

    Returns:
        Its layout.

    Raises:
        ArchiveError: A column is missing or there already, or the content cannot be read.
    """
    text, language, most = reading.text_column, reading.language_column, reading.block_comments
    if form.name == PARQUET:
        # half a second to import, and only for this format
        from scoring.archive.parquet_layout import open_parquet

        return open_parquet(path, text, language, most)
    source = TextInput(path, form.compressed)
    if form.name == CSV:
        return open_csv(source, reading.delimiter, text, language, most)
    return open_json_lines(source, text, language, most)
