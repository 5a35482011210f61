from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from scoring.guidelines import ABUSE_KINDS
from training.sources.errors import SourceLayout
from training.sources.labels import LABELS, NO, UNKNOWN, YES
from training.sources.readers import benchmarks, hate

Writer = Callable[..., Path]


def known(table: pd.DataFrame, row_id: str) -> dict[str, int]:
    rows = table[table["row_id"] == row_id]
    values = {key: int(rows[key].to_numpy()[0]) for key in LABELS}
    return {key: value for key, value in values.items() if value != UNKNOWN}


def test_hatecheck(write_csv: Writer, tmp_path: Path) -> None:
    header = ["", "functionality", "case_id", "test_case", "label_gold", "target_ident"]
    rows = [
        [0, "derog_neg_emote_h", "1", "Contempt for women.", "hateful", "women"],
        [1, "threat_dir_h", "2", "A threat to migrants.", "hateful", "immigrants"],
        [2, "ident_pos_nh", "3", "Praise of women.", "non-hateful", "women"],
        [3, "profanity_nh", "4", "A swearing remark.", "non-hateful", ""],
        [4, "target_indiv_nh", "5", "An insult.", "non-hateful", ""],
        [5, "target_obj_nh", "6", "Contempt for a table.", "non-hateful", ""],
    ]
    write_csv("test_suite_cases.csv", header, rows)
    table = benchmarks.read_hatecheck(tmp_path)
    assert table["group"].tolist()[0] == "derog_neg_emote_h"
    first = known(table, "1")
    assert (first["abuse"], first["sexism"], first["racism"], first["threat"]) == (YES, YES, NO, NO)
    second = known(table, "2")
    assert (second["threat"], second["xenophobia"], "racism" in second) == (YES, YES, False)
    third = known(table, "3")
    assert (third["reject"], third["profanity"], third["personal_attack"]) == (NO, NO, NO)
    assert (known(table, "4")["profanity"], known(table, "4")["reject"]) == (YES, YES)
    assert known(table, "5")["personal_attack"] == YES
    assert known(table, "6") == dict.fromkeys(("abuse", "threat", *ABUSE_KINDS), NO)


def test_hatemoji_check(write_csv: Writer, tmp_path: Path) -> None:
    header = ["case_id", "text", "target", "functionality", "label_gold"]
    rows = [
        ["1", "contempt 🙃", "gay people", "append", 1],
        ["2", "praise 🙂", "women", "append", 0],
    ]
    write_csv("HatemojiCheck__test.csv", header, rows)
    table = benchmarks.read_hatemoji_check(tmp_path)
    first = known(table, "1")
    assert (first["reject"], first["homophobia"], first["sexism"]) == (YES, YES, NO)
    assert known(table, "2") == dict.fromkeys(("abuse", *ABUSE_KINDS), NO)
    assert set(table["group"]) == {"append"}


def test_official_test_parts(write_csv: Writer, tmp_path: Path) -> None:
    header = ["rewire_id", "text", "label_sexist", "label_category", "split"]
    rows = [["a", "A remark.", "not sexist", "none", part] for part in ("train", "dev")]
    rows.append(["b", "A test remark.", "sexist", "3. animosity", "test"])
    write_csv(hate.EDOS_FILE, header, rows)
    assert benchmarks.read_edos_test(tmp_path)["row_id"].tolist() == ["b"]
    name = f"{hate.MHS_PREFIX}test_2000.csv"
    write_csv(name, ["text", "label"], [["A hateful remark.", 1]])
    assert known(benchmarks.read_mhs_test(tmp_path), f"{Path(name).stem}:0")["abuse"] == YES


def test_olid_labels_lie_in_files_of_their_own(write_csv: Writer, tmp_path: Path) -> None:
    rows = [["1", "A remark."], ["2", "An insult."], ["3", "A swearing remark."]]
    write_csv("testset-levela.tsv", ["id", "tweet"], rows, "\t")
    write_csv("labels-levela.csv", ["1", "NOT"], [["2", "OFF"], ["3", "OFF"]])
    write_csv("labels-levelb.csv", ["2", "TIN"], [["3", "UNT"]])
    write_csv("labels-levelc.csv", ["2", "IND"], [])
    table = benchmarks.read_olid_test(tmp_path)
    assert set(known(table, "1").values()) == {NO}
    assert known(table, "2") == {"reject": YES, "personal_attack": YES}
    assert known(table, "3") == {"reject": YES, "profanity": YES}


def test_madlibs(write_csv: Writer, tmp_path: Path) -> None:
    folder = benchmarks.MADLIBS_FOLDER
    rows = [["a rude one", "BAD", "verb_adj"], ["a calm one", "NOT_BAD", "verb_adj"]]
    write_csv(f"{folder}bias_madlibs_77k.csv", ["Text", "Label", "Template"], rows)
    table = benchmarks.read_madlibs(tmp_path)
    assert table["reject"].tolist() == [YES, NO]
    assert set(table["group"]) == {"verb_adj"}
    wiki = [["598296", "A calm one.", "False"], ["598297", "A rude one.", "True"]]
    write_csv(f"{folder}toxicity_nonfuzzed_testset.csv", ["rev_id", "comment", "toxic"], wiki)
    assert benchmarks.read_wiki_nonfuzzed(tmp_path)["reject"].tolist() == [NO, YES]


def test_perspective_scores_are_no_labels(write_csv: Writer, tmp_path: Path) -> None:
    header = ["id", "comment_text", "TOXICITY@6", "SPAM"]
    write_csv(benchmarks.PERSPECTIVE_FILE, header, [["a", "A rude one.", "0.98", "0.02"]])
    assert known(benchmarks.read_wiki_perspective2k(tmp_path), "a") == {}
    scores = benchmarks.read_perspective_scores(tmp_path)
    assert scores.loc["a"].to_dict() == {"TOXICITY@6": 0.98, "SPAM": 0.02}
    write_csv(benchmarks.PERSPECTIVE_FILE, header, [["a", "A rude one.", "high", "0.02"]])
    with pytest.raises(SourceLayout, match="column TOXICITY@6"):
        benchmarks.read_perspective_scores(tmp_path)
