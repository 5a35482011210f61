"""A run that is stopped at any moment goes on, and its output is that of a run never stopped."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from scoring.archive import unfinished

INSULT = "you are an idiot"
THANKS = "thank you for a clear and honest article"
TEXTS = [f"{INSULT if n % 3 else THANKS} {n}" for n in range(35)]
SMALL_BLOCKS = ("--chunk-comments", "7")


class Killed(BaseException):
    """Stands for the end of the process: nothing in the project handles it."""


def write_archive(folder: Path, form: str) -> Path:
    path = folder / f"c.{form}"
    if form == "csv":
        path.write_text("id,text\n" + "".join(f'{n},"{t}"\n' for n, t in enumerate(TEXTS)))
    elif form.startswith("jsonl"):
        content = "".join(json.dumps({"text": text}) + "\n" for text in TEXTS).encode()
        path.write_bytes(gzip.compress(content) if form.endswith(".gz") else content)
    else:
        parquet.write_table(pa.table({"text": TEXTS}), path, row_group_size=26)
    return path


def content_of(path: Path) -> Any:
    return parquet.read_table(path) if path.suffix == ".parquet" else path.read_bytes()


def folder_of(outcome_or_path: Any) -> Path:
    path: Path = getattr(outcome_or_path, "output", outcome_or_path)
    return path.with_name(path.name + ".unfinished")


@pytest.mark.parametrize(
    "form", ["csv", *(pytest.param(one, marks=pytest.mark.slow) for one in ("jsonl.gz", "parquet"))]
)
def test_stopped_at_any_sync_it_goes_on_from_the_last_commit(
    tmp_path: Path, score: Any, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Every write is between two syncs, so this stops the run between any two writes."""
    monkeypatch.setattr(unfinished, "COMMIT_SECONDS", 0.0)
    source = write_archive(tmp_path, form)
    expected = content_of(score(source, *SMALL_BLOCKS).output)
    sync, left = os.fsync, [0]

    def sync_or_die(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", sync_or_die)
    kept = 0
    for syncs in range(1000):
        left[0] = syncs
        try:
            outcome = score(source, *SMALL_BLOCKS, to=f"stopped-{syncs}")
            break
        except Killed:
            left[0] = 1000
        output = tmp_path / f"stopped-{syncs}.{form}"
        if output.exists():  # it was whole and had its name: only the cleaning up was left
            assert content_of(output) == expected
            continue
        outcome = score(source, *SMALL_BLOCKS, to=f"stopped-{syncs}")
        assert content_of(outcome.output) == expected
        assert not folder_of(outcome).exists()
        kept += "by an earlier run" in outcome.told
    assert syncs > 20
    assert kept > 10
    assert content_of(outcome.output) == expected


@pytest.mark.slow
def test_a_real_process_killed_in_the_middle(
    tmp_path: Path, score: Any, start: Callable[..., Any]
) -> None:
    source = tmp_path / "c.jsonl"
    source.write_text("".join(json.dumps({"text": f"{THANKS} {n}"}) + "\n" for n in range(3000)))
    output = tmp_path / "killed.jsonl"
    code = (
        "import sys\n"
        "from scoring.archive import command, unfinished\n"
        "unfinished.COMMIT_SECONDS = 0.0\n"
        "sys.exit(command.main())\n"
    )
    options = ("--explain", "--jobs", "2", "--chunk-comments", "50")
    with start(code, source, output, *options) as process:
        note = folder_of(output) / unfinished.NOTE
        while not (note.exists() and json.loads(note.read_text())["done"]["decisions"]):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not output.exists()

    resumed = score(source, *options, to="killed")
    assert "by an earlier run" in resumed.told
    assert "3,000 comments" in resumed.told
    assert resumed.output.read_bytes() == score(source, "--explain").output.read_bytes()


def stop_after(monkeypatch: pytest.MonkeyPatch, blocks: int) -> None:
    append, left = unfinished.Output.append, [blocks]

    def append_or_die(self: unfinished.Output, block: Any) -> None:
        if not left[0]:
            raise Killed
        left[0] -= 1
        append(self, block)

    monkeypatch.setattr(unfinished.Output, "append", append_or_die)


def stopped_run(form: str, folder: Path, score: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stop a run after three blocks; its source."""
    source = write_archive(folder, form)
    with monkeypatch.context() as patch:
        stop_after(patch, blocks=3)
        with pytest.raises(Killed):
            score(source, *SMALL_BLOCKS)
    return source


@pytest.fixture
def stopped(tmp_path: Path, score: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    return stopped_run("csv", tmp_path, score, monkeypatch)


@pytest.mark.parametrize(("form", "earlier"), [("csv", 21), ("jsonl", 21), ("parquet", 21)])
def test_it_may_go_on_with_other_threads_and_blocks(
    tmp_path: Path, score: Any, monkeypatch: pytest.MonkeyPatch, form: str, earlier: int
) -> None:
    source = stopped_run(form, tmp_path, score, monkeypatch)
    outcome = score(source, "--chunk-comments", "11", "--jobs", "2")
    assert f"{earlier} of them by an earlier run" in outcome.told
    assert content_of(outcome.output) == content_of(score(source, to="straight").output)


def test_another_job_is_refused_with_what_differs(stopped: Path, score: Any) -> None:
    told = score(stopped, "--policy", "automatic", status=2).told
    assert "--policy was 'assist' and is 'automatic'" in told
    assert "--restart" in told
    stopped.write_text(stopped.read_text() + "35,one more\n")
    assert "input bytes was" in score(stopped, status=2).told


def test_restart_throws_the_unfinished_run_away(stopped: Path, score: Any) -> None:
    outcome = score(stopped, "--policy", "automatic", "--restart")
    assert "earlier" not in outcome.told
    assert not folder_of(outcome).exists()


def test_two_runs_at_once_are_refused(tmp_path: Path, stopped: Path, score: Any) -> None:
    folder = folder_of(tmp_path / "scored.csv")
    job = json.loads((folder / unfinished.NOTE).read_text())["job"]
    with unfinished.open_output(folder, job, b""):
        assert "another run writes" in score(stopped, status=2).told
        assert "another run writes" in score(stopped, "--restart", status=2).told


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"job": {}, "done": {"offset": 1}}'])
def test_a_note_that_cannot_be_read_is_refused(
    tmp_path: Path, stopped: Path, score: Any, damage: str
) -> None:
    folder = folder_of(tmp_path / "scored.csv")
    (folder / unfinished.NOTE).write_text(damage)
    assert "start anew with --restart" in score(stopped, status=1).told
    assert score(stopped, "--restart").output.exists()


def test_data_shorter_than_the_note_says_is_refused(
    tmp_path: Path, stopped: Path, score: Any
) -> None:
    os.truncate(folder_of(tmp_path / "scored.csv") / unfinished.DATA, 5)
    assert "start anew with --restart" in score(stopped, status=1).told


def test_a_note_without_data_counts_for_nothing(tmp_path: Path, stopped: Path, score: Any) -> None:
    """A run was killed after the output had its name, and the output was moved away."""
    (folder_of(tmp_path / "scored.csv") / unfinished.DATA).unlink()
    assert "earlier" not in score(stopped).told


def test_a_full_disk_loses_nothing(tmp_path: Path, score: Any) -> None:
    source = write_archive(tmp_path, "jsonl")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        outcome = score(source, *SMALL_BLOCKS, status=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "File too large; what was scored is kept" in outcome.told
    assert outcome.told.count("\n") == 1
    assert not outcome.output.exists()
    assert "35 comments" in score(source, *SMALL_BLOCKS).told


def test_an_input_that_changes_meanwhile_is_refused(
    tmp_path: Path, score: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_archive(tmp_path, "csv")
    append = unfinished.Output.append

    def append_and_touch(self: unfinished.Output, block: Any) -> None:
        os.utime(source, (1, 1))
        append(self, block)

    monkeypatch.setattr(unfinished.Output, "append", append_and_touch)
    outcome = score(source, status=1)
    assert "changed while it was read" in outcome.told
    assert not outcome.output.exists()
