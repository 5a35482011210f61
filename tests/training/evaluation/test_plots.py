from __future__ import annotations

import numpy as np
import pytest
from matplotlib import _pylab_helpers
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.evaluation.metrics import calibration_error, equal_weight_bins
from training.evaluation.plots import (
    BLUE,
    GREY,
    VERMILION,
    PlotError,
    figure_png,
    precision_recall_figure,
    reliability_bins,
    reliability_figure,
)

POSITIVE = np.array([False, False, False, True, False, True, True, True])
PROBABILITIES = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9])
EVEN = np.ones(8)


def labels_of(figure: Figure) -> tuple[Axes, list[str]]:
    (axes,) = figure.axes
    legend = axes.get_legend()
    assert legend is not None
    return axes, [text.get_text() for text in legend.get_texts()]


def test_precision_recall_says_what_it_shows() -> None:
    figure = precision_recall_figure(
        POSITIVE, PROBABILITIES, EVEN, thresholds={"assist": 0.6, "none": 0.95}
    )
    axes, legend = labels_of(figure)
    assert axes.get_title() == "Precision and recall of reject (n = 8, 4 positive)"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Recall", "Precision")
    assert legend == ["model", "chance (50%)", "assist (from 0.60)"]
    mark = axes.get_lines()[-1]
    # 0.6, 0.8 and 0.9 are rejected: all rightly, three of four
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (0.75, 1.0)  # type: ignore[index]


def test_precision_recall_follows_the_weights() -> None:
    weights = np.where(POSITIVE, 0.1 / 4, 0.9 / 4)
    figure = precision_recall_figure(POSITIVE, PROBABILITIES, weights, thresholds={"all": 0.0})
    axes, legend = labels_of(figure)
    assert "chance (10%)" in legend
    mark = axes.get_lines()[-1]
    assert float(np.asarray(mark.get_ydata())[0]) == pytest.approx(0.1)


def test_reliability_says_what_it_shows() -> None:
    axes, legend = labels_of(reliability_figure(POSITIVE, PROBABILITIES, EVEN, name="threat"))
    assert axes.get_title() == "Reliability of threat (n = 8, 4 positive)"
    assert axes.get_xlabel() == "Mean probability in the bin"
    assert axes.get_ylabel() == "Share of positives in the bin"
    assert legend[0] == "perfectly calibrated"
    assert "calibration error" in legend[1]


def test_bins_worked_out_by_hand() -> None:
    binned = reliability_bins(POSITIVE, PROBABILITIES, EVEN, bins=2)
    # the middle of a comment's weight decides: four of eight lie in each half
    assert binned.count.tolist() == [4, 4]
    np.testing.assert_allclose(binned.probability, [0.25, 0.7])
    np.testing.assert_allclose(binned.share, [POSITIVE[:4].mean(), POSITIVE[4:].mean()])
    # Wilson: the interval of a share lies about it
    assert (binned.low <= binned.share).all()
    assert (binned.share <= binned.high).all()


def test_bins_give_the_calibration_error() -> None:
    generator = np.random.default_rng(1)
    probabilities = generator.random(500)
    positive = generator.random(500) < probabilities**2
    weights = generator.random(500) + 0.1
    binned = reliability_bins(positive, probabilities, weights)
    order = np.argsort(probabilities)
    held = np.split(weights[order], np.cumsum(binned.count)[:-1])
    shares = np.array([part.sum() for part in held]) / weights.sum()
    error = float((shares * np.abs(binned.probability - binned.share)).sum())
    assert error == pytest.approx(calibration_error(positive, probabilities, weights))


def test_bins_and_error_agree_on_uneven_weights() -> None:
    random = np.random.default_rng(3)
    positive, probabilities = random.random(20) < 0.4, random.random(20)
    weights = random.exponential(1.0, 20) ** 2
    binned = reliability_bins(positive, probabilities, weights)
    in_bins = [weights[rows].sum() for rows in equal_weight_bins(probabilities, weights, 10)]
    drawn = np.average(np.abs(binned.probability - binned.share), weights=in_bins)
    assert drawn == pytest.approx(calibration_error(positive, probabilities, weights))


def test_only_colours_that_the_colour_blind_can_tell_apart() -> None:
    for figure in (
        precision_recall_figure(POSITIVE, PROBABILITIES, EVEN, thresholds={"assist": 0.5}),
        reliability_figure(POSITIVE, PROBABILITIES, EVEN),
    ):
        colours = {line.get_color() for line in figure.axes[0].get_lines()}
        assert colours <= {BLUE, VERMILION, GREY}


def test_png_is_reproducible_and_leaves_no_global_figure() -> None:
    first, second = (
        figure_png(reliability_figure(POSITIVE, PROBABILITIES, EVEN)) for _ in range(2)
    )
    assert first == second
    assert first.startswith(b"\x89PNG")
    assert _pylab_helpers.Gcf.get_num_fig_managers() == 0


@pytest.mark.parametrize("positive", [np.zeros(8, dtype=bool), np.ones(8, dtype=bool)])
def test_one_class_cannot_be_plotted(positive: np.typing.NDArray[np.bool_]) -> None:
    for draw in (precision_recall_figure, reliability_figure):
        with pytest.raises(PlotError, match="among 8 comments"):
            draw(positive, PROBABILITIES, EVEN)
