from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from training.sources.errors import SourceLayout
from training.sources.labels import LABELS, NO, UNKNOWN, YES
from training.sources.readers import jigsaw
from training.sources.table import dropped_counts

Writer = Callable[..., Path]

SIX = list(jigsaw.SIX_LABELS)


def known(table: pd.DataFrame, row_id: str) -> dict[str, int]:
    rows = table[table["row_id"] == row_id]
    values = {key: int(rows[key].to_numpy()[0]) for key in LABELS}
    return {key: value for key, value in values.items() if value != UNKNOWN}


def test_six_labels(write_csv: Writer, tmp_path: Path) -> None:
    header = ["id", "comment_text", *SIX, "dataset"]
    rows = [
        ["clean", "A calm remark.", 0, 0, 0, 0, 0, 0, "train"],
        ["toxic", "A rude remark.", 1, 0, 0, 0, 0, 0, "train"],
        ["obscene", "A swearing remark.", 1, 0, 1, 0, 0, 0, "train"],
        ["hate", "A remark about a group.", 0, 0, 0, 0, 0, 1, "test"],
        ["threat", "A remark about a punch.", 1, 1, 0, 1, 1, 0, "test"],
    ]
    write_csv("toxic_comments.csv", header, rows)
    table = jigsaw.read_jigsaw_hieu2000(tmp_path)
    assert set(table["source"]) == {"jigsaw-hieu2000"}
    toxicity = dict.fromkeys(("profanity", "vulgarity", "threat", "personal_attack", "abuse"), NO)
    kinds = dict.fromkeys(("sexism", "racism", "homophobia", "xenophobia"), NO)
    assert known(table, "clean") == {"reject": NO, **toxicity, **kinds}
    assert known(table, "toxic") == {"reject": YES, **toxicity, **kinds}
    assert known(table, "obscene")["profanity"] == YES
    assert "vulgarity" not in known(table, "obscene")
    hate = known(table, "hate")
    assert (hate["reject"], hate["abuse"], "racism" in hate) == (YES, YES, False)
    threat = known(table, "threat")
    assert (threat["threat"], threat["personal_attack"], threat["profanity"]) == (YES, YES, NO)


def test_a_label_that_is_no_label_is_refused(write_csv: Writer, tmp_path: Path) -> None:
    row = ["a", "A calm remark.", 0, 0, 0, 0, 0, "perhaps"]
    write_csv("toxic_comments.csv", ["id", "comment_text", *SIX], [row])
    with pytest.raises(SourceLayout, match="column identity_hate: 1 cells"):
        jigsaw.read_jigsaw_hieu2000(tmp_path)


def furkan(write_csv: Writer) -> None:
    header = ["", "Unnamed: 0", "id", "comment_text", *SIX, "clean"]
    rude = [0, "1.0", "00000000000000aa", "a rude remark", 1, "0.0", 1, "0.0", "0.0", "0.0", "0.0"]
    calm = [1, "2.0", "00000000000000bb", "a calm remark", "0.0", 0, 0, 0, 0, 0, "1.0"]
    late = [2, "9000.0", "00000000000000cc", "a late remark", 0, 0, 0, 0, 0, 0, "1.0"]
    copy = [3, "1.0", "0", "remark rude a", 1, "0.0", 1, "0.0", "0.0", "0.0", "0.0"]
    broken = [4, "0.0", "0.0", "0", 0, 1, 0, 0, 0, 0, 0]
    for name in jigsaw.FURKAN_FILES:
        write_csv(f"jigsaw-furkan/{name}", header, [rude, calm, late, copy, broken])


def test_shuffled_copies_and_repeated_comments_are_dropped(
    write_csv: Writer, tmp_path: Path
) -> None:
    furkan(write_csv)
    table = jigsaw.read_jigsaw_furkan(tmp_path / "jigsaw-furkan")
    assert table["text"].tolist() == ["a rude remark", "a calm remark", "a late remark"]
    assert dropped_counts(table) == {"shuffled copy": 10, "same id": 12}


def test_raw_text_comes_from_the_rows_of_the_raw_file(write_csv: Writer, tmp_path: Path) -> None:
    furkan(write_csv)
    first, second = jigsaw.KHANHHK_FILES
    header = ["comment_text", "labels"]
    write_csv(f"jigsaw-khanhhk20k/{first}", header, [["Row 0.", 0], ["A rude remark!", 1]])
    write_csv(f"jigsaw-khanhhk20k/{second}", header, [["Not that remark.", 1]])
    table = jigsaw.read_jigsaw_furkan(tmp_path / "jigsaw-furkan")
    # row 1 agrees on toxic; row 2 does not, so it is not the same comment; row 9000 is not there
    assert table["text"].tolist() == ["A rude remark!", "a calm remark", "a late remark"]


def test_toxic_alone(write_csv: Writer, tmp_path: Path) -> None:
    for name in jigsaw.KHANHHK_FILES:
        write_csv(name, ["comment_text", "labels"], [["A rude remark.", 1], ["A calm one.", 0]])
    table = jigsaw.read_jigsaw_khanhhk20k(tmp_path)
    assert table["row_id"].tolist()[1:3] == [
        "data__raw__text_comment_1:1",
        "data__raw__text_comment_2:0",
    ]
    assert known(table, "data__raw__text_comment_1:0") == {"reject": YES}
    write_csv("toxic_comments.csv", ["", "text", "toxic"], [[0, "a calm one", 0]])
    assert known(jigsaw.read_jigsaw_ak5000(tmp_path), "0") == {"reject": NO}


def test_positives_of_a_class_say_nothing_of_the_others(write_csv: Writer, tmp_path: Path) -> None:
    for name in jigsaw.IPPD_CLASSES:
        write_csv(
            name, ["id", "comment_text"], [[f"{name}", "A remark."], ["both", "A remark of all."]]
        )
    table = jigsaw.read_jigsaw_ippd(tmp_path)
    assert known(table, "hist__obscene.csv") == {"reject": YES, "profanity": YES}
    assert known(table, "hist__identity_hate.csv") == {"reject": YES, "abuse": YES}
    assert set(known(table, "both").values()) == {YES}
    assert len(known(table, "both")) == 5


def test_the_mixed_file_is_split_by_id(write_csv: Writer, tmp_path: Path) -> None:
    header = ["id", "comment_text", "target"]
    civil, wiki = ["5283379", "a civil one", "0.0"], ["0000997932d777bf", "a wiki one", "1.0"]
    digits = ["1234567890123456", "a wiki one with an id of digits", "0.0"]
    write_csv(jigsaw.HOUMA_BALANCED, header, [civil, wiki, digits])
    write_csv(
        jigsaw.HOUMA_SAMPLE, ["", *header], [[0, *wiki], [1, "000103f0d9cfb60f", "more", "0.0"]]
    )
    table = jigsaw.read_jigsaw_houma(tmp_path)
    assert table["row_id"].tolist() == [wiki[0], digits[0], "000103f0d9cfb60f"]
    assert table["reject"].tolist() == [YES, NO, NO]
    assert set(table["source"]) == {"jigsaw-houma"}
