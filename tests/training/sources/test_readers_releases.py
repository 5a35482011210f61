from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from training.sources.errors import SourceDamaged, SourceLayout, SourceMissing
from training.sources.labels import LABELS, NO, UNKNOWN, YES
from training.sources.readers import releases
from training.sources.readers.jigsaw import SIX_LABELS

Writer = Callable[..., Path]

ATTRIBUTES = ("toxicity", *releases.CIVIL_ATTRIBUTES)
JIGSAW_HEADER = ["id", "comment_text", *SIX_LABELS]
KAGGLE_HEADER = [
    *("id", "target", "comment_text", *releases.CIVIL_ATTRIBUTES),
    *("female", "black", "muslim", "article_id"),
]


def known(table: pd.DataFrame, row_id: str) -> dict[str, int]:
    rows = table[table["row_id"] == row_id]
    values = {key: int(rows[key].to_numpy()[0]) for key in LABELS}
    return {key: value for key, value in values.items() if value != UNKNOWN}


@pytest.mark.parametrize("name", ["jigsaw-2018/train.csv", "train.csv"])
def test_jigsaw_2018_in_either_place(write_csv: Writer, tmp_path: Path, name: str) -> None:
    rows = [["a", "A rude remark.", 1, 0, 0, 0, 1, 0], ["b", "A calm one.", 0, 0, 0, 0, 0, 0]]
    write_csv(name, JIGSAW_HEADER, rows)
    table = releases.read_jigsaw_2018(tmp_path / "jigsaw-2018")
    assert known(table, "a")["personal_attack"] == YES
    assert known(table, "b")["reject"] == NO
    assert set(table["source"]) == {"jigsaw-2018"}


def test_the_folder_comes_before_the_loose_file(write_csv: Writer, tmp_path: Path) -> None:
    write_csv("train.csv", KAGGLE_HEADER, [])
    write_csv("jigsaw-2018/train.csv", JIGSAW_HEADER, [["a", "A calm one.", 0, 0, 0, 0, 0, 0]])
    assert len(releases.read_jigsaw_2018(tmp_path / "jigsaw-2018")) == 1


def test_another_train_csv_is_refused_by_its_columns(write_csv: Writer, tmp_path: Path) -> None:
    write_csv("train.csv", KAGGLE_HEADER, [])
    with pytest.raises(SourceLayout, match=r"has the columns id, target, .* needs .*identity_hate"):
        releases.read_jigsaw_2018(tmp_path / "jigsaw-2018")


def kaggle(write_csv: Writer, tmp_path: Path) -> pd.DataFrame:
    rows = [
        # target, obscene, sexual_explicit, threat, insult, identity_attack, identities, article
        ["1", "0.0", "Calm.", "0.0", "0.0", "0.0", "0.1", "0.0", "", "", "", "2006"],
        ["2", "0.3", "In dispute.", "0.2", "0.0", "0.2", "0.3", "0.4", "", "", "", "2006"],
        ["3", "0.8", "Swearing.", "0.5", "0.0", "0.0", "0.7", "0.0", "", "", "", "2007"],
        ["4", "0.6", "Explicit.", "0.0", "0.9", "0.0", "0.0", "0.0", "", "", "", "2007"],
        ["5", "0.9", "Of women.", "0.0", "0.0", "0.6", "0.0", "0.7", "0.8", "0.1", "0.0", "2008"],
        ["6", "0.9", "Of many.", "0.0", "0.0", "0.0", "0.0", "0.7", "0.8", "0.9", "0.0", "2008"],
        ["7", "0.9", "Of some.", "0.0", "0.0", "0.0", "0.0", "0.7", "0.0", "0.9", "0.6", "2008"],
    ]
    write_csv("civil-comments/train.csv", KAGGLE_HEADER, rows)
    return releases.read_civil_comments(tmp_path / "civil-comments")


def test_kaggle_shares_of_raters(write_csv: Writer, tmp_path: Path) -> None:
    table = kaggle(write_csv, tmp_path)
    toxicity = ("reject", "profanity", "vulgarity", "threat", "personal_attack", "abuse")
    kinds = ("sexism", "racism", "homophobia", "xenophobia")
    assert known(table, "1") == dict.fromkeys((*toxicity, *kinds), NO)
    # neither explicit nor obscene is needed for a no
    assert known(table, "2") == {}
    third = known(table, "3")
    assert (third["reject"], third["profanity"], third["personal_attack"]) == (YES, YES, YES)
    assert "vulgarity" not in third
    assert (known(table, "4")["vulgarity"], known(table, "4")["profanity"]) == (YES, NO)


