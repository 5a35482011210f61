"""Plots of what a probability is worth, as matplotlib Figures without any global state.

Colours are those of Okabe and Ito, which the colour-blind can tell apart; every line also differs
by marker or dash.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from training.errors import TrainingError
from training.evaluation.metrics import calibration_error, equal_weight_bins, wilson

BLUE: Final = "#0072B2"
VERMILION: Final = "#D55E00"
GREY: Final = "#666666"
MARKERS: Final = ("o", "s", "^", "D", "v")
BINS: Final = 10
_SIZE: Final = (6.0, 4.5)


class PlotError(TrainingError):
    """There is nothing to draw a plot of."""


@dataclass(frozen=True, slots=True)
class ReliabilityBins:
    """Comments in bins of equal weight, from the least to the most probable.

    Attributes:
        probability: float64 (bins), weighted mean probability.
        share: float64 (bins), weighted share of positives.
        low: float64 (bins), lower bound of the share's 95 % interval (Wilson 1927).
        high: float64 (bins), its upper bound.
        count: int64 (bins), comments.
    """

    probability: NDArray[np.float64]
    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    count: NDArray[np.int64]


def precision_recall_figure(
    positive: NDArray[np.bool_],
    probabilities: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    name: str = "reject",
    thresholds: Mapping[str, float] | None = None,
) -> Figure:
    """Draw precision against recall.

    Args:
        positive: bool (n), the labels.
        probabilities: float64 (n) in [0, 1].
        weights: float64 (n), re-weighted to a stated prevalence, or all alike.
        name: What is judged, for the title.
        thresholds: Thresholds to mark on the curve, by label.

    Returns:
        The figure.

    Raises:
        PlotError: The labels are all alike.
    """
    _refuse_one_class(positive)
    figure, axes = _figure(f"Precision and recall of {name}", positive)
    precision, recall, _ = precision_recall_curve(positive, probabilities, sample_weight=weights)
    axes.step(recall, precision, where="post", color=BLUE, label="model")
    prevalence = float(weights[positive].sum() / weights.sum())
    axes.axhline(prevalence, color=GREY, linestyle="--", label=f"chance ({prevalence:.0%})")
    for marker, (label, threshold) in zip(MARKERS, (thresholds or {}).items(), strict=False):
        chosen = probabilities >= threshold
        if chosen.any():
            right = float(weights[chosen & positive].sum())
            point = (right / weights[positive].sum(), right / weights[chosen].sum())
            axes.plot(*point, marker, color=VERMILION, label=f"{label} (from {threshold:.2f})")
    axes.set(xlabel="Recall", ylabel="Precision", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.legend(loc="best")
    return figure


def reliability_figure(
    positive: NDArray[np.bool_],
    probabilities: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    name: str = "reject",
    bins: int = BINS,
) -> Figure:
    """Draw how often comments of a given probability really are positive.

    Args:
        positive: bool (n), the labels.
        probabilities: float64 (n) in [0, 1].
        weights: float64 (n), re-weighted to a stated prevalence, or all alike.
        name: What is judged, for the title.
        bins: Number of bins of equal weight.

    Returns:
        The figure.

    Raises:
        PlotError: The labels are all alike.
    """
    _refuse_one_class(positive)
    figure, axes = _figure(f"Reliability of {name}", positive)
    binned = reliability_bins(positive, probabilities, weights, bins=bins)
    error = calibration_error(positive, probabilities, weights, bins=bins)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="perfectly calibrated")
    axes.errorbar(
        binned.probability,
        binned.share,
        yerr=(binned.share - binned.low, binned.high - binned.share),
        color=BLUE,
        marker="o",
        capsize=3,
        label=f"model, bins of equal weight, 95 % intervals\ncalibration error {error:.3f}",
    )
    axes.set(
        xlabel="Mean probability in the bin",
        ylabel="Share of positives in the bin",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    axes.legend(loc="upper left")
    return figure


def reliability_bins(
    positive: NDArray[np.bool_],
    probabilities: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    bins: int = BINS,
) -> ReliabilityBins:
    """Sort comments into bins of equal weight, as `calibration_error` does.

    Args:
        positive: bool (n), the labels.
        probabilities: float64 (n) in [0, 1].
        weights: float64 (n), their sum above 0.
        bins: Number of bins; those without weight are left out.

    Returns:
        The bins; their intervals are those of the effective number of comments in them.
    """
    lines = []
    for rows in equal_weight_bins(probabilities, weights, bins):
        total = float(weights[rows].sum())
        share = float(weights[rows][positive[rows]].sum()) / total
        effective = total**2 / float((weights[rows] ** 2).sum())
        mean = float((weights[rows] * probabilities[rows]).sum()) / total
        lines.append((mean, share, *wilson(share, effective), len(rows)))
    table = np.array(lines, dtype=np.float64).T
    probability, share, low, high, count = table
    return ReliabilityBins(probability, share, low, high, count.astype(np.int64))


def figure_png(figure: Figure, *, dots_per_inch: int = 120) -> bytes:
    """Render a figure; the same figure gives the same bytes.

    Args:
        figure: The figure.
        dots_per_inch: Its resolution.

    Returns:
        A PNG image.
    """
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return image.getvalue()


def new_figure(title: str, size: tuple[float, float] = _SIZE) -> tuple[Figure, Axes]:
    """Start a figure of one plot, without any global state.

    Args:
        title: Its title.
        size: Width and height in inches.

    Returns:
        The figure and its axes.
    """
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.grid(visible=True, alpha=0.3)
    return figure, axes


def _figure(title: str, positive: NDArray[np.bool_]) -> tuple[Figure, Axes]:
    return new_figure(f"{title} (n = {len(positive):,}, {int(positive.sum()):,} positive)")


def _refuse_one_class(positive: NDArray[np.bool_]) -> None:
    if positive.all() or not positive.any():
        raise PlotError(
            f"cannot plot {int(positive.sum())} positives among {len(positive)} comments; both "
            "labels are needed"
        )
