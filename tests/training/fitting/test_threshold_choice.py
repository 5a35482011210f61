from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.decisions.decide import decide
from scoring.decisions.policy import Decision
from scoring.guidelines import CATEGORIES, HEADS
from training.fitting.thresholds import (
    JudgedRows,
    category_thresholds,
    choose_policies,
    threshold_for_false_rejects,
    threshold_for_missed,
    threshold_for_precision,
)
from training.settings import TrainingSettings
from training.sources.labels import NO, YES

# twenty comments, the likeliest first; the first ten are right to reject but for number 9
LIKELY = np.linspace(0.95, 0.0, 20)
RIGHT = np.array([True] * 8 + [False] + [True] + [False] * 10)
ONES = np.ones(20)


class TestPrecision:
    """At least twenty comments must be rejected, so the hand-made rows are repeated."""

    @pytest.mark.parametrize(
        ("precision", "expected"),
        [
            (0.99, LIKELY[7]),  # 8 of 8
            (0.9, LIKELY[9]),  # 9 of 10
            (0.85, LIKELY[9]),
            (0.6, LIKELY[14]),  # 9 of 15
            (0.45, LIKELY[19]),  # 9 of 20
            (0.4, LIKELY[19]),
        ],
    )
    def test_smallest_threshold_that_is_right_often_enough(
        self, precision: float, expected: float
    ) -> None:
        found = threshold_for_precision(
            np.repeat(LIKELY, 5), np.repeat(RIGHT, 5), np.ones(100), precision
        )
        assert found == expected

    def test_one_when_out_of_reach(self) -> None:
        assert threshold_for_precision(LIKELY, RIGHT, ONES, 0.9) == 1.0
        assert threshold_for_precision(LIKELY, np.zeros(20, bool), ONES, 0.9) == 1.0

    def test_a_lucky_comment_at_the_top_is_no_evidence(self) -> None:
        probabilities = np.concatenate([np.full(19, 0.9), np.full(81, 0.1)])
        rejected = np.arange(100) < 19
        assert threshold_for_precision(probabilities, rejected, np.ones(100), 0.9) == 1.0

    def test_equal_probabilities_are_cut_together(self) -> None:
        probabilities = np.repeat([0.9, 0.5, 0.1], 20)
        rejected = np.concatenate([np.full(20, True), np.arange(20) < 10, np.full(20, False)])
        ones = np.ones(60)
        assert threshold_for_precision(probabilities, rejected, ones, 0.8) == 0.9
        assert threshold_for_precision(probabilities, rejected, ones, 0.75) == 0.5

    def test_weights_count(self) -> None:
        probabilities = np.repeat([0.9, 0.5], 20)
        rejected = np.repeat([True, False], 20)
        weights = np.where(rejected, 1.0, 0.1)
        assert threshold_for_precision(probabilities, rejected, weights, 0.9) == 0.5


class TestFalseRejects:
    @pytest.mark.parametrize(
        ("budget", "expected"),
        [(0.0, LIKELY[7]), (0.1, LIKELY[9]), (0.2, LIKELY[10]), (0.99, LIKELY[18])],
    )
    def test_smallest_threshold_within_the_budget(self, budget: float, expected: float) -> None:
        # 11 approvable comments: number 9, and those from number 11 on
        assert threshold_for_false_rejects(LIKELY, RIGHT, ONES, budget) == expected

    def test_one_when_the_likeliest_is_beyond_the_budget(self) -> None:
        assert threshold_for_false_rejects(LIKELY, ~RIGHT, ONES, 0.05) == 1.0

    def test_equal_probabilities_are_cut_together(self) -> None:
        probabilities = np.array([0.9, 0.5, 0.5, 0.5, 0.1])
        rejected = np.array([True, True, False, True, False])
        assert threshold_for_false_rejects(probabilities, rejected, np.ones(5), 0.4) == 0.9
        assert threshold_for_false_rejects(probabilities, rejected, np.ones(5), 0.5) == 0.5

    def test_weights_count(self) -> None:
        probabilities, rejected = np.array([0.9, 0.5, 0.1]), np.array([True, False, False])
        light, heavy = np.array([1, 0.1, 1.9]), np.array([1, 1.9, 0.1])
        assert threshold_for_false_rejects(probabilities, rejected, light, 0.1) == 0.5
        assert threshold_for_false_rejects(probabilities, rejected, heavy, 0.1) == 0.9


