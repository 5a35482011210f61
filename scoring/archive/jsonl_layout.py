"""JSON Lines: every line stays as it was written, with one member added at its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

import orjson

from scoring.archive.layout import (
    BLOCK_BYTES,
    Block,
    Layout,
    check_text,
    open_text,
    pack,
)
from scoring.archive.row_judge import Findings, RowJudge
from scoring.comment_rules import Fault, json_type
from scoring.errors import ArchiveDamaged, ArchiveRefused
from scoring.result_json import render

MEMBER: Final = "moderation"
"""The added member."""
UNREAD: Final = "unread"
"""Holds, as a string, a line that is no JSON object."""
LOOKED_AT: Final = 100
"""Lines that are read to see whether the text's member is in any of them."""
_MISSING: Final = Fault("missing_text", "there is no text; allowed: string")


@dataclass(frozen=True, slots=True)
class JsonLinesLayout(Layout):
    """One JSON Lines file."""

    def checked(self) -> JsonLinesLayout:
        """Check the encoding, and that the members asked for are in one of the first lines."""
        mark, _ = check_text(self.path)
        with open_text(self.path) as (stream, _):
            stream.read(len(mark))
            begins = list(islice(stream, LOOKED_AT))
        if begins and begins[0].lstrip().startswith(b"["):
            raise ArchiveDamaged(
                f"{self.path} is a JSON array; allowed: one object a line, for example by: "
                f"jq -c '.[]' {self.path.name}"
            )
        found = [members for line in begins if isinstance(members := _parse(line), dict)]
        names = {name: None for members in found for name in members}
        for option, name in self.asked.items():
            if names and name not in names:
                raise ArchiveRefused(
                    f"member {name!r} is in none of the first {len(begins)} lines; name one of "
                    f"{', '.join(map(repr, names))} by {option}"
                )
        return replace(self, mark=mark)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Read blocks of lines."""
        with open_text(self.path) as (stream, file):
            stream.read(len(self.mark))
            lines: list[bytes] = []
            size = 0
            for line in islice(stream, rows, None):
                lines.append(line)
                size += len(line)
                if len(lines) == self.most or size >= BLOCK_BYTES:
                    rows += len(lines)
                    yield Block(lines, rows, file.tell())
                    lines, size = [], 0
            if lines:
                yield Block(lines, rows + len(lines), file.tell())

    def score(self, judge: RowJudge, block: Block) -> Block:
        """Return the lines of a block with the added member.

        Raises:
            ArchiveRefused: A line has that member already.
        """
        lines: list[bytes] = block.content
        read = {place: _parse(line) for place, line in enumerate(lines) if not line.isspace()}
        for place, members in read.items():
            if isinstance(members, dict) and MEMBER in members:
                raise ArchiveRefused(
                    f"{self.path}: line {block.rows - len(lines) + place + 1} has a member "
                    f"{MEMBER!r} already: it looks scored; rename or drop that member"
                )
        declared = None
        if self.language_column is not None:
            declared = [_language(members, self.language_column) for members in read.values()]
        found = judge.judge([_text(one, self.text_column) for one in read.values()], declared)
        written = lines.copy()
        for (place, members), result in zip(read.items(), _results(found), strict=True):
            written[place] = _with_member(lines[place], members, result)
        data = pack(b"".join(written), self.path)
        return replace(block, content=data, decisions=found.decisions())


def _parse(line: bytes) -> dict[str, Any] | Fault:
    """Read the members of the object in a line, or say why there are none."""
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
    if isinstance(text := members.get(name, _MISSING), str | Fault):
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
        body, members = orjson.dumps({UNREAD: body.decode()}), {UNREAD: None}
    comma = b"," if members else b""
    return b'%b%b"%b":%b}%b' % (body[:-1], comma, MEMBER.encode(), result, end)


def _results(found: Findings) -> Iterator[bytes]:
    """Write what was found of each comment as `/classify` does."""
    rendered = iter(render(found.judgements))
    for fault in found.faults:
        if fault is None:
            yield b"{%b" % next(rendered)
        else:
            yield orjson.dumps({"error": fault._asdict()})
