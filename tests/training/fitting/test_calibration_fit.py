from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from scoring.guidelines import ABUSE_KINDS, CATEGORIES, HEADS
from scoring.model.scorer import calibrated_probabilities
from training.corpus.weights import prevalence_weights
from training.evaluation.metrics import calibration_error
from training.fitting.calibrate import (
    FEWEST_POSITIVES,
    CalibrationRows,
    calibrate,
    platt,
)
from training.sources.labels import NO, UNKNOWN, YES

ROWS = 4000
KIND = CATEGORIES.index("racism")
REJECT = HEADS.index("reject")


class TestPrevalenceWeights:
    def test_rejected_rows_weigh_the_stated_share(self) -> None:
        rejected = np.array([True, False, False, True, True])
        weights = prevalence_weights(rejected, np.ones(5), 0.2)
        assert weights.sum() == pytest.approx(5)
        assert weights[rejected].sum() == pytest.approx(0.2 * 5)
        assert len(set(weights[rejected].tolist())) == 1

    def test_rows_drawn_half_as_often_weigh_twice(self) -> None:
        rejected = np.array([True, True, False, False])
        weights = prevalence_weights(rejected, np.array([0.1, 0.2, 1.0, 0.25]), 0.3)
        assert weights[0] == pytest.approx(2 * weights[1])
        assert weights[3] == pytest.approx(4 * weights[2])
        assert weights[:2].sum() == pytest.approx(0.3 * 4)

    @pytest.mark.parametrize("rejected", [True, False])
    def test_one_side_alone_has_mean_one(self, rejected: bool) -> None:
        weights = prevalence_weights(np.full(3, rejected), np.array([0.5, 0.5, 1.0]), 0.2)
        np.testing.assert_allclose(weights, [1.2, 1.2, 0.6])

    def test_inputs_are_left_alone(self) -> None:
        inclusion = np.array([0.5, 1.0])
        prevalence_weights(np.array([True, False]), inclusion, 0.2)
        assert inclusion.tolist() == [0.5, 1.0]


class TestPlatt:
    @pytest.mark.parametrize(("slope", "offset"), [(2.0, -1.0), (0.4, 0.5), (6.0, -3.0)])
    def test_recovers_a_known_sigmoid(self, slope: float, offset: float) -> None:
        generator = np.random.default_rng(1)
        margins = generator.normal(0, 1.5, 40_000)
        positive = generator.random(40_000) < expit(slope * margins + offset)
        found = platt(margins, positive, np.ones(40_000))
        np.testing.assert_allclose(found, [slope, offset], rtol=0.08, atol=0.05)

    def test_slope_is_positive_for_a_head_that_is_the_wrong_way_around(self) -> None:
        margins = np.linspace(-3, 3, 200)
        slope, _ = platt(margins, margins < 0, np.ones(200))
        assert 0 < slope < 0.1

    def test_separable_rows_give_no_certainty(self) -> None:
        margins = np.linspace(-3, 3, 20)
        slope, offset = platt(margins, margins > 0, np.ones(20))
        assert slope < 3  # the likeliest slope without smoothed targets is infinite
        assert expit(slope * margins[10] + offset) < 0.6

    def test_weight_counts_as_repetition(self) -> None:
        generator = np.random.default_rng(2)
        margins = generator.normal(size=500)
        positive = generator.random(500) < expit(margins)
        times = generator.integers(1, 4, 500)
        weighted = platt(margins, positive, times.astype(float))
        repeated = platt(np.repeat(margins, times), np.repeat(positive, times),
                         np.ones(times.sum()))  # fmt: skip
        np.testing.assert_allclose(weighted, repeated, atol=0.02)  # targets smooth by count

    def test_rows_of_weight_zero_do_not_move_the_line(self) -> None:
        margins = np.linspace(-2, 2, 100)
        positive = margins > np.tile([0.5, -0.5], 50)
        weights = np.tile([1.0, 0.0], 50)
        first = platt(margins, positive, weights)
        moved = np.where(weights == 0, 5.0, margins)
        np.testing.assert_allclose(platt(moved, positive, weights), first, atol=1e-3)

    def test_scale_of_the_weights_does_not_matter(self) -> None:
        margins = np.linspace(-2, 2, 100)
        positive = margins > np.tile([0.5, -0.5], 50)
        one, thousand = (platt(margins, positive, np.full(100, w)) for w in (1.0, 1000.0))
        np.testing.assert_allclose(one, thousand, rtol=1e-6)


@pytest.fixture
def rows() -> CalibrationRows:
    """News rows whose labels follow each margin's sigmoid; abuse is yes where a kind is."""
    generator = np.random.default_rng(3)
    margins = generator.normal(-1, 1.5, (ROWS, len(HEADS)))
    labels = (generator.random(margins.shape) < expit(1.5 * margins - 1)).astype(np.int8)
    kinds = [CATEGORIES.index(kind) for kind in ABUSE_KINDS]
    abuse = CATEGORIES.index("abuse")
    labels[:, abuse] = labels[:, [abuse, *kinds]].max(axis=1)
    labels[:, REJECT] = labels.max(axis=1)
    return CalibrationRows(margins, labels, np.ones(ROWS))


