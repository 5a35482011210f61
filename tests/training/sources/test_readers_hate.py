from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scoring.guidelines import ABUSE_KINDS
from training.sources.errors import SourceLayout
from training.sources.labels import LABELS, NO, UNKNOWN, YES
from training.sources.readers import hate
from training.sources.readers.targets import HATEMOJI_TARGETS, kind_labels
from training.sources.table import dropped_counts

Writer = Callable[..., Path]


def known(table: pd.DataFrame, row_id: str) -> dict[str, int]:
    rows = table[table["row_id"] == row_id]
    values = {key: int(rows[key].to_numpy()[0]) for key in LABELS}
    return {key: value for key, value in values.items() if value != UNKNOWN}


def test_edos(write_csv: Writer, tmp_path: Path) -> None:
    header = ["rewire_id", "text", "label_sexist", "label_category", "label_vector", "split"]
    rows = [
        ["s-1", "A remark.", "not sexist", "none", "none", "train"],
        ["s-2", "A remark about women.", "sexist", "3. animosity", "3.1", "dev"],
        ["s-3", "A threat to women.", "sexist", hate.EDOS_THREAT, "1.1", "train"],
        ["s-4", "A test remark.", "sexist", "3. animosity", "3.1", "test"],
    ]
    write_csv(hate.EDOS_FILE, header, rows)
    table = hate.read_edos(tmp_path)
    assert known(table, "s-1") == {"sexism": NO}
    assert known(table, "s-2") == {"reject": YES, "abuse": YES, "sexism": YES, "threat": NO}
    assert known(table, "s-3")["threat"] == YES
    assert "s-4" not in set(table["row_id"])


def test_hatexplain(write_csv: Writer, tmp_path: Path) -> None:
    flags = ("race", "religion", "gender", "economic", "minority")
    header = ["text", "rationale_pos", "label", *(f"label_{flag}" for flag in flags)]
    rows = [
        ["normal", "", 0, 1, 0, 0, 0, 0],
        ["offensive", "", 1, 1, 0, 0, 0, 0],
        ["hate and race", "", 2, 1, 0, 0, 0, 1],
        ["hate and religion and gender", "", 2, 0, 1, 1, 0, 0],
        ["hate and gender", "", 2, 0, 0, 1, 0, 0],
        ["hate and minority", "", 2, 0, 0, 0, 0, 1],
        ["normal bullshit", "", 0, 0, 0, 0, 0, 0],
    ]
    write_csv(hate.HATEXPLAIN_FILE, header, rows)
    table = hate.read_hatexplain_magpie(tmp_path)
    none = dict.fromkeys(("abuse", *ABUSE_KINDS), NO)
    hateful = {"reject": YES, "abuse": YES}
    assert known(table, "0") == {"reject": NO, **none}
    assert known(table, "1") == {"reject": YES}
    assert known(table, "2") == {**hateful, "racism": YES, "sexism": NO, "homophobia": NO}
    assert known(table, "3") == hateful
    assert known(table, "4") == {**hateful, "racism": NO}
    assert known(table, "5") == hateful
    assert known(table, "6") == none


def test_measuring_hate_speech(write_csv: Writer, tmp_path: Path) -> None:
    for name in (*hate.MHS_TRAIN_FILES, f"{hate.MHS_PREFIX}test_2000.csv"):
        write_csv(name, ["text", "label"], [["A hateful remark.", 1], ["A remark.", 0]])
    table = hate.read_mhs_ken20(tmp_path)
    assert len(table) == 4
    train = Path(hate.MHS_TRAIN_FILES[0]).stem
    assert known(table, f"{train}:0") == {"reject": YES, "abuse": YES}
    assert known(table, f"{train}:1") == dict.fromkeys(("abuse", *ABUSE_KINDS), NO)


def test_overlapping_samples_are_put_together(write_csv: Writer, tmp_path: Path) -> None:
    for number, name in enumerate(hate.DYNAHATE_FILES):
        rows = [["In every sample.", 1, "train"], [f"In sample {number}.", 0, "dev"]]
        if number < 2:
            rows.append(["Labelled twice.", number, "test"])
        write_csv(name, ["text", "label", "split"], rows)
    table = hate.read_dynahate_dyn21(tmp_path)
    assert len(table) == 1 + len(hate.DYNAHATE_FILES)
    assert table["row_id"].tolist()[0] == f"{Path(hate.DYNAHATE_FILES[0]).stem}:0"
    assert dropped_counts(table) == {"both labels": 2}


