"""The drift gauge: still where scores are training's, high where they have moved."""

from __future__ import annotations

import numpy as np
import pytest

from service.monitoring import drift
from service.monitoring.drift import DriftWindow

DECILES = {"threat": [n / 10 for n in range(1, 10)], "reject": [n / 10 for n in range(1, 10)]}


def scores(count: int, low: float, high: float) -> np.ndarray:
    even = np.linspace(low, high, count, endpoint=False)
    return np.column_stack([np.linspace(0, 1, count, endpoint=False), even])


def test_the_same_scores_do_not_drift() -> None:
    window = DriftWindow(DECILES)
    window.add(scores(2000, 0.0, 1.0))
    assert window.indices() == pytest.approx({"threat": 0.0, "reject": 0.0}, abs=1e-6)


def test_a_head_whose_scores_rise_is_told_alone() -> None:
    window = DriftWindow(DECILES)
    window.add(scores(2000, 0.5, 1.0))
    found = window.indices()
    assert found["threat"] == pytest.approx(0.0, abs=1e-6)
    assert found["reject"] > 0.25


def test_nothing_is_told_of_few_comments_nor_without_deciles() -> None:
    window = DriftWindow(DECILES)
    window.add(scores(drift.FEWEST - 1, 0.0, 1.0))
    assert window.indices() == {}
    none = DriftWindow({})
    none.add(scores(2000, 0.0, 1.0))
    assert none.indices() == {}


def test_the_window_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "HALF_WINDOW", 1000)
    window = DriftWindow(DECILES)
    window.add(scores(1000, 0.9, 1.0))
    assert window.indices()["reject"] > 1.0
    window.add(scores(1000, 0.0, 1.0))
    window.add(scores(1000, 0.0, 1.0))
    assert window.indices()["reject"] == pytest.approx(0.0, abs=1e-6)
