from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from scoring.artifacts.versions import PublishedModel, load_current
from tests.behaviour.running import ROOT
from training.reports.label_audit import audit_labels, audit_summary
from training.reports.version_changes import version_changes
from training.sources.labels import NO, YES


def shipped() -> PublishedModel:
    return load_current(ROOT / "models")


def test_a_version_against_itself_changes_nothing(
    make_table: Callable[..., pd.DataFrame],
) -> None:
    table = make_table("x", ["You are an idiot.", "Thank you for the report."], reject=[YES, NO])
    changes = version_changes(shipped(), shipped(), table, "assist")
    assert len(changes.moved) == 0
    assert int(changes.table.to_numpy().sum()) == 2


def test_labels_that_the_model_contradicts_come_first(
    make_table: Callable[..., pd.DataFrame],
) -> None:
    texts = ["Thank you for this careful report.", "You are a fucking idiot."]
    rows = make_table("x", texts, reject=[NO, NO])
    rows["key"] = ["a", "b"]
    annotations = pd.DataFrame(
        {
            "key": ["a", "b"],
            "decision_1": ["approve", "approve"],
            "decision_2": ["", "reject"],
            "certainty": ["sure", "unsure"],
        }
    )
    audited = audit_labels(shipped(), rows, annotations)
    assert audited["key"].tolist() == ["b", "a"]
    summary = audit_summary(audited)
    assert summary.to_numpy().tolist() == [[2, 1, 1]]
