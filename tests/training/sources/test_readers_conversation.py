from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from scoring.guidelines import ABUSE_KINDS
from training.sources.labels import LABELS, NO, UNKNOWN, YES
from training.sources.readers import conversation
from training.sources.readers.conversation import ANNOTATORS, GRADES, TYPES

Writer = Callable[..., Path]


def known(table: pd.DataFrame, row_id: str) -> dict[str, int]:
    rows = table[table["row_id"] == row_id]
    values = {key: int(rows[key].to_numpy()[0]) for key in LABELS}
    return {key: value for key, value in values.items() if value != UNKNOWN}


def convabuse(
    write_csv: Writer, tmp_path: Path, turns: Mapping[str, Mapping[int, set[str]]]
) -> pd.DataFrame:
    """Read turns given as example -> annotator -> what the annotator marked."""
    questions = [(who, what) for who in ANNOTATORS for what in (*GRADES, *TYPES)]
    header = [
        "example_id",
        "conv_id",
        "user",
        *(f"Annotator{who}_{what}" for who, what in questions),
    ]
    rows = []
    for example, marks in turns.items():
        cells = [
            ""
            if who not in marks
            else "1, 0"
            if f"{what} twice" in marks[who]
            else str(int(what in marks[who]))
            for who, what in questions
        ]
        rows.append([f"{example}.0", "77.0", "a turn", *cells])
    for number, name in enumerate(conversation.CONVABUSE_FILES):
        write_csv(name, header, rows[number::3])
    return conversation.read_convabuse(tmp_path)


FINE, BAD = {"is_abuse.1"}, {"is_abuse.-1"}


def test_most_votes_decide(write_csv: Writer, tmp_path: Path) -> None:
    turns = {
        "1": {1: FINE, 4: FINE, 8: {"is_abuse.0"}},
        "2": {1: BAD, 2: {"is_abuse.-3"}, 3: FINE},
        "3": {1: BAD, 2: FINE},
        "4": {1: BAD | {"sex_harassment"}, 2: BAD | {"sex_harassment"}},
        "5": {1: BAD | {"sexist"}, 2: BAD | {"sexist", "racist"}, 3: BAD},
        "6": {1: BAD | {"ableist"}},
        "7": {1: {"is_abuse.-1 twice"}, 2: BAD},
    }
    table = convabuse(write_csv, tmp_path, turns)
    assert set(table["group"]) == {"77"}
    clean = ("reject", "personal_attack", "vulgarity", "abuse", *ABUSE_KINDS)
    assert known(table, "1") == dict.fromkeys(clean, NO)
    assert known(table, "2") == {"reject": YES, "personal_attack": YES, "vulgarity": NO}
    assert known(table, "3") == {"vulgarity": NO}
    assert known(table, "4") == {"reject": YES, "vulgarity": YES}
    sexist = known(table, "5")
    assert (sexist["abuse"], sexist["sexism"], sexist["homophobia"]) == (YES, YES, NO)
    assert "racism" not in sexist
    ableist = known(table, "6")
    assert (ableist["abuse"], ableist["sexism"], "xenophobia" in ableist) == (YES, NO, False)
    assert known(table, "7")["reject"] == YES


def test_paradetox_pairs(write_csv: Writer, tmp_path: Path) -> None:
    header = ["toxic", "neutral1", "neutral2", "neutral3"]
    rows = [["a rude one", "A polite one.", "Another.", ""], ["rude too", "Polite too.", "", ""]]
    write_csv("paradetox__paradetox.tsv", header, rows, "\t")
    table = conversation.read_paradetox(tmp_path)
    assert table["row_id"].tolist() == ["0:toxic", "1:toxic", "0:neutral", "1:neutral"]
    assert table["group"].tolist() == ["pair-0", "pair-1", "pair-0", "pair-1"]
    assert known(table, "0:toxic") == {"reject": YES}
    assert known(table, "1:neutral") == {"reject": NO}
