from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from scoring.guidelines import CATEGORIES
from training.__main__ import main
from training.keys import fold_keys
from training.own_labels.annotations import COLUMNS
from training.reports.annotation_tables import agreement_cells
from training.reports.data_report import data_report, label_parts, printed
from training.reports.markers import with_block
from training.sources.registry import load_registry

ROOT = Path(__file__).parents[3]
CONTENT = b"text,toxic\nA calm and long reply about the bridge.,0\nYou are a fool and a liar.,1\n"
READER = "jigsaw-ak5000"
"""A reader names the source of its rows itself."""
SOURCE = """
[[source]]
key = "{key}"
title = "Invented comments"
domain = "wiki"
role = "train"
licence = "CC0-1.0"
weights_may_ship = true
weight = 0.5
citation = "Nobody, 2026"
labeller = "nobody"
dates = "2026"
teaches = "Little."
known_noise = "All of it."
reader = "jigsaw_ak5000"

[[source.files]]
name = "toxic_comments.csv"
url = "https://raw.githubusercontent.com/nobody/nothing/{commit}/toxic_comments.csv"
sha256 = "{digest}"
bytes = {size}
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two sources, one of them not there; two written comments; one comment read twice."""
    folder = tmp_path / "data"
    for name in ("raw/jigsaw-ak5000", "written", "annotations", "splits"):
        (folder / name).mkdir(parents=True)
    values = {"commit": "0123456789" * 4, "size": len(CONTENT),
              "digest": hashlib.sha256(CONTENT).hexdigest()}  # fmt: skip
    toml = "".join(SOURCE.format(key=key, **values) for key in (READER, "lost"))
    (folder / "sources.toml").write_text(toml)
    (folder / "raw" / READER / "toxic_comments.csv").write_bytes(CONTENT)
    (folder / "written" / "s.jsonl").write_text(
        '{"text": "Thank you, editors.", "decision": "approve", "categories": []}\n'
        '{"text": "Come to my shop.", "decision": "reject", '
        '"categories": ["commercial_promotion"]}\n'
    )
    key = fold_keys(["You are a fool and a liar."])[0]
    cells = [key, READER, "f", "1", "random", "0.25", *["reject", "personal_attack", "sure"] * 3]
    annotations = f"{','.join(COLUMNS)}\n{','.join(cells)}\n"
    (folder / "annotations" / "wiki.csv").write_text(annotations)
    (folder / "splits" / "held_back.txt").write_text(f"{'0' * 16}\n")
    return folder


