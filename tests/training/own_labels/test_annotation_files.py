from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scoring.guidelines import CATEGORIES
from training.keys import fold_key
from training.own_labels.annotations import (
    COLUMNS,
    AnnotationError,
    label_columns,
    read_annotations,
)
from training.sources.labels import LABELS, NO, YES

WriteAnnotations = Callable[..., Path]


def test_reads_every_file_in_order(write_annotations: WriteAnnotations) -> None:
    write_annotations({"text": "b"}, name="video.csv")
    folder = write_annotations(
        {"text": "a", "decision": "reject", "categories": "profanity", "row": "17"}
    )
    table = read_annotations(folder)
    assert table["key"].tolist() == [fold_key("a"), fold_key("b")]
    assert table["row"].tolist() == ["17", "0"]
    assert set(table.columns) == {*COLUMNS, *LABELS}


def test_no_file_gives_an_empty_table_of_the_same_columns(tmp_path: Path) -> None:
    table = read_annotations(tmp_path)
    assert len(table) == 0
    assert set(table.columns) == {*COLUMNS, *LABELS}


def test_inclusion_probability_is_nan_where_the_cell_is_empty(
    write_annotations: WriteAnnotations,
) -> None:
    folder = write_annotations(
        {"text": "a", "inclusion_probability": "0.25"}, {"text": "b"},
        {"text": "c", "inclusion_probability": "1"},
    )  # fmt: skip
    np.testing.assert_array_equal(
        read_annotations(folder)["inclusion_probability"].to_numpy(float), [0.25, np.nan, 1.0]
    )


@pytest.mark.parametrize("wrong", ["0", "1.5", "-0.1", "half", "nan", "inf"])
def test_inclusion_probability_that_is_none(
    write_annotations: WriteAnnotations, wrong: str
) -> None:
    folder = write_annotations({"text": "a"}, {"text": "b", "inclusion_probability": wrong})
    with pytest.raises(AnnotationError, match=rf"news\.csv line 3: .*{wrong}.*\(0, 1\]"):
        read_annotations(folder)


@pytest.mark.parametrize("column", ["decision", "decision_1", "decision_2"])
def test_wrong_decision(write_annotations: WriteAnnotations, column: str) -> None:
    folder = write_annotations({"text": "a"}, {"text": "b", column: "maybe"})
    with pytest.raises(AnnotationError, match=r"line 3: decision.* 'maybe', .* approve, reject"):
        read_annotations(folder)


@pytest.mark.parametrize("column", ["certainty", "certainty_1", "certainty_2"])
def test_wrong_certainty(write_annotations: WriteAnnotations, column: str) -> None:
    folder = write_annotations({"text": "a", column: ""})
    with pytest.raises(AnnotationError, match=r"news\.csv line 2: .*certainty"):
        read_annotations(folder)


@pytest.mark.parametrize("suffix", ["", "_1", "_2"])
@pytest.mark.parametrize(
    ("categories", "decision", "message"),
    [
        ("profanity rudeness", "reject", r"\['rudeness'\] is no category; allowed are profanity"),
        ("sexism", "reject", "a kind of abuse without abuse: 'sexism'"),
        ("profanity", "approve", "approve, and yet categories 'profanity'"),
    ],
)
def test_wrong_categories(
    write_annotations: WriteAnnotations,
    suffix: str,
    categories: str,
    decision: str,
    message: str,
) -> None:
    line = {"text": "b", f"categories{suffix}": categories, f"decision{suffix}": decision}
    with pytest.raises(AnnotationError, match=rf"news\.csv line 3: {message}"):
        read_annotations(write_annotations({"text": "a"}, line))


@pytest.mark.parametrize("key", ["", "0123", "0123456789ABCDEF"])
def test_wrong_key(write_annotations: WriteAnnotations, key: str) -> None:
    folder = write_annotations({"key": key})
    with pytest.raises(AnnotationError, match=rf"news\.csv line 2: key '{key}' is not 16"):
        read_annotations(folder)


def test_key_annotated_twice_names_both_places(write_annotations: WriteAnnotations) -> None:
    folder = write_annotations({"text": "a"}, {"text": "b"})
    write_annotations({"text": "c"}, {"text": "B!"}, name="video.csv")
    with pytest.raises(
        AnnotationError,
        match=r"video\.csv line 3: key \w+ .* twice, first at .*news\.csv line 3",
    ):
        read_annotations(folder)


def test_wrong_columns(tmp_path: Path) -> None:
    (tmp_path / "news.csv").write_text("key,decision\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"news\.csv has columns \['key', 'decision'\]"):
        read_annotations(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe,\n", b'"open'])
def test_file_that_is_no_table(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "news.csv").write_bytes(content)
    with pytest.raises(AnnotationError, match=r"news\.csv"):
        read_annotations(tmp_path)


def test_cells_beyond_the_header(tmp_path: Path) -> None:
    row = ",".join("x" for _ in COLUMNS)
    content = f"{','.join(COLUMNS)}\n{row}\n{row},more\n"
    (tmp_path / "news.csv").write_text(content, encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"news\.csv"):
        read_annotations(tmp_path)


def test_label_columns_know_every_label() -> None:
    table = pd.DataFrame(
        {"decision": ["approve", "reject", "reject"], "categories": ["", "", "abuse racism"]}
    )
    labels = label_columns(table)
    assert tuple(labels.columns) == LABELS
    assert {str(kind) for kind in labels.dtypes} == {"int8"}
    assert labels["reject"].tolist() == [NO, YES, YES]
    assert {key for key in CATEGORIES if labels[key].tolist() == [NO, NO, YES]} == {
        "abuse", "racism",
    }  # fmt: skip
    assert not labels.isin([-1]).any().any()


def test_one_pass_is_enough_to_train_and_not_to_judge(
    write_annotations: WriteAnnotations,
) -> None:
    once = {"text": "once", "decision_2": "", "categories_2": "", "certainty_2": ""}
    assert len(read_annotations(write_annotations(once))) == 1
    with pytest.raises(AnnotationError, match="what judges has two passes"):
        read_annotations(write_annotations({**once, "inclusion_probability": "0.5"}))
