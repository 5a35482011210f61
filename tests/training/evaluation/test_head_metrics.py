from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, precision_score, recall_score, roc_auc_score

import training.evaluation.metrics
from training.evaluation.metrics import TOO_FEW, Estimate, calibration_error, head_metrics

NAMES = ("roc_auc", "average_precision", "precision", "recall", "brier")

Rows = tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.evaluation.metrics, "RESAMPLES", 80)


@pytest.fixture
def rows() -> Rows:
    """400 labels, probabilities that know something, and weights."""
    generator = np.random.default_rng(1)
    probabilities = generator.random(400)
    return generator.random(400) < probabilities, probabilities, generator.random(400) + 0.5


def test_values_equal_scikit_learn(rows: Rows) -> None:
    positive, probabilities, weights = rows
    metrics = head_metrics(*rows, 0.6, seed=1)
    assert (metrics.n, metrics.positives, metrics.verdict) == (400, int(positive.sum()), "judged")
    expected = {
        "roc_auc": roc_auc_score(positive, probabilities, sample_weight=weights),
        "precision": precision_score(positive, probabilities >= 0.6, sample_weight=weights),
        "recall": recall_score(positive, probabilities >= 0.6, sample_weight=weights),
        "brier": brier_score_loss(positive, probabilities, sample_weight=weights),
    }
    for name, value in expected.items():
        assert getattr(metrics, name).value == pytest.approx(value)


def test_interval_contains_the_value(rows: Rows) -> None:
    metrics = head_metrics(*rows, 0.6, seed=1)
    for name in NAMES:
        estimate: Estimate = getattr(metrics, name)
        assert estimate.low < estimate.value < estimate.high


def test_interval_narrows_with_more_rows(rows: Rows) -> None:
    positive, probabilities, weights = rows
    often = np.tile(np.arange(len(positive)), 8)
    few = head_metrics(*rows, 0.6, seed=1).roc_auc
    many = head_metrics(positive[often], probabilities[often], weights[often], 0.6, seed=1).roc_auc
    assert few is not None
    assert many is not None
    assert (many.high - many.low) < 0.5 * (few.high - few.low)


def test_same_seed_same_interval(rows: Rows) -> None:
    first, second = (head_metrics(*rows, 0.6, seed=1) for _ in "ab")
    assert first == second != head_metrics(*rows, 0.6, seed=2)


@pytest.mark.parametrize("positives", [0, 49, 400])
def test_too_few_to_judge(rows: Rows, positives: int) -> None:
    _, probabilities, weights = rows
    metrics = head_metrics(np.arange(400) < positives, probabilities, weights, 0.5, seed=1)
    assert (metrics.positives, metrics.verdict) == (positives, TOO_FEW)
    assert [getattr(metrics, name) for name in NAMES] == [None] * 5


def test_fifty_positives_are_enough(rows: Rows) -> None:
    _, probabilities, weights = rows
    assert head_metrics(np.arange(400) < 50, probabilities, weights, 0.5, seed=1).verdict == (
        "judged"
    )


def test_nothing_reaches_the_threshold(rows: Rows) -> None:
    """No rejection has no precision: null in metrics.json, which has no word for NaN."""
    metrics = head_metrics(*rows, 1.0, seed=1)
    assert metrics.precision is None
    assert metrics.recall == Estimate(0.0, 0.0, 0.0)
    assert json.loads(json.dumps(metrics.as_dict(), allow_nan=False))["precision"] is None


def test_as_dict_is_plain_and_rounded(rows: Rows) -> None:
    values = head_metrics(*rows, 1 / 3, seed=1).as_dict()
    assert values["threshold"] == 0.3333
    assert set(values["brier"]) == {"value", "low", "high"}
    assert values["brier"]["value"] == round(values["brier"]["value"], 4)


class TestCalibrationError:
    def test_nothing_for_perfect_probabilities(self) -> None:
        positive = np.arange(100) % 3 == 0
        assert calibration_error(positive, positive.astype(float), np.ones(100)) == 0.0

    def test_nothing_where_each_bin_has_its_share(self) -> None:
        probabilities = np.repeat(np.arange(0.05, 1, 0.1), 20)
        positive = np.tile(np.arange(20), 10) < 20 * probabilities - 1e-9
        assert calibration_error(positive, probabilities, np.ones(200)) == pytest.approx(0)

    def test_distance_from_the_share(self) -> None:
        positive = np.tile([True, False], 50)
        probabilities = np.full(100, 0.8)
        assert calibration_error(positive, probabilities, np.ones(100)) == pytest.approx(0.3)

    def test_weights_change_the_share(self) -> None:
        positive = np.tile([True, False], 50)
        weights = np.where(positive, 4.0, 1.0)
        assert calibration_error(positive, np.full(100, 0.8), weights, bins=1) == pytest.approx(0)

    def test_one_row(self) -> None:
        assert calibration_error(np.array([True]), np.array([0.75]), np.ones(1)) == 0.25
