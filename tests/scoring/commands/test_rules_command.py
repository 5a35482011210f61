"""`comment-moderation rules`, as a moderation lead calls it before the rules are used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoring.commands import rules as command

RULES = """[[words]]
name = "plorf"
decision = "reject"
category = "personal_attack"
phrases = ["plorf"]
"""


@pytest.fixture
def files(tmp_path: Path, kernel_cache: object) -> list[str]:  # noqa: ARG001
    rules, decisions = tmp_path / "rules.toml", tmp_path / "decisions.jsonl"
    rules.write_text(RULES)
    rows = [("Thank you, plorf.", "reject"), ("Thank you for it.", "approve")]
    lines = [json.dumps({"text": text, "decision": decision}) for text, decision in rows]
    decisions.write_text("\n".join(lines) + "\n")
    return [str(rules), "--decisions", str(decisions)]


def test_it_says_what_would_change(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([*files, "--show", "1"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1] == "2 decisions, of which 1 would be decided otherwise:"
    assert told[2].endswith("to reject, by plorf: 1")
    assert told[3] == "as your moderators decided: 1 more, 0 fewer"
    assert told[4].startswith("line 1, moderator reject: ")


def test_without_asking_no_comment_is_shown(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    command.main(files)
    assert "Thank" not in capsys.readouterr().out


def test_without_decisions_the_file_is_checked_all_the_same(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([files[0], "--decisions", str(tmp_path / "none")]) == 0
    assert "can be used: 1 rules of words" in capsys.readouterr().out
    Path(files[0]).write_text("nothing = 1")
    assert command.main([files[0]]) == 1
    assert "line 1: the file has 'nothing'" in capsys.readouterr().err


def test_a_damaged_line_of_decisions_is_named(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(files[2]).write_text("{}\n")
    assert command.main(files) == 1
    assert "line 1 is no imported decision" in capsys.readouterr().err
