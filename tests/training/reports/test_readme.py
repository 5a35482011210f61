"""The README's figures and examples are those of the shipped model, written by command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from training.reports.markers import MarkerError
from training.reports.readme import write_readme

ROOT = Path(__file__).parents[3]
PAGES = ("README.md", "docs/quality.md")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the documents that the command writes, and of what it reads."""
    (tmp_path / "docs").mkdir()
    for page in PAGES:
        shutil.copy(ROOT / page, tmp_path / page)
    shutil.copytree(ROOT / "docs" / "evaluation", tmp_path / "docs" / "evaluation")
    return tmp_path


def test_the_documents_are_as_the_command_writes_them(root: Path) -> None:
    write_readme(root, ROOT / "models")
    for page in PAGES:
        told = (root / page).read_text(encoding="utf-8")
        assert told == (ROOT / page).read_text(encoding="utf-8"), "run: python -m training readme"


@pytest.mark.parametrize(
    ("page", "lost"),
    [
        ("docs/quality.md", "<!-- metrics:end -->"),
        ("README.md", "<!-- example -->"),
        ("README.md", "<!-- table:end -->"),
    ],
)
def test_a_lost_marker_is_named(root: Path, page: str, lost: str) -> None:
    before = {name: (root / name).read_text(encoding="utf-8") for name in PAGES}
    before[page] = before[page].replace(lost, "")
    (root / page).write_text(before[page], encoding="utf-8")
    with pytest.raises(MarkerError, match=rf"{Path(page).name} (lacks|needs)"):
        write_readme(root, ROOT / "models")
    for name, text in before.items():
        assert (root / name).read_text(encoding="utf-8") == text