def cells_of(report: str, section: str, first: str) -> list[str]:
    """The cells of a section's line whose first cell is given."""
    lines = report.partition(f"## {section}")[2].partition("##")[0].splitlines()
    (line,) = [line for line in lines if line.startswith(f"| {first} ")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_counts_worked_out_by_hand(data: Path) -> None:
    report = printed(data_report(data))
    silent = ["–"] * len(CATEGORIES)
    assert cells_of(report, "Rows", READER) == [
        READER, "wiki", "train", "0.5", "2", "1", "1", *silent, "CC0-1.0",
    ]  # fmt: skip
    assert cells_of(report, "Rows", "lost")[3:6] == ["0.5", "not there", ""]
    written = cells_of(report, "Rows", "written")
    assert written[4:7] == ["2", "1", "1"]
    assert written[7 + CATEGORIES.index("commercial_promotion")] == "1"
    assert "to train alone, and 1 twice: 1 got the same labels" in report
    assert "1 keys are on the held-back list; 0 comments" in report
    assert cells_of(report, "Strata", READER) == [
        READER, "random", "1", "1", "0.250", "training",
    ]  # fmt: skip


def test_totals_tell_annotated_from_written(data: Path) -> None:
    report = printed(data_report(data))
    # all labels of both written comments and of the annotated one are known; the columns are:
    # known, all, comment-like, annotated, written
    assert cells_of(report, "Training", "rows")[1:] == ["", "4", "2", "1", "2"]
    assert cells_of(report, "Training", "reject")[1:] == ["4", "2", "1", "1", "1"]
    assert cells_of(report, "Training", "personal_attack")[1:] == ["3", "1", "1", "1", "0"]
    assert cells_of(report, "Training", "commercial_promotion")[1:] == ["3", "1", "0", "0", "1"]


def test_works_with_no_source_and_no_annotation(data: Path) -> None:
    (data / "raw" / READER / "toxic_comments.csv").unlink()
    (data / "annotations" / "wiki.csv").unlink()
    report = printed(data_report(data))
    assert cells_of(report, "Rows", READER)[4] == "not there"
    assert cells_of(report, "Training", "rows")[2:] == ["2", "0", "0", "2"]
    assert cells_of(report, "Agreement", "annotations, all") == [
        "annotations, all", "0", "0", "0", "0", "too few to judge",
    ]  # fmt: skip


def test_a_comment_read_once_counts_in_no_agreement(data: Path) -> None:
    path = data / "annotations" / "wiki.csv"
    once = [*["f" * 16, READER, "f", "2", "chosen", ""],
            *["reject", "threat", "sure"], *[""] * 3, *["reject", "threat", "sure"]]  # fmt: skip
    path.write_text(f"{path.read_text()}{','.join(once)}\n")
    report = printed(data_report(data))
    assert "1 comments were read once, to train alone, and 1 twice" in report
    assert cells_of(report, "Agreement", "annotations, all")[1:5] == ["1", "1", "1", "1"]
    assert cells_of(report, "Agreement of the two annotation", "threat")[1:5] == [
        "1",
        "0",
        "0",
        "0",
    ]


def test_what_judges_alone_is_told_from_what_trains(data: Path) -> None:
    key = fold_keys(["You are a fool and a liar."])[0]
    (data / "splits" / "other_places.txt").write_text(f"{key}\n")
    assert cells_of(printed(data_report(data)), "Strata", READER)[-1] == "judging"


def two_passes(both: int, first: int, second: int, neither: int) -> tuple[str, ...]:
    counts = (both, first, second, neither)
    one = np.repeat([True, True, False, False], counts)
    two = np.repeat([True, False, True, False], counts)
    return agreement_cells(one, two, seed=1)


def test_kappa_worked_out_by_hand() -> None:
    # observed agreement .8, expected .5: (.8 - .5) / (1 - .5)
    n, first, second, both, kappa = two_passes(400, 100, 100, 400)
    assert (n, first, second, both) == ("1,000", "500", "500", "400")
    assert kappa.startswith("0.600 (0.5")
    assert two_passes(60, 0, 0, 100)[-1] == "1.000 (1.000 to 1.000)"


@pytest.mark.parametrize("counts", [(40, 4, 5, 900), (900, 4, 5, 40), (0, 0, 0, 0)])
def test_few_of_either_label_are_not_judged(counts: tuple[int, int, int, int]) -> None:
    assert two_passes(*counts)[-1] == "too few to judge"


def test_step_prints_the_report_and_nothing_else(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(data), "data-report"]) == 0
    captured = capsys.readouterr()
    assert captured.out == printed(data_report(data))
    assert "lost: skipped" in captured.err


def test_step_fills_the_documents_between_their_markers(data: Path) -> None:
    parts = data_report(data)
    documents = {data.parent / part.document for part in parts}
    for path in documents:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Before\n")
    for part in parts:
        with (data.parent / part.document).open("a") as document:
            document.write(f"<!-- {part.name}:start -->\nstale\n<!-- {part.name}:end -->\nAfter\n")
    for _ in range(2):
        assert main(["--data", str(data), "data-report", "--write"]) == 0
        for part in parts:
            path = data.parent / part.document
            page = path.read_text(encoding="utf-8")
            assert with_block(page, part.name, part.content, path) == page
            assert "stale" not in page
            assert (page.startswith("Before\n"), page.endswith("-->\nAfter\n")) == (True, True)
    assert set(data.parent.rglob("*.md")) == documents


def test_the_origin_of_a_source_is_a_link(data: Path) -> None:
    parts = {part.name: part.content for part in data_report(data)}
    link = "[nobody/nothing at 0123456789](https://github.com/nobody/nothing/tree/"
    assert link in parts["sources"]


def test_documents_are_as_the_command_writes_them() -> None:
    """What needs the sources' files is left out: they are not in the repository."""
    data = ROOT / "data"
    parts = label_parts(data, load_registry(data / "sources.toml"))
    for part in parts:
        path = ROOT / part.document
        page = path.read_text(encoding="utf-8")
        assert with_block(page, part.name, part.content, path) == page, (
            f"{part.document}, {part.name}: run python -m training data-report --write"
        )
