"""From margins to probabilities: fitted out of fold on a mixture, re-weighted to a prevalence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from scoring.guidelines import CATEGORIES
from scoring.model.arrays import Calibration
from scoring.model.scorer import calibrated_probabilities
from training.sources.labels import NO, UNKNOWN, YES

FEWEST_POSITIVES: Final = 50
"""A head with fewer positives in the calibrating mixture is provisional."""
_SMALLEST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class CalibrationRows:
    """Margins that no head saw while it was fitted, with what the rows were labelled.

    Attributes:
        margins: float64 (n, 12), out of fold, in the order of `HEADS`.
        labels: int8 (n, 12), in the order of `HEADS`.
        weights: float64 (n), of the rows that calibrate, re-weighted to the stated prevalence
            (`training.corpus.weights.calibration_weights`); 0 for every other row.
    """

    margins: NDArray[np.float64]
    labels: NDArray[np.int8]
    weights: NDArray[np.float64]


def platt(
    margins: NDArray[np.float64], positive: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, float]:
    """Fit p = sigmoid(slope * margin + offset) by weighted maximum likelihood.

    Targets are smoothed as Platt (1999) does, so that few positives give no certainty. The slope
    is kept above 0: calibration never turns a head around.

    Args:
        margins: float64 (n).
        positive: bool (n).
        weights: float64 (n), not all 0.

    Returns:
        Slope and offset.
    """
    yes, no = float(positive.sum()), float((~positive).sum())
    targets = np.where(positive, (yes + 1) / (yes + 2), 1 / (no + 2))
    scale = weights / weights.sum()

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        slope = np.exp(parameters[0])
        z = slope * margins + parameters[1]
        value = float((scale * (np.logaddexp(0, z) - targets * z)).sum())
        residual = scale * (expit(z) - targets)
        return value, np.array([(residual * margins).sum() * slope, residual.sum()])

    fitted = minimize(loss, np.array([0.0, 0.0]), jac=True, method="L-BFGS-B",
                      bounds=[(-4.0, 3.0), (-30.0, 30.0)])  # fmt: skip
    return float(np.exp(fitted.x[0])), float(fitted.x[1])


def calibrate(rows: CalibrationRows) -> tuple[Calibration, tuple[str, ...]]:
    """Fit every category's scaling and the overall probability.

    A category with fewer than `FEWEST_POSITIVES` positives among the rows that calibrate takes its
    slope from all rows with a known label, out of fold, and its offset from their prevalence; it is
    provisional.

    Args:
        rows: Out-of-fold margins and labels.

    Returns:
        The calibration and the keys of the provisional categories.
    """
    slopes, offsets = np.ones(len(CATEGORIES)), np.full(len(CATEGORIES), -10.0)
    provisional: list[str] = []
    for c, key in enumerate(CATEGORIES):
        labels, margins = rows.labels[:, c], rows.margins[:, c]
        news = (rows.weights > 0) & (labels != UNKNOWN)
        if int((labels[news] == YES).sum()) >= FEWEST_POSITIVES:
            slopes[c], offsets[c] = platt(margins[news], labels[news] == YES, rows.weights[news])
            continue
        provisional.append(key)
        fit = _provisional(margins, labels, rows.weights)
        if fit is not None:
            slopes[c], offsets[c] = fit
    overall = _fit_overall(rows, slopes, offsets)
    return Calibration(slopes, offsets, overall), tuple(provisional)


def _provisional(
    margins: NDArray[np.float64], labels: NDArray[np.int8], weights: NDArray[np.float64]
) -> tuple[float, float] | None:
    """Fit on all known rows, the classes re-weighted to the share seen in the news rows."""
    known = labels != UNKNOWN
    positive = labels == YES
    if not (positive.any() and (labels == NO).any()):
        return None
    news = known & (weights > 0)
    seen, total = float(weights[news & positive].sum()), float(weights[news].sum())
    share = (seen + 0.5) / (total + 1) if total > 0 else float(positive[known].mean())
    balanced = np.where(positive, share / positive.sum(), (1 - share) / (known & ~positive).sum())
    return platt(margins[known], positive[known], balanced[known])


def _fit_overall(
    rows: CalibrationRows, slopes: NDArray[np.float64], offsets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fit the three numbers of the overall probability by the log loss after its floor."""
    labels = rows.labels[:, len(CATEGORIES)]
    used = (labels != UNKNOWN) & ((rows.weights > 0) if (rows.weights > 0).any() else True)
    positive = labels[used] == YES
    start = np.array([0.0, 1.0, 0.5])
    if not (positive.any() and (~positive).any()):
        return start
    margins = np.ascontiguousarray(rows.margins[used])
    weights = rows.weights[used] if (rows.weights > 0).any() else np.ones(int(used.sum()))

    def loss(overall: NDArray[np.float64]) -> float:
        _, reject = calibrated_probabilities(margins, slopes, offsets, overall)
        p = np.clip(reject, _SMALLEST, 1 - _SMALLEST)
        return float(-(weights * np.where(positive, np.log(p), np.log1p(-p))).sum() / weights.sum())

    fitted = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 600, "xatol": 1e-5})
    best: NDArray[np.float64] = fitted.x
    return best
