"""What the formats share: how an archive is read as text, what a block is, a format's duties."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from scoring.archive.row_judge import RowJudge
from scoring.errors import ArchiveDamaged

BLOCK_BYTES: Final = 4 * 1024 * 1024
"""A block ends here even if it holds fewer comments than it may: it bounds the memory of a run."""
BYTE_ORDER_MARK: Final = codecs.BOM_UTF8
LONGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes: a file without line ends would otherwise be read into memory whole."""
_READ_AT_ONCE: Final = 1024 * 1024
_GZIP_LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class Block:
    """Rows to score, or scored.

    Attributes:
        content: A `pyarrow.RecordBatch` or lines; scored, the bytes to append.
        rows: Rows of the input before its end, lines of JSON Lines.
        read: Bytes of the file that were read by then, for the progress bar.
        decisions: Once scored, the number of comments by decision.
    """

    content: Any = field(repr=False)
    rows: int
    read: int
    decisions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """One archive in one format; each format reads, scores and writes in its own way.

    Attributes:
        path: Where the archive is; its text is compressed where the name ends in `.gz`.
        asked: The column or member of comments by `--text-column`; by `--language-column` that of
            their languages, if there is one.
        most: Comments in a block.
        delimiter: What separates the cells of CSV.
        mark: The byte order mark that a text begins with, or no bytes.
        line_end: What ends the first line of a text.
    """

    path: Path
    asked: dict[str, str]
    most: int
    delimiter: str
    mark: bytes = b""
    line_end: str = "\n"

    @property
    def text_column(self) -> str:
        """The column of comments."""
        return self.asked["--text-column"]

    @property
    def language_column(self) -> str | None:
        """The column of their languages."""
        return self.asked.get("--language-column")

    def checked(self) -> Layout:
        """Read what comes before the comments.

        Raises:
            ArchiveRefused: A column is not there, or is there already.
            ArchiveDamaged: The file cannot be read; a text is read through for that.
        """
        raise NotImplementedError

    def opening(self) -> bytes:
        """Return the output's first bytes."""
        return pack(self.mark, self.path) if self.mark else b""

    def blocks(self, rows: int) -> Iterator[Block]:
        """Read blocks of whole rows, lazily, after so many rows."""
        raise NotImplementedError

    def score(self, judge: RowJudge, block: Block) -> Block:
        """Score a block: pure, and pickled with the block for a cluster."""
        raise NotImplementedError

    def finish(self, data: Path, finished: Path) -> Path:  # noqa: ARG002 - Parquet writes it
        """Turn the appended bytes into the output, and return its file."""
        return data


def is_compressed(path: Path) -> bool:
    """Tell by a file's name whether it is compressed by gzip."""
    return path.suffix.lower() == ".gz"


def pack(text: bytes, path: Path) -> bytes:
    """Compress text as a file is compressed; pieces one after the other unpack as one text."""
    return gzip.compress(text, _GZIP_LEVEL, mtime=0) if is_compressed(path) else text


@contextlib.contextmanager
def open_text(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Open a file, and give a stream of its text and one whose place says how much was read."""
    with path.open("rb", _READ_AT_ONCE) as file:
        if not is_compressed(path):
            yield file, file
            return
        # lines of a GzipFile are cut in Python, those of a buffer in C
        with gzip.open(file) as unpacked, io.BufferedReader(unpacked, _READ_AT_ONCE) as stream:
            yield stream, file


def check_text(path: Path) -> tuple[bytes, str]:
    """Read a text through, so that what is not UTF-8 is refused now and not after hours.

    Returns:
        The byte order mark that it begins with, or no bytes; what ends its first line.

    Raises:
        ArchiveDamaged: It is not UTF-8, is no whole gzip file, or has a line longer than
            `LONGEST_LINE`; the message names the place.
    """
    first, before, number = b"", 0, 0
    try:
        with open_text(path) as (stream, _):
            while line := stream.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise ArchiveDamaged(
                        f"{path}: line {number} is longer than {LONGEST_LINE} bytes; allowed: "
                        "lines that end in a line feed"
                    )
                line.decode()
                before += len(line)
                first = first or line
    except UnicodeDecodeError as error:
        raise ArchiveDamaged(
            f"{path} is not UTF-8: byte 0x{error.object[error.start]:02X} at offset "
            f"{before + error.start}, line {number}; convert it first, for example: "
            f"iconv -f WINDOWS-1252 -t UTF-8 {path.name}"
        ) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ArchiveDamaged(f"{path} is not a whole gzip file: {error}; copy it anew") from error
    mark = BYTE_ORDER_MARK if first.startswith(BYTE_ORDER_MARK) else b""
    return mark, "\r\n" if first.endswith(b"\r\n") else "\n"
