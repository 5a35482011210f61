"""CSV as newsrooms have it: cells keep their values, nothing is lost, nothing stops the run."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyarrow.csv import ParseOptions, read_csv

from scoring.archive.columns import COLUMNS
from scoring.archive.csv_layout import CsvLayout
from scoring.errors import ArchiveDamaged
from scoring.guidelines import CATEGORIES

Write = Callable[[str, bytes], Path]
INSULT = "you are an idiot"
THANKS = "thank you for a clear and honest article"


def rows(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def read_table(path: Path) -> Any:
    """Read cells that the csv module finds too large."""
    return read_csv(path, parse_options=ParseOptions(newlines_in_values=True))


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


def test_every_cell_keeps_its_value(write: Write, score: Any) -> None:
    names = ["id", "text", "'note'", ""]
    cells = [
        ["007", INSULT, " padded ", "1e5"],
        ["", 'he said ""no""\r\nand, after a while,\n\nleft', "NA", "null"],
        ["true", THANKS, "\u2028 \x0b \x1c 😀", "2026-11-28"],
        ["1,5", "a \x00 b", "'", "-"],
        ["5", INSULT, '5" tall', "the last line has no end"],
    ]
    table = io.StringIO(newline="")
    csv.writer(table).writerows([names, *cells])
    source = write("c.csv", table.getvalue().removesuffix("\r\n").encode())
    header, *scored = csv.reader(
        io.StringIO(score(source).output.read_bytes().decode(), newline=""), strict=True
    )
    assert header == [*names, *COLUMNS]
    assert [row[:4] for row in scored] == cells


def test_a_quote_inside_a_cell_is_a_character(write: Write, score: Any) -> None:
    (row,) = rows(score(write("c.csv", b'id,text\n1,5" or "so"\n')).output.read_bytes())
    assert row["text"] == '5" or "so"'


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_the_mark_before_the_first_column_stay(
    write: Write, score: Any, end: str
) -> None:
    source = write("c.csv", f"\ufefftext{end}{INSULT}{end}".encode())
    scored = score(source).output.read_bytes().decode()
    assert scored.startswith('\ufeff"text","moderation_decision"')
    assert scored.count("\ufeff") == 1
    assert scored.split(end)[-1] == ""
    assert scored.count("\n") == scored.count(end) == 2
    assert score(source, to="again").output.read_bytes().decode() == scored


def test_a_cell_of_any_size_is_read_and_no_limit_of_the_process_changes(
    write: Write, score: Any
) -> None:
    before = csv.field_size_limit()
    long = "so long " * 80_000
    source = write("c.csv", f'text,id\n{long},1\n{INSULT},2\n"{long}\n",3\n"{long}",4,5'.encode())
    table = read_table(score(source).output).to_pydict()
    assert table["text"] == [long, INSULT, f"{long}\n", long]
    assert [str(one) for one in table["id"]] == ["1", "2", "3", "4,5"]
    assert table["moderation_error"] == [
        "text_too_long", "", "text_too_long", "invalid_comment",
    ]  # fmt: skip
    longer = score(source, "--max-comment-bytes", "800000", to="longer")
    assert read_table(longer.output)["moderation_error"].to_pylist()[:3] == [""] * 3
    assert csv.field_size_limit() == before


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


def test_rows_of_other_widths_keep_their_places(
    write: Write, score: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.archive.csv_layout.CHUNK_BYTES", (600,))
    tails = ["", ",{}", ',"{}\n,"', ",{},", ",{},more,and more"]
    lines = [f"{n}{tails[n * n % 7 % 5].format(THANKS)}\n" for n in range(300)]
    source = write("c.csv", ("id,text\n" + "".join(lines) + "1\n2\n").encode())
    outcome = score(source, "--chunk-comments", "7")
    table = rows(outcome.output.read_bytes())
    assert [row["id"] for row in table] == [*map(str, range(300)), "1", "2"]
    errors = ["missing_text", "", "", "invalid_comment", "invalid_comment"]
    expected = [errors[n * n % 7 % 5] for n in range(300)]
    assert [row["moderation_error"] for row in table] == [*expected, "missing_text", "missing_text"]
    assert outcome.told.startswith("302 comments: ")


def test_a_language_of_the_archive_sends_a_comment_to_review(write: Write, score: Any) -> None:
    source = write("c.csv", f"lang,text\nde,{THANKS}\nen,{THANKS}\n,{THANKS}\n".encode())
    german, english, unknown = rows(score(source, "--language-column", "lang").output.read_bytes())
    assert (german["moderation_decision"], german["moderation_language"]) == ("review", "de")
    assert english["moderation_reject"] == unknown["moderation_reject"]
    assert english["moderation_language"] == unknown["moderation_language"] == "en"


def write_random(source: random.Random, width: int) -> tuple[str, bool]:
    """Write CSV with whatever cells and rows may hold; whether its last quote is open."""
    pieces = ["a", "b ", '"', ",", "\n", "\r\n", "\r", "é", "'", "007", "x" * 90]

    def cell() -> str:
        text = "".join(source.choices(pieces, k=source.randrange(8)))
        bare = source.random() < 0.5 and not set(text) & set('",\r\n')
        return text if bare else '"' + text.replace('"', '""') + '"'

    lines = [",".join(f"c{n}" for n in range(width))]
    for _ in range(source.randrange(50)):
        cells = width if source.random() < 0.8 else source.randrange(1, width + 3)
        lines.append(",".join(cell() for _ in range(cells)))
    is_open = source.random() < 0.2
    lines += ['1,2,"open\n'] if is_open else []
    return source.choice(("\n", "\r\n", "\n\n")).join(lines), is_open


@pytest.mark.parametrize("seed", range(100))
def test_it_reads_what_the_csv_module_reads(
    write: Write, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    source = random.Random(seed)  # noqa: S311  # no secret
    width = source.choice((1, 2, 4))
    content, is_open = write_random(source, width)
    monkeypatch.setattr("scoring.archive.csv_layout.CHUNK_BYTES", (300, 3000))
    path = write("c.csv", content.encode())
    layout = CsvLayout(path, {"--text-column": "c0"}, source.choice((1, 7, 99)), ",").checked()
    expected = []
    for cells in filter(None, csv.reader(io.StringIO(content, newline=""))):
        surplus = [",".join(cells[width - 1 :])] if len(cells) >= width else []
        missing = [None] * (width - len(cells))
        expected.append((*cells[: width - 1], *surplus, *missing, len(cells) > width))
    whole = expected[1:-1] if is_open else expected[1:]
    done = source.randrange(len(whole) + 1)
    found: list[Any] = []
    with pytest.raises(ArchiveDamaged) if is_open else contextlib.nullcontext():
        for block in layout.blocks(done):
            found += zip(*(one.to_pylist() for one in block.content.columns), strict=True)
    assert found[: len(whole) - done if is_open else None] == whole[done:]


def test_empty_lines_are_no_comments(write: Write, score: Any) -> None:
    source = write("c.csv", f'\ntext\n\n{INSULT}\n\n\n""\n{THANKS}\n\n'.encode())
    outcome = score(source)
    assert [row["text"] for row in rows(outcome.output.read_bytes())] == [INSULT, "", THANKS]
    assert outcome.told.startswith("3 comments")


def test_carriage_returns_alone_end_lines(write: Write, score: Any) -> None:
    source = write("c.csv", f"id,text\r1,{INSULT}\r2,{THANKS}\r".encode())
    assert [row["text"] for row in rows(score(source).output.read_bytes())] == [INSULT, THANKS]


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
    header = ",".join(f'"{name}"' for name in ("id", "text", *COLUMNS))
    assert outcome.output.read_text() == f"{header}\n"
    assert outcome.told.startswith("0 comments: none")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty or begins with a quote that is never closed; its first line must name"),
        (b"\n\n", "is empty or begins with a quote"),
        (b'"id,text\n1,a\n', "is empty or begins with a quote"),
        (b"text\nfine\ncaf\xe9 au lait\n", "byte 0xE9 at offset 13, line 3; convert"),
        ("text\nfine\n".encode("utf-16"), "is not UTF-8: byte 0xFF at offset 0, line 1"),
        (b'id,text\n1,a\n2,"never\nclosed\n3,b\n', "the record that begins in line 3"),
        (b'id,text\n1,"a\n\nb"\n2,b,"never\nclosed\n3,b\n', "that begins in line 5"),
        (b'id,text\n1,a\n2\n\n3,"never closed', "the record that begins in line 4"),
        (b'text\n%s\n"never closed' % (b"x" * 200_000), "row 2 cannot be read; look for a quote"),
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
    monkeypatch.setattr("scoring.archive.csv_layout.CHUNK_BYTES", (500, 1000))
    source = write("c.csv", b'text\na\n"open\n' + b"more and more\n" * 1000)
    assert "the record that begins in line 3" in score(source, status=1).told


def test_a_file_without_line_ends_is_refused(
    write: Write, score: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.archive.layout.LONGEST_LINE", 1000)
    source = write("c.csv", b"text\n" + b"x" * 2000)
    assert "line 2 is longer than 1000 bytes" in score(source, status=1).told
