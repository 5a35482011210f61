"""Reads text archives as lines of bytes, plain or compressed by gzip."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from scoring.errors import ArchiveDamaged

BYTE_ORDER_MARK: Final = codecs.BOM_UTF8
LONGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes: a file without line ends would otherwise be read into memory whole."""
_CHECKED_AT_ONCE: Final = 1024 * 1024
_GZIP_LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class TextInput:
    """A text file.

    Attributes:
        path: Where it is.
        compressed: Whether it is compressed by gzip.
    """

    path: Path
    compressed: bool

    @property
    def total(self) -> int | None:
        """Its bytes of text; None where only decompressing would tell."""
        return None if self.compressed else self.path.stat().st_size

    @contextlib.contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open it for reading bytes of text.

        Raises:
            ArchiveDamaged: The compression is broken.
        """
        try:
            with contextlib.ExitStack() as stack:
                if self.compressed:
                    unpacked = stack.enter_context(gzip.open(self.path))
                    # its own lines are cut in Python, those of a buffer in C
                    yield io.BufferedReader(unpacked, _CHECKED_AT_ONCE)
                else:
                    yield stack.enter_context(self.path.open("rb", _CHECKED_AT_ONCE))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ArchiveDamaged(
                f"{self.path} is not a whole gzip file: {error}; copy it anew"
            ) from error

    def pack(self, content: bytes) -> bytes:
        """Compress content as the file is compressed.

        Args:
            content: Bytes of text.

        Returns:
            The same bytes every time; packed pieces one after the other unpack as one text.
        """
        return gzip.compress(content, _GZIP_LEVEL, mtime=0) if self.compressed else content

    def byte_order_mark(self) -> bytes:
        """Return the mark it begins with, or no bytes."""
        with self.open() as stream:
            begins = stream.read(len(BYTE_ORDER_MARK))
        return begins if begins == BYTE_ORDER_MARK else b""

    def lines(self, offset: int, line: int) -> Iterator[bytes]:
        """Read lines with their ends.

        Args:
            offset: Byte of text to begin at.
            line: Lines before it, for error messages.

        Yields:
            Lines; they end in a line feed, the last one perhaps not.

        Raises:
            ArchiveDamaged: A line is longer than `LONGEST_LINE`.
        """
        with self.open() as stream:
            stream.seek(offset)
            while content := stream.readline(LONGEST_LINE + 1):
                line += 1
                if len(content) > LONGEST_LINE:
                    raise ArchiveDamaged(
                        f"{self.path}: line {line} is longer than {LONGEST_LINE} bytes; allowed: "
                        "lines that end in a line feed"
                    )
                yield content


def check_utf8(source: TextInput) -> None:
    """Read a file through, so that its encoding is refused before hours of scoring, not after.

    Args:
        source: The file.

    Raises:
        ArchiveDamaged: It is not UTF-8; the message names the first byte that is not, by its
            offset in the text and its line.
    """
    checked = lines = 0
    carried = b""
    with source.open() as stream:
        while True:
            block = stream.read(_CHECKED_AT_ONCE)
            content = carried + block
            try:
                _, used = codecs.utf_8_decode(content, "strict", not block)
            except UnicodeDecodeError as error:
                line = lines + content.count(b"\n", 0, error.start) + 1
                raise ArchiveDamaged(
                    f"{source.path} is not UTF-8: byte 0x{content[error.start]:02X} at offset "
                    f"{checked + error.start}, line {line}; convert it first, for example: "
                    f"iconv -f WINDOWS-1252 -t UTF-8 {source.path.name}"
                ) from None
            if not block:
                return
            lines += content.count(b"\n", 0, used)
            checked, carried = checked + used, content[used:]
