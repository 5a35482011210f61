"""`comment-moderation COMMAND`: which command runs, and what is said where it cannot."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from scoring import __main__ as program
from scoring.commands import classify as classify_command


def test_help_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in program.COMMANDS)


def test_without_a_command_the_usage_is_shown() -> None:
    assert program.main([]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", program.COMMANDS)
def test_each_command_has_help_that_starts_nothing(name: str) -> None:
    command = [sys.executable, "-m", "scoring", name, "--help"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.startswith(f"usage: comment-moderation {name.split()[0]}")


def test_a_missing_extra_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        program.COMMANDS, "serve", program.Command("no_such_package", (), "serve", "")
    )
    assert program.main(["serve"]) == 1
    assert "pip install 'comment-moderation[serve]'" in capsys.readouterr().err


def test_classify_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert classify_command.main(["You are an idiot.", "Thank you for the report."]) == 0
    rejected, approved = capsys.readouterr().out.splitlines()
    assert rejected.startswith("reject")
    assert {"personal_attack", "idiot"} <= set(re.findall(r"\w+", rejected))
    assert approved.startswith("approve")


def test_classify_tells_an_unknown_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert classify_command.main(["--policy", "nothing", "hello"]) == 1
    assert "it has assist" in capsys.readouterr().err
