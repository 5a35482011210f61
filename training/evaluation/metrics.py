"""Metrics with intervals: what each head is worth, and on how many comments that is based."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from training.fitting.calibrate import FEWEST_POSITIVES

RESAMPLES: Final = 300
TOO_FEW: Final = "too few to judge"
_Z: Final = 1.96
"""Of a normal 95 % interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class HeadMetrics:
    """What one head is worth on n labelled comments.

    Attributes:
        n: Comments whose label is known.
        positives: Those labelled yes.
        threshold: The probability from which the head rejects.
        verdict: "judged", or why there are no numbers.
        roc_auc, average_precision, precision, recall, brier: None where there are too few, and
            precision also where nothing reaches the threshold.
    """

    n: int
    positives: int
    threshold: float
    verdict: str
    roc_auc: Estimate | None = None
    average_precision: Estimate | None = None
    precision: Estimate | None = None
    recall: Estimate | None = None
    brier: Estimate | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the metrics as plain JSON values, rounded to four digits."""
        return {key: _rounded(value) for key, value in asdict(self).items()}


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return round(value, 4) if isinstance(value, float) else value


Metric = Callable[[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]], float]


def roc_auc(
    positive: NDArray[np.bool_], scores: NDArray[np.float64], weights: NDArray[np.float64]
) -> float:
    """Return the weighted area under the ROC curve.

    Args:
        positive: bool (n), of both kinds.
        scores: float64 (n), probabilities or margins.
        weights: float64 (n).
    """
    return float(roc_auc_score(positive, scores, sample_weight=weights))


def average_precision(
    positive: NDArray[np.bool_], scores: NDArray[np.float64], weights: NDArray[np.float64]
) -> float:
    """Return the weighted average precision.

    Args:
        positive: bool (n), at least one true.
        scores: float64 (n), probabilities or margins.
        weights: float64 (n).
    """
    return float(average_precision_score(positive, scores, sample_weight=weights))


def head_metrics(
    positive: NDArray[np.bool_],
    probabilities: NDArray[np.float64],
    weights: NDArray[np.float64],
    threshold: float,
    *,
    seed: int,
) -> HeadMetrics:
    """Measure one head.

    Args:
        positive: bool (n), the labels.
        probabilities: float64 (n) in [0, 1].
        weights: float64 (n), re-weighted to the stated prevalence.
        threshold: The probability from which the head rejects.
        seed: Of the bootstrap.

    Returns:
        The metrics; without numbers where there are fewer than 50 positives or no negatives.
    """
    n, positives = len(positive), int(positive.sum())
    if positives < FEWEST_POSITIVES or positives == n:
        return HeadMetrics(n, positives, threshold, TOO_FEW)

    def precision(y: NDArray[np.bool_], p: NDArray[np.float64], w: NDArray[np.float64]) -> float:
        chosen = p >= threshold
        total = float(w[chosen].sum())
        return float(w[chosen & y].sum()) / total if total > 0 else float("nan")

    def recall(y: NDArray[np.bool_], p: NDArray[np.float64], w: NDArray[np.float64]) -> float:
        return float(w[(p >= threshold) & y].sum() / w[y].sum())

    metrics: dict[str, Metric] = {
        "roc_auc": roc_auc,
        "average_precision": average_precision,
        "precision": precision,
        "recall": recall,
        "brier": lambda y, p, w: float((w * (p - y) ** 2).sum() / w.sum()),
    }
    estimates = bootstrap(metrics, positive, probabilities, weights, seed=seed)
    return HeadMetrics(n, positives, threshold, "judged", **estimates)


def bootstrap(
    metrics: Mapping[str, Metric],
    positive: NDArray[np.bool_],
    probabilities: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    seed: int,
    groups: NDArray[np.int64] | None = None,
) -> dict[str, Estimate]:
    """Estimate metrics with percentile intervals (Efron 1979).

    Args:
        metrics: Functions of labels, probabilities and weights, by name.
        positive: bool (n).
        probabilities: float64 (n).
        weights: float64 (n).
        seed: Of the resampling.
        groups: int64 (n), what is drawn together, such as the comments of an article; None where
            each comment is drawn alone.

    Returns:
        Value on all rows and the 2.5th and 97.5th percentile over resamples, by name; a metric
        that is not defined on all rows (NaN) is left out.
    """
    values = {name: metric(positive, probabilities, weights) for name, metric in metrics.items()}
    metrics = {name: metric for name, metric in metrics.items() if not np.isnan(values[name])}
    generator = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in metrics}
    members = None if groups is None else _members(groups)
    for _ in range(RESAMPLES):
        rows = _draw(generator, len(positive), members)
        if positive[rows].all() or not positive[rows].any():
            continue
        for name, metric in metrics.items():
            drawn[name].append(metric(positive[rows], probabilities[rows], weights[rows]))
    return {
        name: Estimate(values[name], *map(float, np.nanpercentile(drawn[name], [2.5, 97.5])))
        for name in metrics
    }


def _members(groups: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """List the rows of each group."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order])) + 1
    return np.split(order, starts)


