"""Choose thresholds from a stated aim; the budget binds the final decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring.decisions.policy import Policy
from scoring.guidelines import CATEGORIES
from training.fitting.calibrate import FEWEST_POSITIVES
from training.settings import TrainingSettings
from training.sources.labels import NO, UNKNOWN, YES

RESAMPLES: Final = 200
Chooser: TypeAlias = Callable[
    [NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64], float], float
]


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """Calibrated probabilities beside what a reader decided.

    Attributes:
        category_probabilities: float64 (n, 11) in [0, 1].
        reject_probability: float64 (n) in [0, 1].
        labels: int8 (n, 12), in the order of `HEADS`.
        weights: float64 (n), re-weighted to the stated prevalence.
    """

    category_probabilities: NDArray[np.float64]
    reject_probability: NDArray[np.float64]
    labels: NDArray[np.int8]
    weights: NDArray[np.float64]


def choose_policies(rows: JudgedRows, settings: TrainingSettings) -> dict[str, Policy]:
    """Choose the presets.

    From a category's threshold on, a comment is nearly always one to reject, and the category is
    named rightly as often as not. The overall thresholds are chosen afterwards, for the decision as
    it is made: a violated category rejects by itself.

    Args:
        rows: Judged rows, out of fold.
        settings: The aims.

    Returns:
        The policies `assist`, `automatic`, and one for each further budget of false rejections:
        `budget-0.5` rejects at most about half a percent of the approvable comments.
    """
    decided = rows.labels[:, len(CATEGORIES)] != UNKNOWN
    rejected, weights = rows.labels[decided, len(CATEGORIES)] == YES, rows.weights[decided]

    def choose(
        chooser: Chooser, aim: float, side: np.ufunc, categories: NDArray[np.float64]
    ) -> float:
        violated = (rows.category_probabilities >= categories).any(axis=1)
        probabilities = np.where(violated, 1.0, rows.reject_probability)[decided]
        return cautious(chooser, (probabilities, rejected, weights), aim, settings.seed, side)

    named = category_thresholds(rows, 0.0)
    categories = category_thresholds(rows, settings.category_precision)
    assist = choose(threshold_for_precision, settings.assist_precision, np.maximum, categories)
    approve = choose(threshold_for_missed, settings.false_approve_budget, np.minimum, categories)
    policies = {"assist": _policy("assist", assist, min(approve, assist), categories, named)}
    for name, budget in settings.budgets().items():
        within = _categories_within(rows, budget, settings.category_precision)
        threshold = choose(threshold_for_false_rejects, budget, np.maximum, within)
        policies[name] = _policy(name, threshold, threshold, within, named)
    return policies


def _policy(
    name: str,
    reject: float,
    approve: float,
    categories: NDArray[np.float64],
    named: NDArray[np.float64],
) -> Policy:
    """Build a policy; from the overall threshold on a category need only be named rightly.

    The overall probability is never below a category's: that changes no decision.
    """
    thresholds = np.minimum(categories, np.maximum(reject, named))
    return Policy(name, reject, approve, tuple(float(value) for value in thresholds))


def _categories_within(rows: JudgedRows, budget: float, precision: float) -> NDArray[np.float64]:
    """Category thresholds that by themselves use up at most half of a budget."""
    good = rows.labels[:, len(CATEGORIES)] == NO
    for wrong in (1.0 - precision) / np.array([1.0, 2.0, 4.0, 8.0, 16.0]):
        categories = category_thresholds(rows, 1.0 - wrong)
        violated = (rows.category_probabilities >= categories).any(axis=1)
        if rows.weights[violated & good].sum() <= budget / 2 * rows.weights[good].sum():
            return categories
    return np.ones(len(CATEGORIES))


def cautious(
    choose: Chooser,
    judged: tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]],
    aim: float,
    seed: int,
    side: np.ufunc,
) -> float:
    """Choose a threshold that most resamples of the rows would choose, or a stricter one.

    The threshold that just meets an aim on some rows was lucky on them and misses it on others:
    chosen so, the assist preset aimed at a precision of 0.9 and had 0.79 on the held-back comments.

    Args:
        choose: Takes probabilities, decisions, weights and the aim; returns a threshold.
        judged: Probabilities, decisions and weights.
        aim: What the threshold shall meet.
        seed: Of the resampling.
        side: `np.maximum` where a larger threshold is stricter, `np.minimum` where a smaller is.

    Returns:
        The stricter of the threshold on all rows and the quartile over resamples on that side.
    """
    generator = np.random.default_rng(seed)
    probabilities, rejected, weights = judged
    drawn = []
    for _ in range(RESAMPLES):
        rows = generator.integers(0, len(weights), len(weights))
        drawn.append(choose(probabilities[rows], rejected[rows], weights[rows], aim))
    quartile = np.percentile(drawn, 75 if side is np.maximum else 25)
    return float(side(choose(*judged, aim), quartile))


def threshold_for_precision(
    probabilities: NDArray[np.float64],
    rejected: NDArray[np.bool_],
    weights: NDArray[np.float64],
    precision: float,
) -> float:
    """Return the smallest threshold from which rejecting is right often enough.

    Args:
        probabilities: float64 (n).
        rejected: bool (n), the right decision.
        weights: float64 (n).
        precision: Share of rejections that must be right, in (0, 1).

    Returns:
        A threshold in (0, 1]; 1.0 where no threshold reaches the precision.
    """
    order = np.argsort(-probabilities, kind="stable")
    right = np.cumsum(weights[order] * rejected[order])
    every = np.cumsum(weights[order])
    reached = (right >= precision * every) & _last_of_ties(probabilities[order])
    # a single lucky comment at the top is no evidence: at least twenty must be rejected
    reached &= np.arange(1, len(order) + 1) >= min(20, len(order))
    return float(probabilities[order][np.flatnonzero(reached)[-1]]) if reached.any() else 1.0


def threshold_for_false_rejects(
    probabilities: NDArray[np.float64],
    rejected: NDArray[np.bool_],
    weights: NDArray[np.float64],
    budget: float,
) -> float:
    """Return the smallest threshold that rejects at most a share of the approvable comments.

    Args:
        probabilities: float64 (n).
        rejected: bool (n), the right decision.
        weights: float64 (n).
        budget: Share of approvable comments that may be rejected, in [0, 1).

    Returns:
        A threshold in (0, 1].
    """
    order = np.argsort(-probabilities, kind="stable")
    wrong = np.cumsum(weights[order] * ~rejected[order])
    within = (wrong <= budget * (weights * ~rejected).sum()) & _last_of_ties(probabilities[order])
    return float(probabilities[order][np.flatnonzero(within)[-1]]) if within.any() else 1.0


def threshold_for_missed(
    probabilities: NDArray[np.float64],
    rejected: NDArray[np.bool_],
    weights: NDArray[np.float64],
    budget: float,
) -> float:
    """Return the largest threshold below which at most a share of the rejectable comments lie.

    Args:
        probabilities: float64 (n).
        rejected: bool (n), the right decision.
        weights: float64 (n).
        budget: Share of rejectable comments that may be approved, in [0, 1).

    Returns:
        A threshold in [0, 1]: comments strictly below it are approved.
    """
    order = np.argsort(probabilities, kind="stable")
    missed = np.cumsum(weights[order] * rejected[order])
    over = missed > budget * (weights * rejected).sum()
    return float(probabilities[order][np.flatnonzero(over)[0]]) if over.any() else 1.0


def _last_of_ties(ordered: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where a cut is possible: after the last of equal values."""
    return np.append(ordered[1:] != ordered[:-1], True)


