"""The command: wrong use and failures are one line and a status, and nothing is overwritten."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scoring.archive import command

Write = Callable[[str, bytes], Path]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def source(write: Write) -> Path:
    return write("c.csv", b"id,text\n1,you are an idiot\n")


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert command.main([str(word) for word in words]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert told.count("\n") == 1
    return told


def test_files_that_cannot_be(tmp_path: Path, source: Path, capsys: Any) -> None:
    absent = tmp_path / "absent.csv"
    assert "does not exist; name a file" in refused(capsys, absent, tmp_path / "o.csv")
    assert "is the input itself" in refused(capsys, source, source)
    assert "make score IN=comments.csv OUT=scored.csv" in refused(capsys, "", "")
    assert "is no regular file" in refused(capsys, tmp_path, tmp_path / "o.csv")
    assert "make it first" in refused(capsys, source, tmp_path / "no" / "o.csv")
    other = tmp_path / "o.csv"
    other.write_text("mine")
    assert "never overwritten" in refused(capsys, source, other)
    assert other.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.glob("o.*")) == ["o.csv"]


def test_formats_that_cannot_be(tmp_path: Path, source: Path, write: Write, capsys: Any) -> None:
    told = refused(capsys, write("c.txt", b"text\n"), tmp_path / "o.txt")
    assert "does not end in one of .csv, .jsonl, .ndjson, .parquet; name its format" in told
    assert "in another format" in refused(capsys, source, tmp_path / "o.jsonl")
    assert "in another format" in refused(capsys, source, tmp_path / "o.csv.gz")
    assert "--explain needs" in refused(capsys, source, tmp_path / "o.csv", "--explain")
    packed = write("c.parquet.gz", b"")
    assert "unpack it first" in refused(capsys, packed, tmp_path / "o.parquet.gz")


def test_a_named_format_needs_no_ending(write: Write, score: Any) -> None:
    outcome = score(write("comments", b"text\nyou are an idiot\n"), "--format", "csv")
    assert outcome.output.read_text().startswith('"text","moderation_decision"')


def test_columns_that_cannot_be(tmp_path: Path, source: Path, write: Write, capsys: Any) -> None:
    output = tmp_path / "o.csv"
    told = refused(capsys, source, output, "--text-column", "body")
    assert "column 'body' is not there; name one of 'id', 'text' by --text-column" in told
    told = refused(capsys, source, output, "--language-column", "lang")
    assert "column 'lang' is not there; name one of 'id', 'text' by --language-column" in told
    twice = write("twice.csv", b"text,text\na,b\n")
    assert "column 'text' is there more than once" in refused(capsys, twice, output)
    scored = write("scored.csv", b"text,moderation_reject\na,0.5\n")
    assert "has a column 'moderation_reject' already" in refused(capsys, scored, output)


def test_a_preset_that_the_model_has_not(source: Path, tmp_path: Path, capsys: Any) -> None:
    told = refused(capsys, source, tmp_path / "o.csv", "--policy", "strict")
    assert "--policy is 'strict'; allowed: assist, automatic" in told


def test_a_model_that_does_not_verify(version: Path, source: Path, score: Any) -> None:
    assert "no-such" in score(source, "--version", "no-such", status=1).told
    (version / "golden.jsonl").write_text("changed")
    assert "SHA256SUMS" in score(source, status=1).told


def test_the_version_can_be_named(
    write_version: Callable[..., Path], source: Path, score: Any
) -> None:
    other = write_version("20261123T000000Z-second")
    assert score(source, "--version", other.name).output.exists()


def test_numbers_must_be_at_least_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["a.csv", "b.csv", "--jobs", "0"])
    assert "it is 0, it must be at least 1" in capsys.readouterr().err


def test_an_interrupt_keeps_what_was_scored(
    source: Path, score: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("scoring.archive.unfinished.Output.append", interrupt)
        told = score(source, status=130).told
    assert told == "stopped; what was scored is kept, and the same command goes on from it\n"
    assert score(source).output.exists()


@pytest.mark.slow
def test_the_module_is_the_command_and_shows_no_text(write: Write, tmp_path: Path) -> None:
    source = write("c.csv", b"text\na very private remark\n")
    run = subprocess.run(
        [sys.executable, "-m", "scoring", source, tmp_path / "o.csv"],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (0, ""), run.stderr
    assert run.stderr.startswith("1 comments: ")
    assert "private" not in run.stderr


@pytest.mark.parametrize("absent", ["tqdm", "orjson", "pyarrow"])
def test_without_the_extra_it_says_what_to_install(absent: str) -> None:
    code = (
        f"import sys; sys.modules[{absent!r}] = None; sys.argv = ['scoring', 'a.csv', 'b.csv']\n"
        "from scoring.__main__ import main; sys.exit(main())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert f"{absent} is not installed" in run.stderr
    assert "pip install 'comment-moderation[archive]'" in run.stderr
