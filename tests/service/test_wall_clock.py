"""A wall clock that jumps moves nothing: it tells moments, and nothing waits by it."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOLD = {
    "service/http/middleware.py": "the time of a log line",
    "service/feedback/store.py": "when a decision was received, and how old one is",
    "service/feedback/__main__.py": "the date of a report",
}  # fmt: skip
WALL = {"time", "time_ns", "now", "utcnow", "today", "localtime", "gmtime"}


def wall_clock_calls(path: Path) -> list[int]:
    """Lines that ask for the wall clock."""
    lines = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = getattr(node.func.value, "id", "")
            if node.func.attr in WALL and owner in ("time", "datetime", "date"):
                lines.append(node.lineno)
    return lines


def test_only_moments_that_are_told_come_from_the_wall_clock() -> None:
    found = {
        str(path.relative_to(ROOT))
        for package in ("service", "scoring")
        for path in (ROOT / package).rglob("*.py")
        if wall_clock_calls(path)
    }
    assert found == set(TOLD)


def test_the_search_finds_a_call(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text("import time\n\nDEADLINE = time.time() + 5\nFINE = time.monotonic()\n")
    assert wall_clock_calls(path) == [3]
