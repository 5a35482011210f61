"""JSON Lines: each line stays as written, with one member added: a result of `/classify`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[[str, bytes], Path]
INSULT = "you are an idiot"
THANKS = "thank you for a clear and honest article"


@pytest.mark.parametrize("policy", ["assist", "automatic"])
def test_the_added_member_is_a_result_of_classify(
    write: Write, score: Any, results: Any, policy: str
) -> None:
    texts = [INSULT, THANKS, "zzzz qqqq"]
    source = write("c.jsonl", b"".join(json.dumps({"text": t}).encode() + b"\n" for t in texts))
    outcome = score(source, "--policy", policy)
    assert [line["moderation"] for line in outcome.lines] == results(texts, policy=policy)
    explained = score(source, "--policy", policy, "--explain", to="explained")
    expected = results(texts, policy=policy, explained=True)
    assert [line["moderation"] for line in explained.lines] == expected
    assert expected[0]["spans"]


def test_every_line_stays_as_it_was_written(write: Write, score: Any) -> None:
    lines = [
        '{"id": 1,  "text": "you are \\u0061n idiot" , "n": 1.50e3}',
        '{"text": "thank you", "text": "for a clear article"}  \t',
        '{"text":"é 😀 \u2028", "deep": {"moderation": [1, {}]}}\r',
        '{"text": "NaN is no JSON", "n": NaN, "big": 123456789012345678901234567890}',
    ]
    source = write("c.jsonl", "\n".join(lines).encode())
    scored = score(source).output.read_bytes().decode().split("\n")
    assert len(scored) == len(lines)
    for before, after in zip(lines, scored, strict=True):
        body = before.rstrip()
        assert after.startswith(body[:-1] + ',"moderation":{"decision":')
        assert after.endswith("}" + before[len(body) :])
        assert json.loads(after)["moderation"]["decision"]


def test_what_cannot_be_scored_gets_an_error_and_the_run_goes_on(write: Write, score: Any) -> None:
    texts = ['"a"', '""', '" \\n"', "null", "7", '["a"]', '"\\ud800 half"', f'"{"x" * 20_481}"']
    lines = [f'{{"text": {text}}}' for text in texts] + ["{}", '{"other": 1}']
    source = write("c.jsonl", "\n".join(lines).encode())
    outcome = score(source)
    codes = [line["moderation"].get("error", {"code": ""})["code"] for line in outcome.lines]
    assert codes == [
        "", "empty_text", "empty_text", "invalid_text", "invalid_text", "invalid_text",
        "invalid_text", "text_too_long", "missing_text", "missing_text",
    ]  # fmt: skip
    assert outcome.lines[-2] == {"moderation": outcome.lines[-2]["moderation"]}
    message = outcome.lines[5]["moderation"]["error"]["message"]
    assert message == "text is array; allowed: string"


@pytest.mark.parametrize("line", ["{'text': 1}", '{"text": "cut', "null", '"text"', "[" * 3000])
def test_a_line_that_is_no_object_is_kept_as_a_string(write: Write, score: Any, line: str) -> None:
    good = json.dumps({"text": INSULT})
    outcome = score(write("c.jsonl", f"{good}\n{line}\n{good}\n".encode()))
    first, broken, last = outcome.lines
    assert broken["unread"] == line
    assert broken["moderation"]["error"]["code"] == "invalid_comment"
    assert first == last


def test_empty_lines_and_the_byte_order_mark_stay(write: Write, score: Any) -> None:
    line = json.dumps({"text": INSULT}).encode()
    outcome = score(write("c.ndjson", b"\xef\xbb\xbf" + line + b"\n\n \r\n" + line))
    mark, rest = outcome.output.read_bytes()[:3], outcome.output.read_bytes()[3:]
    first, *empty, last = rest.split(b"\n")
    assert (mark, empty, first) == (b"\xef\xbb\xbf", [b"", b" \r"], last)
    assert outcome.told.startswith("2 comments")


def test_other_members_and_languages(write: Write, score: Any) -> None:
    lines = [{"body": THANKS, "in": language} for language in ("de", "", None, 7)]
    source = write("c.jsonl", "\n".join(map(json.dumps, lines)).encode())
    outcome = score(source, "--text-column", "body", "--language-column", "in")
    german, empty, absent, number = (line["moderation"] for line in outcome.lines)
    assert (german["decision"], german["language"]) == ("review", "de")
    assert empty == absent
    assert number["error"]["code"] == "invalid_language"


def test_gzip_stays_gzip(write: Write, score: Any) -> None:
    content = (json.dumps({"text": INSULT}) + "\n").encode() * 30
    packed = score(write("c.jsonl.gz", gzip.compress(content)), "--chunk-comments", "7")
    plain = score(write("c.jsonl", content))
    assert gzip.decompress(packed.output.read_bytes()) == plain.output.read_bytes()


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b'{"body": "x", "id": 1}\n', 2, "name one of 'body', 'id' by --text-column"),
        (b'[{"text": "x"},\n{"text": "y"}]', 1, "is a JSON array; allowed: one object a line"),
        (b'{"text": "caf\xe9"}', 1, "byte 0xE9 at offset 13, line 1"),
        (b'{"text": "x"}\n{"text": "y", "moderation": 0}', 2, "line 2 has a member 'moderation'"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_place(
    write: Write, score: Any, content: bytes, status: int, told: str
) -> None:
    outcome = score(write("c.jsonl", content), status=status)
    assert told in outcome.told
    assert outcome.told.count("\n") == 1
    assert not outcome.output.exists()


def test_an_empty_file_is_an_archive_without_comments(write: Write, score: Any) -> None:
    assert score(write("c.jsonl", b"")).output.read_bytes() == b""
