from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scoring.guidelines import CATEGORIES
from scoring.rules.rules_file import read_rules
from training.evaluation.plots import figure_png
from training.reports.threshold_choice import (
    FEWEST,
    Costs,
    Decided,
    category_thresholds,
    cost_table,
    rules_text,
    workload_figure,
)
from training.sources.labels import NO, YES

REJECTED = np.array([True, True, False, False])
DECIDED = Decided(REJECTED, np.array([0.9, 0.5, 0.7, 0.2]), np.ones(4))


def test_what_two_thresholds_do_is_counted_in_a_thousand() -> None:
    told = DECIDED.per_thousand(approve=0.6, reject=0.8)
    assert told == {"wrongly_rejected": 0.0, "missed": 250.0, "held": 250.0}


def test_the_cheapest_pair_comes_first() -> None:
    dear_people = cost_table(DECIDED, Costs(false_reject=1.0, missed=1.0, held=100.0))
    assert dear_people["held"].iloc[0] == 0.0
    dear_mistakes = cost_table(DECIDED, Costs(false_reject=100.0, missed=100.0, held=1.0))
    first = dear_mistakes.iloc[0]
    assert (first["wrongly_rejected"], first["missed"]) == (0.0, 0.0)
    assert (dear_mistakes["approve"] <= dear_mistakes["reject"]).all()


def test_a_guideline_with_few_violations_gets_no_threshold() -> None:
    labels = np.full((2 * FEWEST, len(CATEGORIES)), NO, np.int8)
    labels[:FEWEST, 0] = YES
    probabilities = np.zeros(labels.shape)
    probabilities[:FEWEST, 0] = 0.7
    probabilities[FEWEST:, 0] = 0.3
    found = category_thresholds(labels, probabilities, precision=0.9)
    assert found.loc[CATEGORIES[0], "threshold"] == pytest.approx(0.32)
    assert found.loc[CATEGORIES[0], "recall"] == 1.0
    assert np.isnan(found["threshold"].to_numpy()[1])


def test_the_rules_are_ones_that_the_service_reads(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    chosen = {"threat": 0.5, "profanity": float("nan")}
    path.write_text(rules_text("assist", 0.2, 0.8, chosen), encoding="utf-8")
    assert "profanity" not in path.read_text(encoding="utf-8")
    assert read_rules(path).digest


def test_the_workload_is_drawn() -> None:
    assert figure_png(workload_figure(DECIDED, 0.8)).startswith(b"\x89PNG")
