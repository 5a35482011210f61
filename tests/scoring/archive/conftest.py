"""A published tiny model, and the command run on a file in this process or in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scoring.archive import command
from scoring.archive.row_judge import RowJudge
from scoring.artifacts.selection import make_current
from scoring.artifacts.verified_files import read_verified
from scoring.comment_rules import Fault
from scoring.result_json import render

ROOT = Path(__file__).parents[3]
INSULT, THANKS, ADVERT, PLAIN = COMMENTS = (
    "you are an idiot",
    "thank you for a clear and honest article",
    "buy cheap pills at www.example.com now",
    "the council voted for the new law on monday",
)


@dataclass(frozen=True)
class Outcome:
    """What one run of the command came to."""

    output: Path
    status: int
    told: str

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.output.read_bytes().splitlines()]


Score = Callable[..., Outcome]
Results = Callable[..., list[dict[str, Any]]]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def version(write_version: Callable[..., Path], models: Path) -> Path:
    """The current model."""
    folder = write_version()
    make_current(models, folder.name)
    return folder


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, kernel_cache: Path, version: Path) -> None:
    monkeypatch.setenv("MODERATION_CACHE", str(kernel_cache))
    monkeypatch.setenv("MODERATION_MODELS", str(version.parent))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def score(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Score:
    """Run the command in this process: input, options, and the output's name."""

    def score(source: Path, *options: str, to: str = "scored", status: int = 0) -> Outcome:
        output = tmp_path / f"{to}{''.join(source.suffixes)}"
        found = command.main([str(source), str(output), "--jobs", "1", *options])
        told = capsys.readouterr().err
        assert found == status, told
        return Outcome(output, found, told)

    return score


@pytest.fixture
def results(version: Path) -> Results:
    """What `/classify` answers: a result, or an error's code, for each text."""

    def results(texts: Sequence[str | Fault], **settings: Any) -> list[dict[str, Any]]:
        given = {"policy": "assist", "explained": False, "longest": 20_480, **settings}
        judge = RowJudge(read_verified(version), "the test", **given)
        found = judge.judge(texts, None)
        told = iter(render(found.judgements))
        return [
            json.loads(b"{" + next(told)) if fault is None else {"error": fault.code}
            for fault in found.faults
        ]

    return results


@pytest.fixture
def start() -> Start:
    """Start Python code in a process of its own; words after it are its arguments."""

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, env=dict(os.environ),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return start