def _draw(
    generator: np.random.Generator, count: int, members: list[NDArray[np.int64]] | None
) -> NDArray[np.int64]:
    """Draw rows, or groups of rows, with replacement."""
    if members is None:
        return generator.integers(0, count, count)
    drawn = generator.integers(0, len(members), len(members))
    return np.concatenate([members[place] for place in drawn.tolist()])


def calibration_error(
    positive: NDArray[np.bool_],
    probabilities: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    bins: int = 10,
) -> float:
    """Return the expected calibration error over bins of equal weight.

    Args:
        positive: bool (n).
        probabilities: float64 (n) in [0, 1].
        weights: float64 (n).
        bins: Number of bins.

    Returns:
        Weighted mean distance between the bins' mean probability and share of positives.
    """
    error = 0.0
    for rows in equal_weight_bins(probabilities, weights, bins):
        weight = float(weights[rows].sum())
        gap = (weights[rows] * (probabilities[rows] - positive[rows])).sum() / weight
        error += weight * abs(float(gap))
    return error / float(weights.sum())


def equal_weight_bins(
    probabilities: NDArray[np.float64], weights: NDArray[np.float64], bins: int
) -> list[NDArray[np.int64]]:
    """Sort comments into bins of equal weight by ascending probability.

    Args:
        probabilities: float64 (n) in [0, 1].
        weights: float64 (n), their sum above 0.
        bins: Number of bins.

    Returns:
        The indices of the comments in each bin, int64; bins without weight are left out.
    """
    order = np.argsort(probabilities, kind="stable")
    # by the middle of each comment's weight: a heavy one lies where most of it does
    share = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    bin_of = np.minimum((share * bins).astype(int), bins - 1)
    sorted_out = [order[bin_of == b] for b in range(bins)]
    return [rows for rows in sorted_out if float(weights[rows].sum()) > 0]


def wilson(share: float, count: float) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927).

    Args:
        share: In [0, 1].
        count: Of how many, above 0; the effective number where they are weighed.
    """
    spread = _Z * np.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    middle, scale = share + _Z**2 / (2 * count), 1 + _Z**2 / count
    # the bounds meet a share of 0 or 1 but for rounding
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return float(min(max(low, 0.0), share)), float(max(min(high, 1.0), share))


def interval_text(estimate: Mapping[str, float] | None) -> str:
    """Print an estimate with its 95 % interval.

    Args:
        estimate: `value`, `low` and `high`, as `head_metrics` gives them; None where it is
            undefined, as precision is where nothing is rejected.

    Returns:
        For instance `0.907 (0.880 to 0.931)`, or `none rejected`.
    """
    if estimate is None:
        return "none rejected"
    return f"{estimate['value']:.3f} ({estimate['low']:.3f} to {estimate['high']:.3f})"
