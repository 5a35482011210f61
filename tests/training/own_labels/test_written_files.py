from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from training.keys import fold_key
from training.own_labels.written import SOURCE, WrittenError, read_second_reading, read_written
from training.sources.labels import LABELS, NO, YES
from training.sources.table import COLUMNS, validate_table

GOOD: dict[str, Any] = {"text": "Fine.", "decision": "approve", "categories": [], "topic": "x"}


def write(folder: Path, *lines: Any, name: str = "s01.jsonl") -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / name).write_text("\n".join(texts) + "\n", encoding="utf-8")
    return folder


def test_reads_a_row_table_with_every_label_known(tmp_path: Path) -> None:
    bad = {**GOOD, "text": "Rude.", "decision": "reject", "categories": ["abuse", "sexism"]}
    table = read_written(write(tmp_path, GOOD, "", bad))
    validate_table(table)
    assert tuple(table.columns) == COLUMNS
    assert table["row_id"].tolist() == ["s01:1", "s01:3"]
    assert set(table["source"]) == {SOURCE}
    assert {key for key in LABELS if table[key].tolist() == [NO, YES]} == {
        "reject", "abuse", "sexism",
    }  # fmt: skip
    assert not table[list(LABELS)].isin([-1]).any().any()


def test_rejection_without_a_category(tmp_path: Path) -> None:
    table = read_written(write(tmp_path, {**GOOD, "decision": "reject"}))
    assert table["reject"].tolist() == [YES]


def test_pairs_of_a_file_share_a_group(tmp_path: Path) -> None:
    first, second, alone = ({**GOOD, "text": text} for text in ("a b", "a c", "d"))
    write(tmp_path, {**first, "pair": "p1"}, {**second, "pair": "p1"}, alone)
    write(tmp_path, {**first, "text": "e", "pair": "p1"}, name="s02.jsonl")
    assert read_written(tmp_path)["group"].tolist() == ["s01:p1", "s01:p1", "", "s02:p1"]


def test_no_file_gives_an_empty_table(tmp_path: Path) -> None:
    table = read_written(tmp_path)
    assert (len(table), tuple(table.columns)) == (0, COLUMNS)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ('"text"', "needs text, decision, categories"),
        ({"text": "x", "decision": "approve"}, "needs text, decision, categories"),
        ({**GOOD, "comment": "x"}, "may have topic, pair"),
        ({**GOOD, "decision": "delete"}, "decision 'delete'"),
        ({**GOOD, "decision": None}, "decision None"),
        ({**GOOD, "decision": "reject", "categories": ["rude"]}, r"\['rude'\] not allowed"),
        ({**GOOD, "decision": "reject", "categories": "threat"}, "must be a list of keys"),
        ({**GOOD, "decision": "reject", "categories": None}, "must be a list of keys"),
        ({**GOOD, "decision": "reject", "categories": [["abuse"]]}, "must be a list of keys"),
        ({**GOOD, "categories": ["threat"]}, "contradict each other"),
        ({**GOOD, "decision": "reject", "categories": ["racism"]}, "contradict each other"),
        ({**GOOD, "text": " "}, "text must be a string with something in it"),
        ({**GOOD, "text": 5}, "text must be a string with something in it"),
    ],
)
def test_malformed_line_is_named(tmp_path: Path, line: Any, message: str) -> None:
    with pytest.raises(WrittenError, match=rf"s01\.jsonl line 2: .*{message}"):
        read_written(write(tmp_path, GOOD, line))


def test_line_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "s01.jsonl").write_bytes(json.dumps(GOOD).encode() + b"\n{\xff}\n")
    with pytest.raises(WrittenError, match=r"s01\.jsonl line 2: not JSON"):
        read_written(tmp_path)


def test_second_reading_is_paired_by_the_comment_not_by_its_place(tmp_path: Path) -> None:
    lines = [
        {"text": "You are a fool.", "decision": "reject", "categories": ["personal_attack"]},
        {"text": "Thank you.", "decision": "approve", "categories": []},
    ]
    written = tmp_path / "s.jsonl"
    written.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    rows = [
        f"{fold_key('Thank you.')},s.jsonl,approve,,sure",
        f"{fold_key('You are a fool!')},s.jsonl,approve,,unsure",
    ]
    table = "\n".join(["key,file,decision,categories,certainty", *rows])
    (tmp_path / "second_reading.csv").write_text(table, encoding="utf-8")
    paired = read_second_reading(tmp_path)
    assert paired["decision_1"].tolist() == ["reject", "approve"]
    assert paired["decision_2"].tolist() == ["approve", "approve"]
    assert paired["categories_1"].tolist() == ["personal_attack", ""]


def test_without_a_second_reading_there_is_nothing_to_pair(tmp_path: Path) -> None:
    assert read_second_reading(tmp_path).empty
