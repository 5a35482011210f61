"""`comment-moderation import`, as a newsroom would call it on what its systems export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from training.__main__ import main
from training.own_decisions.store import FILE, read_decisions

Captured = pytest.CaptureFixture[str]
Import = Callable[..., list[str]]
CAFE = "a naïve question: was the café open? it’s déjà vu"
CSV = "comment_content,comment_approved,comment_date\nYou fool,trash,2026-11-02 10:00\nNice,1,\n"


@pytest.fixture
def imported(tmp_path: Path, capsys: Captured) -> Import:
    """Write a file, import it, and return the report."""

    def run(name: str, content: str | bytes, *options: str, status: int = 0) -> list[str]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        words = ["--data", str(tmp_path), "import", str(path), *options]
        assert main(words) == status
        told = capsys.readouterr()
        return (told.err if status else told.out).splitlines()

    return run


def decisions(folder: Path) -> dict[str, str]:
    return {one.text: one.decision for one in read_decisions(folder / "own")}


def test_columns_of_wordpress_are_known(imported: Import, tmp_path: Path) -> None:
    told = imported("comments.csv", CSV)
    assert decisions(tmp_path) == {"Nice": "approve", "You fool": "reject"}
    assert told[1] == "2 decisions: 1 approved, 1 rejected, 0 of them with a guideline"
    assert read_decisions(tmp_path / "own")[1].decided_at == "2026-11-02T10:00:00Z"


def test_a_second_import_changes_nothing(imported: Import, tmp_path: Path) -> None:
    imported("comments.csv", CSV)
    before = (tmp_path / "own" / FILE).read_bytes()
    assert imported("comments.csv", CSV)[-1].startswith("0 are new in")
    assert (tmp_path / "own" / FILE).read_bytes() == before


def test_the_later_decision_counts(imported: Import, tmp_path: Path) -> None:
    imported("a.csv", "text,status,date\nHm,approved,2026-11-03\n")
    imported("b.csv", "text,status,date\nhm!,rejected,2026-11-02\n")
    assert decisions(tmp_path) == {"Hm": "approve"}
    told = imported("c.csv", "text,status,date\nHM,rejected,2026-11-04\n")
    assert "1 are changed" in told[-1]
    assert decisions(tmp_path) == {"HM": "reject"}


def test_dry_run_writes_nothing(imported: Import, tmp_path: Path) -> None:
    assert "2 would be new" in imported("comments.csv", CSV, "--dry-run")[-1]
    assert not (tmp_path / "own").exists()


def test_statuses_of_the_newsroom(imported: Import, tmp_path: Path) -> None:
    content = "body;state\nA b;online\nC d;killed\nE f;waiting\nG h;odd\nI j;odd\n"
    told = imported("x.csv", content, "--map", "online=approve,killed=reject,waiting=undecided")
    assert decisions(tmp_path) == {"A b": "approve", "C d": "reject"}
    assert "left out: 1 not decided yet, 0 without text" in told
    assert told[3] == (
        "status 'odd' decides nothing; left out: 2 comments, first in line 5, 6 (--map odd=…)"
    )


def test_reasons_name_guidelines(imported: Import, tmp_path: Path) -> None:
    content = (
        "text,status,reason\nA b,rejected,Threats\nC d,rejected,abuse racism\n"
        "E f,rejected,ugly\nG h,approved,\n"
    )
    told = imported("x.csv", content, "--reason", "ugly=vulgarity")
    named = {one.text: one.categories for one in read_decisions(tmp_path / "own")}
    assert named == {
        "A b": ("threat",), "C d": ("abuse", "racism"), "E f": ("vulgarity",), "G h": ()
    }  # fmt: skip
    assert "3 of them with a guideline" in told[1]
    told = imported("x.csv", content)
    assert told[3].startswith("reason 'ugly' names no guideline; left unknown: 1 comments, first")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("x.tsv", "text\tstatus\nA, b\tapproved\n", {"A, b": "approve"}),
        ("x.csv", 'text|status\n"A\nb"|approved\n', {"A\nb": "approve"}),
        ("x.csv", "\ufefftext,status\nÄ,approved\n", {"Ä": "approve"}),
        ("x.csv", f"text,status\n{CAFE},approved\n".encode("cp1252"), {CAFE: "approve"}),
        ("x.csv", "text,status\nA b,approved\n".encode("utf-16"), {"A b": "approve"}),
        ("x.jsonl", '{"body": "A b", "status": "REJECTED"}\n', {"A b": "reject"}),
        ("x.jsonl", '{"text": "A b", "approved": false}\n{"text": "C", "approved": true}\n',
         {"A b": "reject", "C": "approve"}),
    ],
)  # fmt: skip
def test_each_form_of_text(
    imported: Import, tmp_path: Path, name: str, content: str | bytes, expected: dict[str, str]
) -> None:
    imported(name, content)
    assert decisions(tmp_path) == expected


def test_excel(imported: Import, tmp_path: Path) -> None:
    path = tmp_path / "made.xlsx"
    pd.DataFrame({"Comment Text": ["A b"], "Status": ["approved"]}).to_excel(path, index=False)
    imported("x.xlsx", path.read_bytes())
    assert decisions(tmp_path) == {"A b": "approve"}


WXR = """<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item>
<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_date_gmt>2026-11-02 10:00:00
</wp:comment_date_gmt><wp:comment_content><![CDATA[A & b]]></wp:comment_content>
<wp:comment_approved>spam</wp:comment_approved></wp:comment>
<wp:comment><wp:comment_content>C d</wp:comment_content>
<wp:comment_approved>0</wp:comment_approved></wp:comment></item></channel></rss>"""
DISQUS = """<?xml version="1.0"?><disqus xmlns="http://disqus.com"><thread><id>t</id></thread>
<post><message>&lt;p&gt;A b&lt;/p&gt;</message><createdAt>2026-11-02T10:00:00Z</createdAt>
<isDeleted>false</isDeleted><isSpam>true</isSpam></post>
<post><message>C d</message><isDeleted>true</isDeleted><isSpam>false</isSpam></post>
<post><message>E f</message><isDeleted>false</isDeleted><isSpam>false</isSpam></post></disqus>"""


@pytest.mark.parametrize(
    ("content", "expected"),
    [(WXR, {"A & b": "reject"}), (DISQUS, {"<p>A b</p>": "reject", "E f": "approve"})],
)
def test_xml_as_it_is_exported(
    imported: Import, tmp_path: Path, content: str, expected: dict[str, str]
) -> None:
    told = imported("x.xml", content)
    assert decisions(tmp_path) == expected
    assert told[2].startswith("left out: 1 not decided yet")


@pytest.mark.parametrize(
    ("name", "content", "options", "said"),
    [
        ("x.csv", "", (), "is empty"),
        ("x.csv", "a,b\n1,2\n", (), "name one with --text-column"),
        ("x.csv", "text,b\n1,2\n", (), "hold the decision; the file has text, b"),
        ("x.csv", "text,status\nA,approved\n", ("--text-column", "body"), "no column 'body'"),
        ("x.csv", "text,status\nA,approved\n", ("--map", "a=maybe"), "'maybe' is no decision"),
        ("x.csv", "text,status\nA,approved\n", ("--reason", "a=rude"), "'rude' is no guideline"),
        ("x.csv", 'text,status\n"A,approved\n', (), "x.csv line 2: unexpected end of data"),
        ("x.csv", b"text,status\n\xff\xfe,approved\n", ("--encoding", "utf-8"), "line 2 is not"),
        ("x.csv", "text,status\n", ("--encoding", "klingon"), "no encoding that Python knows"),
        ("x.jsonl", "{}\n[]\n", (), "line 2 is list, needs an object"),
        ("x.jsonl", "{\n", (), "line 1 is no JSON"),
        ("x.xml", "<a/>", (), "no <wp:comment> of WordPress"),
        ("x.xml", "<a>", (), "is no XML"),
        ("x.xlsx", "text", (), "cannot be read as Excel"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_imported(
    imported: Import, tmp_path: Path, name: str, content: str | bytes, options: tuple[str, ...],
    said: str,
) -> None:  # fmt: skip
    (told,) = imported(name, content, *options, status=1)
    assert said in told
    assert not (tmp_path / "own").exists()


def test_a_missing_file(tmp_path: Path, capsys: Captured) -> None:
    assert main(["--data", str(tmp_path), "import", str(tmp_path / "no.csv")]) == 1
    assert "No such file" in capsys.readouterr().err


def test_a_full_disk_loses_nothing(
    imported: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported("comments.csv", CSV)
    before = (tmp_path / "own" / FILE).read_bytes()

    def full(_path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scoring.artifacts.verified_files.write_synced", full)
    (told,) = imported("more.csv", "text,status\nNew one,approved\n", status=1)
    assert "No space left" in told
    assert (tmp_path / "own" / FILE).read_bytes() == before


def test_a_damaged_store_is_named(imported: Import, tmp_path: Path) -> None:
    imported("comments.csv", CSV)
    with (tmp_path / "own" / FILE).open("a") as file:
        file.write('{"text": "half')
    (told,) = imported("comments.csv", CSV, status=1)
    assert "decisions.jsonl line 3 is not as `import` writes it" in told


def test_the_report_quotes_no_comment(imported: Import) -> None:
    content = "text,status\nsecret words,approved\nmore secret,odd\n"
    assert "secret" not in "\n".join(imported("x.csv", content))


def test_the_store_is_json_lines(imported: Import, tmp_path: Path) -> None:
    imported("comments.csv", CSV)
    rows = [json.loads(line) for line in (tmp_path / "own" / FILE).read_text().splitlines()]
    assert [row["decision"] for row in rows] == ["approve", "reject"]
