from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from scoring.artifacts.versions import PublishedModel
from training.evidence.seeds import preset_precisions, seed_ranges
from training.reports.evidence_robustness import seeds_table
from training.sources.labels import NO, YES


def _run(seed: int, value: float) -> dict[str, object]:
    figure = {"value": value, "low": value - 0.05, "high": value + 0.05}
    return {
        "seed": seed,
        "precisions": [{"part": "news", "preset": "assist", "rejected": 40, **figure}],
    }


def test_precision_is_the_weighted_share_of_rejections_that_are_right(
    shipped: PublishedModel, make_table: Callable[..., pd.DataFrame]
) -> None:
    texts = [f"You are an idiot, number {n}." for n in range(40)]
    texts += [f"The council met {n} times in the town hall." for n in range(40)]
    labels = [YES] * 30 + [NO] * 50  # ten of the insults are called harmless
    table = make_table("civil-aayan", texts, reject=labels)
    weights = np.where(np.arange(80) < 30, 1.0, 3.0)
    found = preset_precisions(shipped, {"news": (table, weights)})
    assist = next(one for one in found if one["preset"] == "assist")
    assert (assist["part"], assist["rejected"]) == ("news", 40)
    assert assist["value"] == 0.5  # 30 x 1 right, 10 x 3 wrong
    assert assist["low"] < 0.5 < assist["high"]
    assert {one["preset"] for one in found} <= set(shipped.manifest.policies)


def test_a_preset_that_rejects_too_few_has_no_precision(
    shipped: PublishedModel, make_table: Callable[..., pd.DataFrame]
) -> None:
    texts = [f"The council met {n} times in the town hall." for n in range(40)]
    table = make_table("civil-aayan", texts, reject=[NO] * 40)
    assert preset_precisions(shipped, {"news": (table, np.ones(40))}) == []


def test_a_retrain_outside_the_interval_is_told() -> None:
    inside = seed_ranges([_run(0, 0.85), _run(1, 0.82), _run(2, 0.88)])[0]
    assert (inside["lowest"], inside["highest"], inside["within"]) == (0.82, 0.88, True)
    outside = {"model": "v1", "date": "2026-11-28", "runs": [_run(0, 0.85), _run(1, 0.79)]}
    assert seed_ranges(outside["runs"])[0]["within"] is False  # type: ignore[arg-type]
    table = seeds_table(outside)
    assert table.rows[0][-2:] == ["0.790 to 0.790", "NO"]
    assert "seeds 1 for" in table.about


def test_without_retrains_there_is_no_table() -> None:
    assert seeds_table({}).rows == []
    assert seed_ranges([_run(0, 0.85)])[0]["within"] is None
