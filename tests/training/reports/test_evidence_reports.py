"""The evaluation that git tracks is the shipped model's; page and card say what its file says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from scoring.artifacts.selection import current_version
from training.reports.evaluate_command import (
    CARD,
    JSON_FILE,
    PAGE,
    EvidenceError,
    read_report,
)
from training.reports.evidence_card import evidence_card
from training.reports.evidence_page import evidence_page
from training.reports.evidence_summary import (
    summary_sentences,
    terminal_page,
    worse_than_published,
)
from training.reports.evidence_tables import evidence_tables

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "evaluation"


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """The figures that git tracks."""
    return read_report(FOLDER / JSON_FILE)


def test_it_is_the_shipped_models(found: dict[str, Any]) -> None:
    assert found["model"] == current_version(ROOT / "models"), "run: make evaluate"
    assert found["missing"] == []


def test_page_and_card_say_what_the_file_says(found: dict[str, Any]) -> None:
    pictures = re.compile(r"data:image/png;base64,[^\"]+")
    stored = (FOLDER / PAGE).read_text(encoding="utf-8")
    assert pictures.sub("", stored) == pictures.sub("", evidence_page(found))
    assert (FOLDER / CARD).read_text(encoding="utf-8") == evidence_card(found)


def test_the_page_needs_no_network(found: dict[str, Any]) -> None:
    page = evidence_page(found)
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "<script" not in page


def test_each_figure_that_is_worse_than_a_published_one_is_named(found: dict[str, Any]) -> None:
    (hatecheck,) = [one for one in found["benchmarks"] if one["key"] == "hatecheck"]
    behind = [
        part["part"]
        for part in hatecheck["parts"]
        if any(part["value"] < value for value in part["published"].values())
    ]
    told = "\n".join(worse_than_published(found))
    assert behind
    assert all(f"{part}: " in told for part in behind)


def test_what_was_not_measured_is_left_out(found: dict[str, Any]) -> None:
    bare = {
        **found, "held_back": {}, "behaviour": [], "benchmarks": [], "own_splits": [],
        "cut_history": [], "calibration": {}, "bias": {"madlibs": None, "groups": [], "spread": []},
        "evasion": {"attacks": [], "harmless": []},
        "explanations": {"deletion": None, "spans": None}, "seeds": {},
    }  # fmt: skip
    assert summary_sentences(bare) == []
    assert evidence_tables(bare) == []
    assert found["model"] in terminal_page(bare)


def test_a_report_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / JSON_FILE
    path.write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(EvidenceError, match="99"):
        read_report(path)
