"""JSON Lines: every line stays as it was written, with one member added at its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from scoring.archive.blocks import BLOCK_BYTES, Position, ScoredBlock, count_decisions
from scoring.archive.row_judge import Findings, RowJudge
from scoring.archive.text_input import TextInput, check_utf8
from scoring.comment_rules import Fault, json_type
from scoring.errors import ArchiveDamaged, ArchiveRefused
from scoring.result_json import render

MEMBER: Final = "moderation"
"""The added member."""
UNREAD: Final = "unread"
"""Holds, as a string, a line that is no JSON object."""
LOOKED_AT: Final = 100
"""Lines that are read to see whether the text's member is in any of them."""


@dataclass(frozen=True, slots=True)
class JsonLinesBlock:
    """Lines to score.

    Attributes:
        end: Where they end in the file.
        first_line: Number of the first, counted from 1.
        lines: As written, line ends included.
    """

    end: Position
    first_line: int
    lines: list[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class JsonLinesLayout:
    """One JSON Lines file.

    Attributes:
        source: The file.
        text_member: The member that holds the comment.
        language_member: The member that holds its language, or None.
        most: Comments in a block.
    """

    source: TextInput
    text_member: str
    language_member: str | None
    most: int

    @property
    def unit(self) -> str:
        """Progress is counted in bytes."""
        return "B"

    @property
    def total(self) -> int | None:
        """The bytes of the file, if known."""
        return self.source.total

    def opening(self) -> tuple[bytes, Position]:
        """Return the byte order mark, if the file has one, and where the first line is."""
        mark = self.source.byte_order_mark()
        return (self.source.pack(mark) if mark else b""), Position(len(mark), 0)

    def finish(self, data: Path, finished: Path) -> Path:  # noqa: ARG002 - other formats write it
        """Return the appended bytes' file: it is the output."""
        return data

    def blocks(self, start: Position) -> Iterator[JsonLinesBlock]:
        """Read blocks of lines.

        Args:
            start: Where a block ended, or the first line.

        Yields:
            Blocks of at most `most` lines, ended early at `BLOCK_BYTES`.

        Raises:
            ArchiveDamaged: A line is too long.
        """
        offset, line = start
        lines: list[bytes] = []
        size = 0
        for content in self.source.lines(offset, line):
            lines.append(content)
            size += len(content)
            if len(lines) == self.most or size >= BLOCK_BYTES:
                yield self._block(offset + size, line, lines)
                offset, line, lines, size = offset + size, line + len(lines), [], 0
        if lines:
            yield self._block(offset + size, line, lines)

    def _block(self, end: int, before: int, lines: list[bytes]) -> JsonLinesBlock:
        return JsonLinesBlock(Position(end, before + len(lines)), before + 1, lines)

    def score(self, judge: RowJudge, block: JsonLinesBlock) -> ScoredBlock:
        """Score a block.

        Args:
            judge: Judges comments.
            block: The lines.

        Returns:
            Each line with the added member.

        Raises:
            ArchiveRefused: A line has that member already.
        """
        places = [place for place, line in enumerate(block.lines) if not line.isspace()]
        read = [parse_line(block.lines[place]) for place in places]
        for place, members in zip(places, read, strict=True):
            if isinstance(members, dict) and MEMBER in members:
                raise ArchiveRefused(
                    f"{self.source.path}: line {block.first_line + place} has a member "
                    f"{MEMBER!r} already: it looks scored; rename or drop that member"
                )
        texts = [_text(members, self.text_member) for members in read]
        declared = None
        if self.language_member is not None:
            declared = [_language(members, self.language_member) for members in read]
        found = judge.judge(texts, declared)
        written = block.lines.copy()
        for place, members, result in zip(places, read, _results(found), strict=True):
            written[place] = _with_member(block.lines[place], members, result)
        data = self.source.pack(b"".join(written))
        return ScoredBlock(data, block.end, count_decisions(found))


def open_json_lines(
    source: TextInput, text_member: str, language_member: str | None, most: int
) -> JsonLinesLayout:
    """Check a JSON Lines file's encoding, and that it holds the members asked for.

    Args:
        source: The file.
        text_member: The member that holds the comment.
        language_member: The member that holds its language, if any.
        most: Comments in a block.

    Returns:
        The file's layout.

    Raises:
        ArchiveRefused: None of the first lines has a member that is asked for.
        ArchiveDamaged: The file is not UTF-8, or is one JSON array.
    """
    check_utf8(source)
    layout = JsonLinesLayout(source, text_member, language_member, most)
    _, (offset, line) = layout.opening()
    begins = list(islice(source.lines(offset, line), LOOKED_AT))
    if begins and begins[0].lstrip().startswith(b"["):
        raise ArchiveDamaged(
            f"{source.path} is a JSON array; allowed: one object a line, for example by: "
            f"jq -c '.[]' {source.path.name}"
        )
    found = [members for members in map(parse_line, begins) if isinstance(members, dict)]
    names = list(dict.fromkeys(name for members in found for name in members))
    asked = {"--text-column": text_member, "--language-column": language_member}
    for option, name in asked.items():
        if found and name is not None and name not in names:
            raise ArchiveRefused(
                f"member {name!r} is in none of the first {len(begins)} lines; name one of "
                f"{', '.join(map(repr, names))} by {option}"
            )
    return layout


def parse_line(line: bytes) -> dict[str, Any] | Fault:
    """Read the object in one line.

    Args:
        line: Bytes of UTF-8.

    Returns:
        Its members, or why there are none.
    """
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        # what Python's own parser also takes for JSON: NaN, half of a UTF-16 pair
        try:
            value = json.loads(line.decode())
        except (ValueError, RecursionError):
            return Fault("invalid_comment", "the line is not JSON; allowed: object")
    if not isinstance(value, dict):
        return Fault("invalid_comment", f"the line is {json_type(value)}; allowed: object")
    return value


def _text(members: dict[str, Any] | Fault, name: str) -> str | Fault:
    if isinstance(members, Fault):
        return members
    if name not in members:
        return Fault("missing_text", "there is no text; allowed: string")
    text = members[name]
    if isinstance(text, str):
        return text
    return Fault("invalid_text", f"text is {json_type(text)}; allowed: string")


def _language(members: dict[str, Any] | Fault, name: str) -> object:
    """Return the language that a line gives; an empty string gives none."""
    given = members.get(name) if isinstance(members, dict) else None
    return None if given == "" else given


def _with_member(line: bytes, members: dict[str, Any] | Fault, result: bytes) -> bytes:
    """Add a result to a line, before the brace that closes it."""
    body = line.rstrip()
    end = line[len(body) :]
    if isinstance(members, Fault):
        unread = orjson.dumps({UNREAD: body.decode()})
        body, members = unread, {UNREAD: None}
    comma = b"," if members else b""
    return b'%b%b"%b":%b}%b' % (body[:-1], comma, MEMBER.encode(), result, end)


def _results(found: Findings) -> Iterator[bytes]:
    """Write what was found of each comment as `/classify` does."""
    rendered = iter(render(found.judgements))
    for fault in found.faults:
        if fault is None:
            yield b"{%b" % next(rendered)
        else:
            yield orjson.dumps({"error": {"code": fault.code, "message": fault.message}})
