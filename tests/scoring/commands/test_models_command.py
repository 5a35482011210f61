"""`comment-moderation models`, as an operator calls it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scoring.artifacts.selection import current_version, make_current
from scoring.commands import models as command

FIRST, SECOND = "20261122T000000Z-first", "20261123T000000Z-second"


@pytest.fixture
def versions(write_version: Callable[..., Path], models: Path) -> list[str]:
    for name in (FIRST, SECOND):
        write_version(version=name)
    make_current(models, FIRST)
    return ["--models", str(models)]


def test_use_list_and_rollback(
    versions: list[str], models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([*versions, "use", SECOND]) == 0
    assert command.main([*versions, "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{SECOND} is in use"
    assert next(line for line in lines[1:] if line.endswith("in use")).startswith(SECOND)
    assert next(line for line in lines[1:] if line.endswith("shipped")).startswith(FIRST)
    assert command.main([*versions, "rollback"]) == 0
    assert current_version(models) == FIRST


def test_what_cannot_be_used_is_told_in_one_line(
    versions: list[str], models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([*versions, "use", "nothing"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("error: no model at")
    assert told.count("\n") == 1
    assert current_version(models) == FIRST


def test_an_empty_folder_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--models", str(tmp_path), "list"]) == 0
    assert "run `make train`" in capsys.readouterr().out


def test_listing_needs_no_compiler() -> None:
    code = "import sys, scoring.commands.models; print(sorted({'numba', 'numpy'} & {*sys.modules}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