def test_a_carriage_return_inside_a_text_ends_no_row(write_csv: Writer, tmp_path: Path) -> None:
    for name in hate.DYNAHATE_FILES:
        write_csv(name, ["text", "label", "split"], [])
    content = "text,label,split\nOne line.\r Still the same text,1,train\n"
    (tmp_path / hate.DYNAHATE_FILES[0]).write_text(content, encoding="utf-8", newline="")
    assert hate.read_dynahate_dyn21(tmp_path)["text"].tolist() == [
        "One line.\r Still the same text"
    ]


def hatemoji(write_csv: Writer, rows: list[list[object]]) -> None:
    header = ["entry_id", "text", "type", "target", "label_gold", "matched_text", "matched_id"]
    write_csv(hate.HATEMOJI_FILES[0], header, rows)
    for name in hate.HATEMOJI_FILES[1:]:
        write_csv(name, header, [])


def test_hatemoji(write_csv: Writer, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [0, "contempt 🙃", "derogation", "['wom']", 1, "x", 10],
        [10, "praise 🙂", "none", "['none']", 0, "x", 0],
        [2, "a threat 🙃", "threateninglanguage", "['mus', 'immig']", 1, "x", 3],
        [3, "contempt 🙃", "derogation", "['dis']", 1, "x", 2],
    ]
    hatemoji(write_csv, rows)
    table = hate.read_hatemoji(tmp_path)
    assert table["group"].tolist() == ["pair-0", "pair-0", "pair-2", "pair-2"]
    others = dict.fromkeys(("racism", "homophobia", "xenophobia"), NO)
    assert known(table, "0") == {"reject": YES, "abuse": YES, "sexism": YES, **others}
    assert known(table, "10") == dict.fromkeys(("threat", "abuse", *ABUSE_KINDS), NO)
    threat = known(table, "2")
    assert (threat["threat"], threat["racism"], threat["xenophobia"]) == (YES, YES, YES)
    assert {known(table, "3")[kind] for kind in ABUSE_KINDS} == {NO}


def test_a_target_that_is_no_list_is_refused(write_csv: Writer, tmp_path: Path) -> None:
    hatemoji(write_csv, [[0, "contempt 🙃", "derogation", "wom, mus", 1, "x", 1]])
    with pytest.raises(SourceLayout, match="column target"):
        hate.read_hatemoji(tmp_path)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["blawom"], {"racism": YES, "homophobia": NO, "xenophobia": NO}),
        (["asi.east.chin"], {"racism": YES, "sexism": NO, "homophobia": NO}),
        (["nat.poland"], {"xenophobia": YES, "sexism": NO, "homophobia": NO}),
        (["wom", "martians"], {"sexism": YES}),
        ([], {}),
    ],
)
def test_kinds_from_targets(targets: list[str], expected: dict[str, int]) -> None:
    labels = kind_labels(np.array([True, False]), [targets, ["wom"]], HATEMOJI_TARGETS)
    values = {kind: int(array[0]) for kind, array in labels.items()}
    assert {kind: value for kind, value in values.items() if value != UNKNOWN} == expected
    assert {int(array[1]) for array in labels.values()} == {UNKNOWN}


def test_gab(tmp_path: Path) -> None:
    codes = ("hd", "cv", "vo", *hate.GAB_GROUPS, "pol")
    posts = {
        1: ("A remark.", ()),
        2: ("Contempt for a people.", ("hd", "rae")),
        3: ("A call for violence.", ("cv", "nat", "sxo")),
        4: ("Contempt for a party.", ("hd", "pol")),
        5: ("Contempt for somebody.", ("hd",)),
        6: ("A rude remark.", ("vo",)),
        7: ("What bullshit.", ()),
    }
    lines = [
        json.dumps({"text_id": post, "Text": text, **{code: int(code in set_) for code in codes}})
        for post, (text, set_) in posts.items()
    ]
    (tmp_path / hate.GAB_FILES[0]).write_text("\n".join(lines[:4]), encoding="utf-8")
    (tmp_path / hate.GAB_FILES[1]).write_text("\n".join(lines[4:]) + "\n", encoding="utf-8")
    table = hate.read_gabhate(tmp_path)
    none = dict.fromkeys(("abuse", *ABUSE_KINDS, "threat"), NO)
    assert known(table, "1") == {"reject": NO, "profanity": NO, **none}
    assert known(table, "2")["racism"] == YES
    assert "sexism" not in known(table, "2")
    violent = known(table, "3")
    assert {violent[key] for key in ("threat", "abuse", "xenophobia", "homophobia")} == {YES}
    # opponents are no protected group: abuse is unknown, the rejection is not
    assert known(table, "4") == {"reject": YES, "profanity": NO, "threat": NO}
    assert known(table, "5")["abuse"] == YES
    assert known(table, "6")["profanity"] == YES
    assert known(table, "7") == none
