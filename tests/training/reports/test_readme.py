"""The README's figures and examples are those of the shipped model, written by command."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.reports.markers import MarkerError
from training.reports.readme import write_readme

ROOT = Path(__file__).parents[3]


def test_the_readme_is_as_the_command_writes_it(tmp_path: Path) -> None:
    copy = tmp_path / "README.md"
    copy.write_text((ROOT / "README.md").read_text(encoding="utf-8"), encoding="utf-8")
    write_readme(copy, ROOT / "models")
    assert copy.read_text(encoding="utf-8") == (ROOT / "README.md").read_text(encoding="utf-8"), (
        "run: python -m training readme"
    )


@pytest.mark.parametrize(
    "lost", ["<!-- metrics:end -->", "<!-- example:reject -->", "<!-- table:end -->"]
)
def test_a_lost_marker_is_named(tmp_path: Path, lost: str) -> None:
    copy = tmp_path / "README.md"
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace(lost, "")
    copy.write_text(text, encoding="utf-8")
    with pytest.raises(MarkerError, match=r"README\.md (lacks|needs)"):
        write_readme(copy, ROOT / "models")
    assert copy.read_text(encoding="utf-8") == text
