from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scoring.artifacts.versions import PublishedModel
from tests.behaviour.running import ROOT
from training.evidence.benchmarks import BENCHMARKS, decision_shares, measure_benchmarks
from training.evidence.judge import judge
from training.evidence.measures import (
    accuracy_at,
    macro_f1_at,
    recall_at_false_rejects,
    share_figure,
)
from training.evidence.published import Published, PublishedFiguresError, read_published
from training.sources.labels import NO, UNKNOWN, YES
from training.sources.registry import BENCHMARK, load_registry

YES_NO = np.array([True, True, False, False])
VALUES = np.array([0.9, 0.4, 0.6, 0.1])
EVEN = np.ones(4)


def test_measures_by_hand() -> None:
    assert accuracy_at(0.5)(YES_NO, VALUES, EVEN) == 0.5
    assert macro_f1_at(0.3)(YES_NO, VALUES, EVEN) == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert recall_at_false_rejects(0.5)(YES_NO, VALUES, EVEN) == 1.0
    assert recall_at_false_rejects(0.01)(YES_NO, VALUES, EVEN) == 0.5
    share = share_figure(np.array([True] * 8 + [False] * 2))
    assert (share["n"], share["value"]) == (10, 0.8)
    assert share["low"] == pytest.approx(0.490, abs=0.001)


def test_decisions_are_told_by_what_should_become_of_them() -> None:
    decisions = np.array(["reject", "review", "approve", "approve"])
    told = decision_shares(decisions, np.array([YES, YES, NO, UNKNOWN], np.int8))
    assert told["to reject"] == {"n": 2, "rejected": 0.5, "held": 0.5, "approved": 0.0}
    assert told["to approve"]["approved"] == 1.0


def test_a_benchmark_stands_beside_what_was_published(
    shipped: PublishedModel, make_table: Callable[..., pd.DataFrame]
) -> None:
    texts = ["All women are stupid.", "Women work here.", "I hate all women.", "Women voted today."]
    functions = ["derog_h", "ident_nh", "derog_h", "ident_nh"]
    table = make_table("hatecheck", texts, functions, abuse=[YES, NO, YES, NO])
    others = Published("a paper", ("Perspective",), "accuracy", {"all": (0.7,), "derog_h": (0.9,)})
    (found,) = measure_benchmarks(shipped, {"hatecheck": table}, {"hatecheck": others})
    assert (found["n"], found["positives"]) == (4, 2)
    assert found["published"]["all"] == {"Perspective": 0.7}
    parts = {part["part"]: part for part in found["parts"]}
    assert list(parts) == ["all", "hateful", "not hateful", "derog_h", "ident_nh"]
    assert parts["derog_h"]["published"] == {"Perspective": 0.9}
    said = judge(shipped, texts).head("abuse") >= found["threshold"]
    right = said == np.array([True, False, True, False])
    assert (parts["all"]["n"], parts["all"]["value"]) == (4, right.mean())
    assert (parts["derog_h"]["n"], parts["derog_h"]["value"]) == (2, right[[0, 2]].mean())
    assert 0.0 <= found["figures"]["roc_auc"]["low"] <= found["figures"]["roc_auc"]["high"] <= 1.0


def test_every_benchmark_measured_is_one_that_is_never_trained_on() -> None:
    registry = load_registry(ROOT / "data" / "sources.toml")
    never = {source.key for source in registry.sources if source.role == BENCHMARK}
    assert {one.key for one in BENCHMARKS} <= never


def test_published_figures_name_their_source() -> None:
    found = read_published(ROOT / "data")
    assert len(found["hatecheck"].parts) == 32
    assert all(one.source and one.columns for one in found.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[x]\nsource = "a"\n', "needs columns, measure, parts, source"),
        (
            '[x]\nsource = "a"\ncolumns = ["b"]\nmeasure = "m"\nparts = {all = [1, 2]}\n',
            "2 figures for 1 columns",
        ),
    ],
)
def test_a_malformed_figure_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "published_figures.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PublishedFiguresError, match=message):
        read_published(tmp_path)