class TestMissed:
    @pytest.mark.parametrize(
        ("budget", "expected"),
        [(0.0, LIKELY[9]), (0.12, LIKELY[7]), (0.5, LIKELY[4]), (0.99, LIKELY[0])],
    )
    def test_largest_threshold_within_the_budget(self, budget: float, expected: float) -> None:
        # 9 rejectable comments: below the threshold lie at most the budget's share of them
        assert threshold_for_missed(LIKELY, RIGHT, ONES, budget) == expected
        missed = (expected > LIKELY) & RIGHT
        assert missed.sum() <= budget * 9

    def test_everything_may_be_approved_where_nothing_should_be_rejected(self) -> None:
        assert threshold_for_missed(LIKELY, np.zeros(20, bool), ONES, 0.1) == 1.0

    def test_equal_probabilities_are_approved_together_or_not_at_all(self) -> None:
        probabilities = np.array([0.1, 0.5, 0.5, 0.5, 0.9])
        rejected = np.array([False, True, True, False, True])
        assert threshold_for_missed(probabilities, rejected, np.ones(5), 0.4) == 0.5
        assert threshold_for_missed(probabilities, rejected, np.ones(5), 0.7) == 0.9


@pytest.mark.parametrize(
    "choose", [threshold_for_precision, threshold_for_false_rejects, threshold_for_missed]
)
def test_no_row_and_no_order(choose: object) -> None:
    assert callable(choose)
    none = np.zeros(0)
    assert choose(none, none.astype(bool), none, 0.1) == 1.0
    generator = np.random.default_rng(0)
    order = generator.permutation(20)
    assert choose(LIKELY[order], RIGHT[order], ONES, 0.5) == choose(LIKELY, RIGHT, ONES, 0.5)


def judged(seed: int, rows: int = 3000, *, steps: int = 10_000) -> JudgedRows:
    """Rows whose decision follows the overall probability; few steps make many ties."""
    generator = np.random.default_rng(seed)
    categories = np.round(generator.beta(0.4, 4, (rows, len(CATEGORIES))) * steps) / steps
    reject = np.maximum(
        categories.max(axis=1), np.round(generator.beta(0.4, 0.6, rows) * steps) / steps
    )
    labels = np.zeros((rows, len(HEADS)), np.int8)
    labels[:, :-1] = generator.random(categories.shape) < categories
    labels[:, -1] = generator.random(rows) < reject
    return JudgedRows(categories, reject, labels, generator.random(rows) + 0.2)


def decisions(rows: JudgedRows, name: str) -> NDArray[np.str_]:
    policy = choose_policies(rows, TrainingSettings())[name]
    return decide(policy, rows.category_probabilities, rows.reject_probability).decisions


@pytest.mark.parametrize("steps", [pytest.param(10_000, marks=pytest.mark.slow), 20])
@pytest.mark.parametrize("seed", range(3))
class TestPolicies:
    def test_assist_rejects_at_its_precision_and_misses_within_its_budget(
        self, seed: int, steps: int
    ) -> None:
        rows, settings = judged(seed, steps=steps), TrainingSettings()
        decided = decisions(rows, "assist")
        bad, weights = rows.labels[:, -1] == YES, rows.weights
        rejected, approved = decided == Decision.REJECT, decided == Decision.APPROVE
        assert rejected.any()
        precision = weights[rejected & bad].sum() / weights[rejected].sum()
        assert precision >= settings.assist_precision
        assert weights[approved & bad].sum() / weights[bad].sum() <= settings.false_approve_budget

    @pytest.mark.slow
    def test_presets_keep_their_budgets_of_false_rejections_and_review_nothing(
        self, seed: int, steps: int
    ) -> None:
        rows, settings = judged(seed, steps=steps), TrainingSettings()
        for name, budget in settings.budgets().items():
            decided = decisions(rows, name)
            good, weights = rows.labels[:, -1] == NO, rows.weights
            wrong = weights[(decided == Decision.REJECT) & good].sum() / weights[good].sum()
            assert wrong <= budget, name
            assert not (decided == Decision.REVIEW).any()

    def test_approval_is_never_above_rejection(self, seed: int, steps: int) -> None:
        for policy in choose_policies(judged(seed, steps=steps), TrainingSettings()).values():
            assert policy.approve_threshold <= policy.reject_threshold


def test_a_category_with_few_positives_never_rejects_by_itself() -> None:
    rows = judged(1)
    rows.labels[:, 0] = NO
    assert choose_policies(rows, TrainingSettings())["assist"].category_thresholds[0] == 1.0


def test_a_category_that_tells_rejects_from_well_below_the_overall_threshold() -> None:
    rows = judged(1)
    rows.category_probabilities[:, 0] = np.where(rows.labels[:, 0] == YES, 0.6, 0.02)
    rows.labels[rows.labels[:, 0] == YES, -1] = YES
    strict = replace(TrainingSettings(), assist_precision=0.9)
    assist = choose_policies(rows, strict)["assist"]
    assert assist.category_thresholds[0] == 0.6 < assist.reject_threshold


def test_from_the_overall_threshold_on_a_category_is_named_where_it_is_rightly_named() -> None:
    rows = judged(2)
    policies = choose_policies(rows, TrainingSettings())
    named = category_thresholds(rows, 0.0)
    for policy in policies.values():
        highest = np.maximum(policy.reject_threshold, named)
        assert (np.array(policy.category_thresholds) <= highest).all()
