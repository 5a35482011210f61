from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from scoring.artifacts.versions import PublishedModel
from training.evidence.calibration import cut_history, measure_calibration
from training.sources.labels import NO, YES


def test_calibration_is_told_where_there_are_enough(
    shipped: PublishedModel, make_table: Callable[..., pd.DataFrame]
) -> None:
    texts = [f"You are an idiot, number {n}." for n in range(60)]
    texts += [f"The council met {n} times in the town hall." for n in range(60)]
    table = make_table("civil-aayan", texts, reject=[YES] * 60 + [NO] * 60)
    found = measure_calibration(shipped, {"news": (table, np.ones(120))})
    (entry,) = found["news"]
    assert (entry["head"], entry["n"], entry["positives"]) == ("reject", 120, 60)
    assert entry["at_cut"]["value"] == 1.0
    assert len(entry["bins"]["share"]) == len(entry["bins"]["probability"])
    few = measure_calibration(shipped, {"news": (table.head(20), np.ones(20))})
    assert few == {"news": []}


def test_a_version_measured_again_replaces_its_line() -> None:
    at_cut = {"n": 9, "value": 0.8, "low": 0.5, "high": 0.9}
    calibration = {"news": [{"head": "reject", "at_cut": at_cut}]}
    first = cut_history("v1", calibration, [])
    again = cut_history("v1", calibration, first)
    both = cut_history("v2", calibration, again)
    assert [one["version"] for one in both] == ["v1", "v2"]
    assert again == first
