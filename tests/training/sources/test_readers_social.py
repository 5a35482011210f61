from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from scoring.guidelines import ABUSE_KINDS
from training.sources.errors import SourceLayout
from training.sources.labels import LABELS, NO, UNKNOWN, YES
from training.sources.readers import social
from training.sources.table import dropped_counts

Writer = Callable[..., Path]


def known(table: pd.DataFrame, row_id: str) -> dict[str, int]:
    rows = table[table["row_id"] == row_id]
    values = {key: int(rows[key].to_numpy()[0]) for key in LABELS}
    return {key: value for key, value in values.items() if value != UNKNOWN}


def test_davidson(write_csv: Writer, tmp_path: Path) -> None:
    header = ["", "count", "hate_speech", "offensive_language", "neither", "class", "tweet"]
    rows = [
        [0, 3, 3, 0, 0, 0, "Contempt for a group."],
        [1, 3, 0, 3, 0, 1, "A swearing remark."],
        [2, 3, 0, 0, 3, 2, "Fish &amp; chips &#128514;"],
    ]
    write_csv("data__labeled_data.csv", header, rows)
    table = social.read_davidson(tmp_path)
    assert known(table, "0") == {"reject": YES, "abuse": YES}
    assert known(table, "1") == {"reject": YES, "profanity": YES}
    clean = dict.fromkeys(("reject", "profanity", "abuse", *ABUSE_KINDS), NO)
    assert known(table, "2") == clean
    assert table["text"].tolist()[2] == "Fish & chips 😂"


def test_olid(write_csv: Writer, tmp_path: Path) -> None:
    header = ["id", "tweet", "subtask_a", "subtask_b", "subtask_c"]
    rows = [
        ["1", "A remark.", "NOT", "NULL", "NULL"],
        ["2", "A swearing remark.", "OFF", "UNT", "NULL"],
        ["3", "An insult.", "OFF", "TIN", "IND"],
        ["4", "An insult of many.", "OFF", "TIN", "GRP"],
        ["5", "An insult of a company.", "OFF", "TIN", "OTH"],
    ]
    write_csv("olid-training-v1.0.tsv", header, rows, "\t")
    table = social.read_olid(tmp_path)
    clean = ("reject", "profanity", "threat", "personal_attack", "abuse", *ABUSE_KINDS)
    assert known(table, "1") == dict.fromkeys(clean, NO)
    assert known(table, "2") == {"reject": YES, "profanity": YES}
    assert known(table, "3") == {"reject": YES, "personal_attack": YES}
    assert known(table, "4") == {"reject": YES, "abuse": YES}
    assert known(table, "5") == {"reject": YES}


def test_an_unknown_class_is_refused(write_csv: Writer, tmp_path: Path) -> None:
    write_csv("data__labeled_data.csv", ["", "class", "tweet"], [[0, 3, "A remark."]])
    with pytest.raises(SourceLayout, match=r"column class: 1 cells, .* none of 0, 1, 2"):
        social.read_davidson(tmp_path)


def misogyny(write_csv: Writer, tmp_path: Path) -> pd.DataFrame:
    header = ["entry_id", "link_id", "body", "image", "level_1", "level_2", "level_3"]
    no, yes, none = "Nonmisogynistic", "Misogynistic", "None_of_the_categories"
    violence = "Threatening_Physical_violence"
    rows = [
        ["calm", "t1", "A remark.", "", no, none, ""],
        ["rude", "t1", "An insult.", "", no, f"{no}_personal_attack", ""],
        ["swears", "t1", "What bullshit.", "", no, none, ""],
        ["speech", "t2", "Against contempt.", "", no, "Counter_speech", ""],
        ["twice", "t2", "Contempt, then a threat.", "", yes, "Derogation", "Other"],
        ["twice", "t2", "Contempt, then a threat.", "", yes, "Treatment", violence],
        ["pictured", "t3", "Look at this.", "Yes", yes, "Derogation", "Other"],
        ["picture", "t3", "Look at that.", "Yes", no, none, ""],
        ["gone", "t3", "[removed]", "", no, none, ""],
    ]
    write_csv("data__final_labels.csv", header, rows)
    return social.read_misogyny_reddit(tmp_path)


def test_misogyny(write_csv: Writer, tmp_path: Path) -> None:
    table = misogyny(write_csv, tmp_path)
    assert known(table, "calm") == {"reject": NO, "sexism": NO}
    assert known(table, "rude") == {"reject": YES, "sexism": NO, "personal_attack": YES}
    assert known(table, "swears") == {"sexism": NO}
    assert known(table, "speech") == {"sexism": NO}
    assert known(table, "twice") == {"reject": YES, "threat": YES, "abuse": YES, "sexism": YES}
    assert table.set_index("row_id")["group"]["twice"] == "t2"


def test_what_the_text_does_not_show_is_dropped(write_csv: Writer, tmp_path: Path) -> None:
    table = misogyny(write_csv, tmp_path)
    assert table["row_id"].tolist() == ["calm", "rude", "swears", "speech", "twice", "picture"]
    dropped = {"same post": 1, "deleted upstream": 1, "misogyny in a picture": 1}
    assert dropped_counts(table) == dropped