def category_thresholds(rows: JudgedRows, precision: float) -> NDArray[np.float64]:
    """Choose for each category the probability from which it counts as violated.

    The larger of two: where naming the category is right most often (the largest F1), and where the
    comment is one to reject, for whatever reason, as often as `precision` says.

    Args:
        rows: Judged rows, out of fold.
        precision: Share of comments from the threshold on that must be rejectable, in (0, 1).

    Returns:
        float64 (11) in the order of `CATEGORIES`; 1.0 where too few are positive to tell.
    """
    thresholds = np.ones(len(CATEGORIES))
    rejected = rows.labels[:, len(CATEGORIES)]
    for c in range(len(CATEGORIES)):
        labels = rows.labels[:, c]
        known = (labels != UNKNOWN) & (rejected != UNKNOWN) & (rows.weights > 0)
        positive = labels[known] == YES
        if int(positive.sum()) < FEWEST_POSITIVES:
            continue
        probabilities, weights = rows.category_probabilities[known, c], rows.weights[known]
        thresholds[c] = max(
            _threshold_of_best_f1(probabilities, positive, weights),
            threshold_for_precision(probabilities, rejected[known] == YES, weights, precision),
        )
    return thresholds


def _threshold_of_best_f1(
    probabilities: NDArray[np.float64], positive: NDArray[np.bool_], weights: NDArray[np.float64]
) -> float:
    order = np.argsort(-probabilities, kind="stable")
    right = np.cumsum(weights[order] * positive[order])
    every = np.cumsum(weights[order])
    f1 = 2 * right / (every + (weights * positive).sum())
    return float(probabilities[order][int(np.argmax(f1))])