def with_labels(rows: CalibrationRows, head: int, labels: NDArray[np.int8]) -> CalibrationRows:
    changed = rows.labels.copy()
    changed[:, head] = labels
    return replace(rows, labels=changed)


def probabilities(
    rows: CalibrationRows,
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[str, ...]]:
    calibration, provisional = calibrate(rows)
    category, reject = calibrated_probabilities(
        rows.margins, calibration.slopes, calibration.offsets, calibration.overall
    )
    return category, reject, provisional


class TestCalibrate:
    def test_recovers_each_category_and_calls_none_provisional(self, rows: CalibrationRows) -> None:
        calibration, provisional = calibrate(rows)
        free = [c for c, key in enumerate(CATEGORIES) if key != "abuse"]
        np.testing.assert_allclose(calibration.slopes[free], 1.5, rtol=0.15)
        np.testing.assert_allclose(calibration.offsets[free], -1.0, atol=0.2)
        assert (calibration.slopes > 0).all()
        assert provisional == ()

    def test_overall_is_at_least_the_largest_category(self, rows: CalibrationRows) -> None:
        category, reject, _ = probabilities(rows)
        assert (reject >= category.max(axis=1)).all()
        assert ((reject >= 0) & (reject <= 1)).all()

    def test_overall_is_calibrated_after_its_floor(self, rows: CalibrationRows) -> None:
        _, reject, _ = probabilities(rows)
        assert calibration_error(rows.labels[:, REJECT] == YES, reject, rows.weights) < 0.03

    @pytest.mark.parametrize(("positives", "few"), [(49, True), (50, False)])
    def test_fewer_than_fifty_news_positives_is_provisional(
        self, rows: CalibrationRows, positives: int, few: bool
    ) -> None:
        assert FEWEST_POSITIVES == 50
        labels = np.where(np.arange(ROWS) < positives, YES, NO).astype(np.int8)
        _, provisional = calibrate(with_labels(rows, KIND, labels))
        assert provisional == (("racism",) if few else ())

    def test_positives_that_are_no_news_do_not_count(self, rows: CalibrationRows) -> None:
        weights = np.where(rows.labels[:, KIND] == YES, 0.0, 1.0)
        _, provisional = calibrate(replace(rows, weights=weights))
        assert "racism" in provisional

    def test_provisional_head_takes_the_share_of_the_news(self, rows: CalibrationRows) -> None:
        """Half of the other rows are positive, and 1 % of the news: the mean follows the news."""
        labels = np.where(rows.margins[:, KIND] > -1, YES, NO).astype(np.int8)
        news = np.zeros(ROWS, bool)
        news[np.flatnonzero(labels == NO)[:990]] = True
        news[np.flatnonzero(labels == YES)[:10]] = True
        changed = replace(with_labels(rows, KIND, labels), weights=news.astype(float))
        category, _, provisional = probabilities(changed)
        assert "racism" in provisional
        # a provisional head was fitted on all rows, the classes weighed 1 : 99
        yes, no = category[labels == YES, KIND].mean(), category[labels == NO, KIND].mean()
        assert 0.01 * yes + 0.99 * no == pytest.approx(0.01, abs=0.006)

    def test_category_without_a_positive_is_never_likely(self, rows: CalibrationRows) -> None:
        category, _, provisional = probabilities(
            with_labels(rows, KIND, np.full(ROWS, NO, np.int8))
        )
        assert "racism" in provisional
        assert category[:, KIND].max() < 0.05

    def test_unknown_labels_are_ignored(self, rows: CalibrationRows) -> None:
        hidden = np.arange(ROWS) % 2 == 0
        labels = np.where(hidden, UNKNOWN, rows.labels[:, KIND]).astype(np.int8)
        calibration, _ = calibrate(with_labels(rows, KIND, labels))
        expected = platt(
            rows.margins[~hidden, KIND], labels[~hidden] == YES, np.ones(int((~hidden).sum()))
        )
        found = (calibration.slopes[KIND], calibration.offsets[KIND])
        assert found == pytest.approx(expected)

    def test_unknown_decisions_do_not_move_the_overall_probability(
        self, rows: CalibrationRows
    ) -> None:
        hidden = np.random.default_rng(1).random(ROWS) < 0.5
        labels = np.where(hidden, UNKNOWN, rows.labels[:, REJECT]).astype(np.int8)
        _, reject, _ = probabilities(with_labels(rows, REJECT, labels))
        assert calibration_error(rows.labels[:, REJECT] == YES, reject, rows.weights) < 0.03

    def test_without_a_news_row_every_category_is_provisional(self, rows: CalibrationRows) -> None:
        category, reject, provisional = probabilities(replace(rows, weights=np.zeros(ROWS)))
        assert provisional == CATEGORIES
        assert np.isfinite(category).all()
        assert calibration_error(rows.labels[:, REJECT] == YES, reject, np.ones(ROWS)) < 0.03

    def test_decision_of_one_class(self, rows: CalibrationRows) -> None:
        calibration, _ = calibrate(with_labels(rows, REJECT, np.full(ROWS, NO, np.int8)))
        assert calibration.overall.tolist() == [0.0, 1.0, 0.5]
