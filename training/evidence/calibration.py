"""Whether a probability means what it says, by source and by head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.artifacts.versions import PublishedModel
from scoring.guidelines import HEADS
from training.evaluation.metrics import bootstrap, calibration_error
from training.evaluation.plots import reliability_bins
from training.evidence.judge import judge
from training.evidence.measures import DIGITS, SEED, rounded, share_figure
from training.fitting.calibrate import FEWEST_POSITIVES
from training.sources.labels import REJECT, UNKNOWN, YES

CUT: Final = 0.8
"""Clients cut here; what it means must not move from version to version."""


def measure_calibration(
    published: PublishedModel, parts: Mapping[str, tuple[pd.DataFrame, NDArray[np.float64]]]
) -> dict[str, list[dict[str, Any]]]:
    """Measure the calibration of every head on every part that has enough positives.

    Args:
        published: The model.
        parts: Rows with labels and their weights, float64 (n), by the part's name.

    Returns:
        By part, one entry a head: `head`, `n`, `positives`, `error` (expected calibration error
        with interval), `bins` (probability, share, low, high, count) and `at_cut`, the share of
        positives among comments from `CUT` on; None where there are none.
    """
    found = {}
    for name, (rows, weights) in parts.items():
        probabilities = judge(published, rows["text"].tolist()).probabilities
        entries = [
            _head(head, rows[head].to_numpy(np.int8), probabilities[:, place], weights)
            for place, head in enumerate(HEADS)
        ]
        found[name] = [entry for entry in entries if entry]
    return found


def _head(
    head: str,
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> dict[str, Any]:
    known = (labels != UNKNOWN) & (weights > 0)
    yes, values, weights = labels[known] == YES, probabilities[known], weights[known]
    if yes.sum() < FEWEST_POSITIVES or yes.all():
        return {}
    error = bootstrap({"error": calibration_error}, yes, values, weights, seed=SEED)["error"]
    bins = reliability_bins(yes, values, weights)
    above = values >= CUT
    return {
        "head": head,
        "n": len(yes),
        "positives": int(yes.sum()),
        "error": rounded(error.value, error.low, error.high),
        "bins": {
            "probability": bins.probability.round(DIGITS).tolist(),
            "share": bins.share.round(DIGITS).tolist(),
            "low": bins.low.round(DIGITS).tolist(),
            "high": bins.high.round(DIGITS).tolist(),
            "count": bins.count.tolist(),
        },
        "at_cut": share_figure(yes[above]) if above.any() else None,
    }


def cut_history(
    version: str, calibration: Mapping[str, list[dict[str, Any]]], before: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Keep what `CUT` has meant in each version.

    Args:
        version: The version measured now.
        calibration: As `measure_calibration` gives it.
        before: The history so far, from the last report.

    Returns:
        One entry a version and part, the oldest first: `version`, `part`, and the share of
        comments at or above `CUT` that were to reject (`n`, `value`, `low`, `high`).
    """
    now = [
        {"version": version, "part": part, **entry["at_cut"]}
        for part, entries in calibration.items()
        for entry in entries
        if entry["head"] == REJECT and entry["at_cut"]
    ]
    return [one for one in before if one["version"] != version] + now