def test_kaggle_names_the_kind_where_one_alone_is_mentioned(
    write_csv: Writer, tmp_path: Path
) -> None:
    table = kaggle(write_csv, tmp_path)
    women = known(table, "5")
    assert (women["threat"], women["abuse"], women["sexism"], "racism" in women) == (
        YES,
        YES,
        YES,
        False,
    )
    assert not {"sexism", "racism"} & set(known(table, "6"))
    assert known(table, "7")["racism"] == YES


def test_kaggle_groups_are_articles(write_csv: Writer, tmp_path: Path) -> None:
    table = kaggle(write_csv, tmp_path)
    assert table["group"].tolist()[:3] == ["article-2006", "article-2006", "article-2007"]


def test_official_test_rows_are_left_out(write_csv: Writer, tmp_path: Path) -> None:
    header = ["id", "comment_text", "split", "article_id", *ATTRIBUTES]
    rows = [[row, "Calm.", split, "1", *["0.0"] * 6] for row, split in ((1, "train"), (2, "test"))]
    write_csv("civil-comments/all_data.csv", header, rows)
    table = releases.read_civil_comments(tmp_path / "civil-comments")
    assert table["row_id"].tolist() == ["1"]


def hugging_face(text: str | None, share: float) -> dict[str, object]:
    return {"text": [text, "Calm."], **{name: [share, 0.1] for name in ATTRIBUTES}}


def test_hugging_face_parquet_in_several_files(tmp_path: Path) -> None:
    folder = tmp_path / "civil-comments"
    folder.mkdir()
    for number, text in enumerate(("Rude.", None)):
        frame = pd.DataFrame(hugging_face(text, 0.5)).astype(dict.fromkeys(ATTRIBUTES, "float32"))
        frame.to_parquet(folder / f"train-0000{number}-of-00002.parquet")
    (folder / "test-00000-of-00001.parquet").write_bytes(b"never read")
    table = releases.read_civil_comments(folder)
    stems = ("train-00000-of-00002", "train-00001-of-00002")
    assert table["row_id"].tolist() == [f"{stems[0]}:0", f"{stems[0]}:1", f"{stems[1]}:1"]
    assert set(known(table, f"{stems[0]}:0").values()) == {YES}
    # float32 stores a tenth as slightly more: it is a tenth all the same
    assert set(known(table, f"{stems[0]}:1").values()) == {NO}
    assert set(table["group"]) == {""}


def test_hugging_face_csv(write_csv: Writer, tmp_path: Path) -> None:
    rows = [["Rude.", *["0.9"] * 6], ["Calm.", *["0"] * 6]]
    write_csv("civil-comments/civil_comments_train.csv", ["text", *ATTRIBUTES], rows)
    table = releases.read_civil_comments(tmp_path / "civil-comments")
    assert table["row_id"].tolist() == ["0", "1"]
    assert table["reject"].tolist() == [YES, NO]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            ["text", "label"],
            "columns text, label; .* comment_text and target or .* text and toxicity",
        ),
        (["text", "toxicity", "obscene"], "missing: sexual_explicit, threat"),
    ],
)
def test_another_layout_names_the_columns(
    write_csv: Writer, tmp_path: Path, header: list[str], message: str
) -> None:
    write_csv("civil-comments/train.csv", header, [])
    with pytest.raises(SourceLayout, match=message):
        releases.read_civil_comments(tmp_path / "civil-comments")


def test_shares_that_are_no_numbers_are_refused(write_csv: Writer, tmp_path: Path) -> None:
    rows = [["Calm.", "none", *["0"] * 5]]
    write_csv("civil-comments/train.csv", ["text", *ATTRIBUTES], rows)
    with pytest.raises(SourceLayout, match="column toxicity: 1 cells"):
        releases.read_civil_comments(tmp_path / "civil-comments")


def test_no_parquet_is_damaged_and_no_file_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "civil-comments"
    for read in (releases.read_civil_comments, releases.read_jigsaw_2018):
        with pytest.raises(SourceMissing, match=r"put one of these into it: train\.csv"):
            read(folder)
    folder.mkdir()
    (folder / "train.parquet").write_bytes(b"not Parquet")
    with pytest.raises(SourceDamaged, match=r"train\.parquet is not a Parquet file"):
        releases.read_civil_comments(folder)
