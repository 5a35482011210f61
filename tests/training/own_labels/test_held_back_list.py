from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from training.keys import fold_key
from training.own_labels.annotations import read_annotations
from training.own_labels.held_back import (
    HELD_BACK_SHARE,
    HeldBackError,
    append_held_back,
    newly_held_back,
    read_held_back,
)

NEWS = frozenset({"civil-aayan"})
KEY, OTHER = "0123456789abcdef", "fedcba9876543210"

WriteAnnotations = Callable[..., Path]


def drawn(count: int, source: str = "civil-aayan") -> list[dict[str, str]]:
    return [
        {"text": f"comment {i}", "folder": source, "inclusion_probability": "0.5"}
        for i in range(count)
    ]


@pytest.fixture
def annotated(write_annotations: WriteAnnotations) -> pd.DataFrame:
    """Five hundred randomly drawn news comments."""
    return read_annotations(write_annotations(*drawn(500)))


def test_reading_skips_comments_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "held_back.txt"
    path.write_text(f"# a comment\n\n{KEY}\n  {OTHER}  \n{KEY}\n")
    assert read_held_back(path) == {KEY, OTHER}


def test_a_missing_list_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HeldBackError, match=r"none\.txt is missing: .* would be trained on"):
        read_held_back(tmp_path / "none.txt")


def test_an_empty_list_holds_nothing_back(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    assert read_held_back(tmp_path / "empty.txt") == frozenset()


@pytest.mark.parametrize("line", ["short", KEY + "0", KEY.upper(), f"{KEY} {OTHER}", "é" * 16])
def test_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "held_back.txt"
    path.write_text(f"# keys\n{KEY}\n{line}\n", encoding="utf-8")
    with pytest.raises(HeldBackError, match=r"held_back\.txt line 3: .* 16 hexadecimal digits"):
        read_held_back(path)


def test_appending_keeps_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "splits" / "held_back.txt"
    append_held_back(path, [KEY])
    before = path.read_bytes()
    append_held_back(path, [OTHER])
    assert path.read_bytes() == before + f"{OTHER}\n".encode()
    assert read_held_back(path) == {KEY, OTHER}


def test_appending_after_an_open_last_line(tmp_path: Path) -> None:
    path = tmp_path / "held_back.txt"
    path.write_text(KEY)
    append_held_back(path, [OTHER])
    assert read_held_back(path) == {KEY, OTHER}


def test_about_the_stated_share_is_held_back(annotated: pd.DataFrame) -> None:
    assert len(newly_held_back(annotated, frozenset(), NEWS)) / 500 == pytest.approx(
        HELD_BACK_SHARE, abs=0.07
    )


def test_keys_come_ascending_and_are_annotated(annotated: pd.DataFrame) -> None:
    keys = newly_held_back(annotated, frozenset(), NEWS)
    assert keys == sorted(set(keys))
    assert set(keys) <= set(annotated["key"])


def test_choice_of_a_key_does_not_depend_on_other_rows(annotated: pd.DataFrame) -> None:
    whole = set(newly_held_back(annotated, frozenset(), NEWS))
    part = annotated.sample(100, random_state=1)
    assert set(newly_held_back(part, frozenset(), NEWS)) == whole & set(part["key"])


def test_keys_already_held_back_are_not_given_again(annotated: pd.DataFrame) -> None:
    keys = newly_held_back(annotated, frozenset(), NEWS)
    assert newly_held_back(annotated, frozenset(keys), NEWS) == []
    assert newly_held_back(annotated, frozenset(keys[1:]), NEWS) == keys[:1]


def test_only_news_comments_drawn_at_random(write_annotations: WriteAnnotations) -> None:
    chosen = [{**line, "inclusion_probability": ""} for line in drawn(50)]
    video = [{**line, "key": fold_key(f"video {i}")}
             for i, line in enumerate(drawn(50, "youtube-spam-uci"))]  # fmt: skip
    annotated = read_annotations(write_annotations(*chosen, *video))
    assert newly_held_back(annotated, frozenset(), NEWS) == []


def test_without_annotations(tmp_path: Path) -> None:
    assert newly_held_back(read_annotations(tmp_path), frozenset(), NEWS) == []
