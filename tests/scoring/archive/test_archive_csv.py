"""CSV as newsrooms have it: cells stay as written, nothing is lost, nothing stops the run."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scoring.archive.columns import COLUMNS
from scoring.guidelines import CATEGORIES

Write = Callable[[str, bytes], Path]
INSULT = "you are an idiot"
THANKS = "thank you for a clear and honest article"


def rows(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def test_columns_are_added_and_hold_what_classify_answers(
    write: Write, score: Any, results: Any
) -> None:
    source = write("c.csv", f"id,text\n7,{INSULT}\n8,{THANKS}\n9,zzzz qqqq\n".encode())
    outcome = score(source)
    table = rows(outcome.output.read_bytes())
    assert list(table[0]) == ["id", "text", *COLUMNS]
    assert [row["id"] for row in table] == ["7", "8", "9"]
    for row, result in zip(table, results([INSULT, THANKS, "zzzz qqqq"]), strict=True):
        assert row["moderation_decision"] == result["decision"]
        assert row["moderation_reject"] == f"{result['reject']:.6f}"
        for category in CATEGORIES:
            told = row[f"moderation_{category}"]
            assert told == f"{result['categories'][category]['reject']:.6f}"
        assert row["moderation_reasons"].split() == result["reasons"]
        assert row["moderation_language"] == result["language"]
        assert row["moderation_review_reason"] == result.get("review_reason", "")
        assert row["moderation_error"] == ""
    assert table[2]["moderation_review_reason"] == "no_known_terms"
    assert outcome.told.startswith("3 comments: ")


def test_every_cell_stays_as_it_was_written(write: Write, score: Any) -> None:
    lines = [
        "\ufeffid,\"text\",'note'\r\n",
        f'"001",{INSULT}, padded \r\n',
        '2,"he said ""no""\r\nand, after a while,\n\nleft",x\r\n',
        f"3,{THANKS},\u2028 \x0b \x1c 😀\r\n",
        "4,a \x00 b,\r\n",
        f"5,{INSULT},the last line has no end",
    ]
    source = write("c.csv", "".join(lines).encode())
    scored = score(source).output.read_bytes().decode()
    rest = scored
    for line in lines:
        body = line.removesuffix("\r\n")
        assert rest.startswith(body + ",")
        rest = rest[len(body) :]
        added, end, rest = rest.partition("\r\n") if line != body else (rest, "", "")
        assert added.count(",") == len(COLUMNS)
        assert end == line[len(body) :]
    assert rest == ""


def test_the_mark_before_the_first_column_is_no_part_of_its_name(write: Write, score: Any) -> None:
    scored = score(write("c.csv", f"\ufefftext\n{INSULT}\n".encode())).output.read_bytes()
    assert scored.startswith("\ufefftext,moderation_decision".encode())
    assert scored.count("\ufeff".encode()) == 1


def test_a_text_over_the_csv_modules_own_limit_is_read(write: Write, score: Any) -> None:
    long = "so long " * 40_000
    source = write("c.csv", f"text,id\n{long},1\n{INSULT},2\n".encode())
    first, second = rows(score(source).output.read_bytes())
    assert (first["moderation_error"], first["text"]) == ("text_too_long", long)
    assert second["moderation_error"] == ""
    longer = score(source, "--max-comment-bytes", "400000", to="longer")
    assert rows(longer.output.read_bytes())[0]["moderation_error"] == ""


def test_what_cannot_be_scored_gets_an_error_and_the_run_goes_on(write: Write, score: Any) -> None:
    content = f"id,text,lang\n1,,en\n2,  ,en\n3\n4,{INSULT},en,x\n5,{INSULT},12\n6,{INSULT},\n"
    outcome = score(write("c.csv", content.encode()), "--language-column", "lang")
    table = rows(outcome.output.read_bytes())
    assert [row["moderation_error"] for row in table] == [
        "empty_text", "empty_text", "missing_text", "invalid_comment", "invalid_language", "",
    ]  # fmt: skip
    assert [row["id"] for row in table] == ["1", "2", "3", "4", "5", "6"]
    assert all(row["moderation_reject"] == "" for row in table[:5])
    assert all(None not in row and None not in row.values() for row in table)
    assert "5 error" in outcome.told


def test_a_record_with_more_cells_than_the_header_keeps_them_in_the_last(
    write: Write, score: Any
) -> None:
    source = write("c.csv", b'text,note\nfirst,"a,1",b,"c ""d"""\n')
    (row,) = rows(score(source).output.read_bytes())
    assert (row["text"], row["note"]) == ("first", 'a,1,b,c "d"')
    assert row["moderation_error"] == "invalid_comment"


