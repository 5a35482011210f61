"""Measures that benchmarks are told in, each with its bootstrap interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.evaluation.metrics import Metric, average_precision, bootstrap, roc_auc, wilson

DIGITS: Final = 4
SEED: Final = 20261122

Figure = dict[str, float]
"""`value`, `low` and `high`, the 95 % interval."""


def accuracy_at(threshold: float) -> Metric:
    """Make the share of right answers at a threshold, as a `Metric`.

    Args:
        threshold: The probability from which the answer is yes, in [0, 1].
    """

    def accuracy(
        yes: NDArray[np.bool_], values: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> float:
        right = (values >= threshold) == yes
        return float(weights[right].sum() / weights.sum())

    return accuracy


def macro_f1_at(threshold: float) -> Metric:
    """Make the mean of the two classes' F1 at a threshold, as a `Metric`.

    Args:
        threshold: The probability from which the answer is yes, in [0, 1].
    """

    def macro_f1(
        yes: NDArray[np.bool_], values: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> float:
        said = values >= threshold
        return (_f1(said, yes, weights) + _f1(~said, ~yes, weights)) / 2

    return macro_f1


def _f1(said: NDArray[np.bool_], yes: NDArray[np.bool_], weights: NDArray[np.float64]) -> float:
    both = 2 * float(weights[said & yes].sum())
    total = float(weights[said].sum() + weights[yes].sum())
    return both / total if total > 0 else 0.0


def recall_at_false_rejects(share: float) -> Metric:
    """Make the recall at a threshold that rejects a share of what should stand, as a `Metric`.

    Args:
        share: Of the comments labelled no that are rejected, in (0, 1).
    """

    def recall(
        yes: NDArray[np.bool_], values: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> float:
        threshold = float(np.quantile(values[~yes], 1.0 - share))
        return float(weights[yes & (values > threshold)].sum() / weights[yes].sum())

    return recall


RANKING: Final[Mapping[str, Metric]] = {
    "roc_auc": roc_auc,
    "average_precision": average_precision,
    "recall_at_5_percent_false_rejects": recall_at_false_rejects(0.05),
}


def figures(
    metrics: Mapping[str, Metric],
    yes: NDArray[np.bool_],
    values: NDArray[np.float64],
    groups: NDArray[np.int64] | None = None,
) -> dict[str, Figure]:
    """Measure with 95 % bootstrap intervals, every comment alike.

    Args:
        metrics: Measures by name.
        yes: bool (n), the labels, of both kinds.
        values: float64 (n), probabilities.
        groups: int64 (n), what is drawn together, such as the comments of an article.

    Returns:
        A figure a measure.
    """
    found = bootstrap(metrics, yes, values, np.ones(len(yes)), seed=SEED, groups=groups)
    return {name: rounded(one.value, one.low, one.high) for name, one in found.items()}


def rounded(value: float, low: float, high: float) -> Figure:
    """Write a figure as a report holds it.

    Args:
        value: The figure.
        low: Lower bound of its 95 % interval.
        high: Upper bound.
    """
    return {
        "value": round(value, DIGITS), "low": round(low, DIGITS), "high": round(high, DIGITS),
    }  # fmt: skip


def figures_of_mean(values: NDArray[np.float64]) -> Figure:
    """Tell a mean with its 95 % interval, from the normal approximation.

    Args:
        values: float64 (n), n at least 1.

    Returns:
        `value`, `low` and `high`.
    """
    mean, spread = float(values.mean()), 1.96 * float(values.std() / np.sqrt(len(values)))
    return rounded(mean, mean - spread, mean + spread)


def share_figure(hits: NDArray[np.bool_]) -> dict[str, Any]:
    """Tell a share with its 95 % interval (Wilson 1927) and number.

    Args:
        hits: bool (n), n at least 1.

    Returns:
        `n`, `value`, `low` and `high`.
    """
    count, share = len(hits), float(hits.mean())
    return {"n": count, **rounded(share, *wilson(share, count))}
