from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from scoring.artifacts.versions import PublishedModel
from tests.behaviour.running import ROOT
from training.evidence.bias import (
    GROUPS,
    BiasCasesError,
    filler_spread,
    group_bias,
    madlibs_bias,
    read_group_sentences,
)
from training.evidence.published import Published
from training.keys import fold_key
from training.own_labels.written import read_written
from training.sources.labels import NO, YES

FOLDER = ROOT / "tests" / "behaviour" / "bias"


def test_an_innocent_term_has_an_auc_of_one(
    shipped: PublishedModel, make_table: Callable[..., pd.DataFrame]
) -> None:
    texts = ["Joe is a kind american", "Joe is a fucked american", "Joe is kind", "Joe is an idiot"]
    table = make_table("madlibs", texts, reject=[NO, YES, NO, YES])
    figures = {"subgroup_auc": (0.9,), "bpsn_auc": (0.8,), "bnsp_auc": (0.7,)}
    others = Published("a file", ("Perspective",), "mean", figures)
    found = madlibs_bias(shipped, table, others)
    assert list(found["terms"]) == ["american"]
    assert found["terms"]["american"] == {
        "n": 2, "subgroup_auc": 1.0, "bpsn_auc": 1.0, "bnsp_auc": 1.0,
    }  # fmt: skip
    assert found["published"]["Perspective"]["bpsn_auc"] == 0.8


def test_every_group_meets_the_same_sentences(shipped: PublishedModel) -> None:
    sentences = [
        ("approve", "{group} live here."),
        ("reject", "I hate all {group}."),
    ]
    found = group_bias(shipped, sentences)
    assert [one["group"] for one in found] == list(GROUPS)
    assert all(one["n_approve"] == 1 and one["n_reject"] == 1 for one in found)
    assert group_bias(shipped, []) == []


def test_a_spread_is_told_for_each_sentence_with_fillers(shipped: PublishedModel) -> None:
    found = filler_spread(shipped, {"first name": ["Maria", "Ahmed", "Priya"]})
    assert [one["kind"] for one in found] == ["first name", "first name"]
    assert all(one["p5"] <= one["p50"] <= one["p95"] for one in found)


@pytest.mark.parametrize("line", ["maybe\tMany {group}.", "approve\tNo slot.", "approve"])
def test_a_malformed_sentence_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "groups.tsv").write_text(f"decision\tsentence\n{line}\n", encoding="utf-8")
    with pytest.raises(BiasCasesError, match="line 2"):
        read_group_sentences(tmp_path)


def test_no_sentence_about_groups_is_trained_on() -> None:
    sentences = read_group_sentences(FOLDER)
    assert len(sentences) >= 20
    filled = {fold_key(text.replace("{group}", one)) for _, text in sentences for one in GROUPS}
    written = {fold_key(text) for text in read_written(ROOT / "data" / "written")["text"]}
    assert not filled & written