def test_a_language_of_the_archive_sends_a_comment_to_review(write: Write, score: Any) -> None:
    source = write("c.csv", f"lang,text\nde,{THANKS}\nen,{THANKS}\n,{THANKS}\n".encode())
    german, english, unknown = rows(score(source, "--language-column", "lang").output.read_bytes())
    assert (german["moderation_decision"], german["moderation_language"]) == ("review", "de")
    assert english["moderation_reject"] == unknown["moderation_reject"]
    assert english["moderation_language"] == unknown["moderation_language"] == "en"


def test_empty_lines_stay_and_are_no_comments(write: Write, score: Any) -> None:
    source = write("c.csv", f"\ntext\n\n{INSULT}\n\n\n{THANKS}\n\n".encode())
    outcome = score(source)
    content = outcome.output.read_text()
    assert [bool(line) for line in content.split("\n")] == [
        False, True, False, True, False, False, True, False, False,
    ]  # fmt: skip
    assert outcome.told.startswith("2 comments")


def test_carriage_returns_alone_end_lines(write: Write, score: Any) -> None:
    source = write("c.csv", f"id,text\r1,{INSULT}\r2,{THANKS}\r".encode())
    content = score(source).output.read_bytes()
    assert [row["text"] for row in rows(content)] == [INSULT, THANKS]
    assert content.count(b"\r") == 3
    assert b"\n" not in content


@pytest.mark.parametrize(("name", "mark"), [("semicolon", ";"), ("tab", "\t"), ("bar", "|")])
def test_other_delimiters(write: Write, score: Any, name: str, mark: str) -> None:
    source = write("c.csv", f"id{mark}text\n1{mark}{INSULT}, and more\n".encode())
    (row,) = rows(score(source, "--delimiter", name).output.read_bytes(), mark)
    assert row["text"] == f"{INSULT}, and more"
    assert row["moderation_decision"]
    refused = score(source, to="refused", status=2)
    assert f"if a {name} separates them, add --delimiter {name}" in refused.told


def test_gzip_stays_gzip(write: Write, score: Any) -> None:
    content = b"text\n" + f"{INSULT}\n".encode() * 250
    packed = score(write("c.csv.gz", gzip.compress(content)), "--chunk-comments", "100")
    plain = score(write("c.csv", content))
    assert packed.output.name == "scored.csv.gz"
    assert gzip.decompress(packed.output.read_bytes()) == plain.output.read_bytes()
    cut = write("cut.csv.gz", gzip.compress(content)[:-9])
    assert "is not a whole gzip file" in score(cut, to="of-cut", status=1).told


def test_a_header_alone_is_an_archive_without_comments(write: Write, score: Any) -> None:
    outcome = score(write("c.csv", b"id,text"))
    assert outcome.output.read_text() == ",".join(["id,text", *COLUMNS])
    assert outcome.told.startswith("0 comments: none")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty; its first line must name the columns"),
        (b"text\nfine\ncaf\xe9 au lait\n", "byte 0xE9 at offset 13, line 3; convert"),
        ("text\nfine\n".encode("utf-16"), "is not UTF-8: byte 0xFF at offset 0, line 1"),
        (b'id,text\n1,a\n2,"never\nclosed\n3,b\n', "the record that begins in line 3"),
    ],
)
def test_what_is_no_csv_is_refused_by_its_place(
    write: Write, score: Any, content: bytes, told: str
) -> None:
    outcome = score(write("c.csv", content), status=1)
    assert told in outcome.told
    assert outcome.told.count("\n") == 1
    assert not outcome.output.exists()


def test_a_quote_that_swallows_the_file_is_refused_before_it_fills_the_memory(
    write: Write, score: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.archive.csv_records.LONGEST_CELL", 1000)
    source = write("c.csv", b'text\na\n"open\n' + b"more and more\n" * 1000)
    assert "the record that begins in line 3" in score(source, status=1).told


def test_a_file_without_line_ends_is_refused(
    write: Write, score: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.archive.text_input.LONGEST_LINE", 1000)
    source = write("c.csv", b"text\n" + b"x" * 2000)
    assert "line 2 is longer than 1000 bytes" in score(source, status=1).told
