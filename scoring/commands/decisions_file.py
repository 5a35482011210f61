"""Reads imported decisions, `data/own/decisions.jsonl`, for commands that compare on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, NamedTuple

from scoring.errors import DecisionsUnusable

DECISIONS: Final = Path("data", "own", "decisions.jsonl")
HELD_BACK_SHARE: Final = 0.2
"""Share of the decisions, the latest, that no model is trained on; training takes it from here."""


class DecisionLine(NamedTuple):
    """An imported decision.

    Attributes:
        line: Its line in the file, from 1.
        text: The comment.
        decision: `approve` or `reject`, what a moderator decided.
    """

    line: int
    text: str
    decision: str


def read_decision_lines(path: Path) -> list[DecisionLine]:
    """Read imported decisions.

    Args:
        path: The file, the earliest decision first.

    Returns:
        The decisions.

    Raises:
        DecisionsUnusable: The file is missing, or a line is not as `import` writes it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise DecisionsUnusable(f"{path} is not there; `import` decisions to compare on") from error
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            found = json.loads(line)
            rows.append(DecisionLine(number, str(found["text"]), str(found["decision"])))
        except (ValueError, KeyError, TypeError) as error:
            raise DecisionsUnusable(f"{path} line {number} is no imported decision") from error
    return rows


def latest(rows: list[DecisionLine]) -> list[DecisionLine]:
    """Take the latest decisions, which no model of this machine was trained on.

    Args:
        rows: All, the earliest first.

    Returns:
        The latest fifth.
    """
    return rows[len(rows) - round(HELD_BACK_SHARE * len(rows)) :]
