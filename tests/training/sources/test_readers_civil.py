from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from training.sources.labels import LABELS, NO, UNKNOWN, YES
from training.sources.readers import civil
from training.sources.readers.jigsaw import HOUMA_BALANCED
from training.sources.readers.swearing import unknown_where_swearing

Writer = Callable[..., Path]


def known(table: pd.DataFrame, row_id: str) -> dict[str, int]:
    rows = table[table["row_id"] == row_id]
    values = {key: int(rows[key].to_numpy()[0]) for key in LABELS}
    return {key: value for key, value in values.items() if value != UNKNOWN}


def test_civil_rows_of_the_mixed_file(write_csv: Writer, tmp_path: Path) -> None:
    rows = [
        ["5283379", "a civil one", "0.0"],
        ["239607", "a rude one", "1.0"],
        ["1234567", "", "0.0"],
        ["0000997932d777bf", "a wiki one", "1.0"],
        ["1234567890123456", "a wiki one", "1.0"],
    ]
    write_csv(HOUMA_BALANCED, ["id", "comment_text", "target"], rows)
    table = civil.read_civil_houma(tmp_path)
    assert table["row_id"].tolist() == ["5283379", "239607"]
    assert known(table, "239607") == {"reject": YES}
    assert known(table, "5283379") == {"reject": NO}


def test_safe_is_clean_and_violent_talk_is_no_threat(write_csv: Writer, tmp_path: Path) -> None:
    write_csv("data__threat.csv", ["text", "label"], [["The storm killed the party mood.", 5]])
    write_csv("data__safe.csv", ["text", "label"], [["A calm remark.", 0]])
    write_csv("toxic_language.csv", ["text", "label"], [["A rude remark.", 9]])
    table = civil.read_civil_aayan(tmp_path)
    assert known(table, "data__threat:0") == {"reject": YES}
    assert known(table, "toxic_language:0") == {"reject": YES}
    safe = known(table, "data__safe:0")
    assert set(safe.values()) == {NO}
    assert set(LABELS) - set(safe) == {"commercial_promotion", "personal_promotion"}


def spans(write_csv: Writer, tmp_path: Path) -> Path:
    """Five comments, three workers each; who marked what is in the rows of spans."""
    comments = [
        ["1", "You are a turnip."],
        ["2", "You are a turnip, and the bus is late."],
        ["3", "This bullshit is a turnip."],
        ["4", "Nobody marked this turnip."],
        ["5", "A turnip of the test set."],
    ]
    marks = {
        "1": ["Insult", "Insult", "Threat"],
        "2": ["Insult", "Profane/Obscene", ""],
        "3": ["Insult", "Insult", "Insult"],
        "4": ["", "", ""],
        "5": ["Insult", "Insult", ""],
    }
    annotations: list[list[object]] = []
    typed: list[list[object]] = []
    for comment, types in marks.items():
        for worker, span_type in enumerate(types):
            number = str(len(annotations))
            # workers without spans tick both boxes: "not toxic" is never a sign of a clean comment
            both = str(not span_type)
            annotations.append([number, comment, worker, "XX", both, both])
            if span_type:
                typed += [[number, span_type, 0, 3], [number, span_type, 4, 6]]
    write_csv("data__comments.csv", ["comment_id", "comment_text"], comments)
    header = ["annotation", "comment_id", "worker", "country", "all toxic", "not toxic"]
    write_csv("data__annotations.csv", header, annotations)
    write_csv("data__spans.csv", ["annotation", "type", "start", "end"], typed)
    write_csv(civil.SEMEVAL_TEST, ["spans", "text"], [["[]", "a turnip, of the TEST set"]])
    return tmp_path


def test_typed_spans(write_csv: Writer, tmp_path: Path) -> None:
    table = civil.read_civil_toxicspans(spans(write_csv, tmp_path))
    assert table["row_id"].tolist() == ["1", "2", "3", "4"]
    first = known(table, "1")
    # two of three chose insult; the one threat is neither two workers nor nobody
    assert (first["personal_attack"], first["profanity"], first["abuse"]) == (YES, NO, NO)
    assert "threat" not in first
    # one insult, one swear word: neither label is known, and the comment is rejected all the same
    assert known(table, "2")["reject"] == YES
    assert "personal_attack" not in known(table, "2")
    assert "profanity" not in known(table, "2")


def test_swearing_marked_as_insult_is_not_clean(write_csv: Writer, tmp_path: Path) -> None:
    assert "profanity" not in known(civil.read_civil_toxicspans(spans(write_csv, tmp_path)), "3")


def test_spans_never_say_that_a_comment_is_clean(write_csv: Writer, tmp_path: Path) -> None:
    table = civil.read_civil_toxicspans(spans(write_csv, tmp_path))
    assert known(table, "4") == {}
    assert NO not in set(table["reject"])


def test_copies_of_a_test_comment_are_benchmark(write_csv: Writer, tmp_path: Path) -> None:
    table = civil.read_civil_toxicspans_test(spans(write_csv, tmp_path))
    assert table["row_id"].tolist() == ["5"]
    assert set(table["source"]) == {"civil-toxicspans-test"}
    assert known(table, "5")["personal_attack"] == YES


def test_only_a_plain_swear_word_takes_back_a_no() -> None:
    texts = ["bullshit", "SHIT happens", "shitake", "a damn class", "f*ck", None, "Bitches"]
    labels = np.array([NO, YES, NO, NO, NO, NO, UNKNOWN], dtype=np.int8)
    assert unknown_where_swearing(labels, texts).tolist() == [-1, 1, 0, 0, 0, 0, -1]
