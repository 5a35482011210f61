"""Sentences whose slots are filled at random: labels known, the same draw for the same seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring.guidelines import CATEGORIES
from training.own_labels.slots import FILLED, SlotsError, read_known_words, read_slots
from training.sources.labels import NO, YES

LISTS = Path(__file__).parents[3] / "data" / "lists"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lists of one name and one place."""
    (tmp_path / "first_names.txt").write_text("amal\n")
    (tmp_path / "places.txt").write_text("beirut\n")
    (tmp_path / "not_english.txt").write_text("kalb\n")
    (tmp_path / "fillers.toml").write_text('emoji = ["😀"]\n')
    (tmp_path / "slots.tsv").write_text(
        "a\t\tThank you, {name} {emoji}\nr\tabuse,racism\tNobody from {place} can be trusted.\n"
    )
    return tmp_path


def test_slots_are_filled_and_labelled(folder: Path) -> None:
    rows = read_slots(folder, seed=1)
    assert set(rows["text"]) == {"Thank you, Amal 😀", "Nobody from Beirut can be trusted."}
    assert len(rows) == 2 * FILLED
    assert rows["group"].nunique() == 2
    rejected = rows[rows["reject"] == YES]
    assert set(rejected["text"]) == {"Nobody from Beirut can be trusted."}
    assert {key for key in CATEGORIES if (rejected[key] == YES).all()} == {"abuse", "racism"}
    assert (rows.loc[rows["reject"] == NO, list(CATEGORIES)] == NO).all(axis=None)


@pytest.mark.parametrize(
    "line", ["a\tthreat\tx", "r\t\tx", "r\tracism\tx", "x\t\tx", "r\tspam\tx", "a\tx", "a\t\t "]
)
def test_a_malformed_line_is_named(folder: Path, line: str) -> None:
    (folder / "slots.tsv").write_text(f"a\t\tHello {{name}}\n{line}\n")
    with pytest.raises(SlotsError, match=r"slots\.tsv line 2"):
        read_slots(folder, seed=1)


def test_without_lists_there_is_nothing(tmp_path: Path) -> None:
    assert len(read_slots(tmp_path, seed=1)) == 0
    assert read_known_words(tmp_path) == ((), ())


def test_the_lists_of_the_project() -> None:
    names, foreign = read_known_words(LISTS)
    assert {"fatima", "rojin", "beirut", "kurdish"} <= {*names}
    assert {"idiot", "harbour"} <= {*names}
    assert {"kalb", "khara"} <= {*foreign}
    assert read_slots(LISTS, 1)["text"].tolist() == read_slots(LISTS, 1)["text"].tolist()
    filled = read_slots(LISTS, 2)
    assert not filled["text"].str.contains(r"[{}]").any()
