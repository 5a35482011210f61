"""What a retrain on other seeds changes: the precision of each preset, beside its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.artifacts.versions import PublishedModel
from scoring.decisions.policy import Decision
from training.corpus.weights import Weighted
from training.evaluation.metrics import bootstrap
from training.evidence.judge import judge
from training.evidence.measures import SEED, rounded
from training.sources.labels import REJECT, UNKNOWN, YES

FEWEST_REJECTED: Final = 20
"""Rejections of a preset in a part below which its precision says nothing."""

Precision = dict[str, Any]
"""`part`, `preset`, `rejected` (comments), and the precision: `value`, `low`, `high`."""


def preset_precisions(published: PublishedModel, parts: Mapping[str, Weighted]) -> list[Precision]:
    """Measure how often each preset's rejections are right.

    Args:
        published: The model.
        parts: Held-back rows and their weights, float64 (n), by the part's name.

    Returns:
        One entry a part and preset, in that order; left out where fewer than `FEWEST_REJECTED`
        comments are rejected.
    """
    found = []
    for part, (rows, weights) in parts.items():
        known = (rows[REJECT] != UNKNOWN).to_numpy(bool) & (weights > 0)
        judged = rows[known]
        for preset in published.manifest.policies:
            decisions = judge(published, judged["text"].tolist(), preset).decisions
            rejected = decisions == Decision.REJECT.value
            if rejected.sum() >= FEWEST_REJECTED:
                found.append({
                    "part": part, "preset": preset, "rejected": int(rejected.sum()),
                    **_precision(judged, rejected, weights[known]),
                })  # fmt: skip
    return found


def _precision(
    rows: pd.DataFrame, rejected: NDArray[np.bool_], weights: NDArray[np.float64]
) -> dict[str, float]:
    def precision(
        yes: NDArray[np.bool_], said: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> float:
        total = float(weights @ said)
        return float((weights * yes) @ said) / total if total > 0 else float("nan")

    yes = (rows[REJECT] == YES).to_numpy(bool)
    found = bootstrap({"value": precision}, yes, rejected.astype(float), weights, seed=SEED)
    return rounded(found["value"].value, found["value"].low, found["value"].high)


def seed_ranges(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Set the precisions of retrains beside those of the model in use.

    Args:
        runs: One a training, the model in use first: `precisions`, as `preset_precisions` gives
            them.

    Returns:
        One entry a precision of the model in use: its values, and of the retrains `lowest`,
        `highest`, and whether all lie `within` the model's interval; None where no retrain has the
        figure.
    """
    reference, *retrains = [_by_place(run["precisions"]) for run in runs]
    found = []
    for place, figure in reference.items():
        values = [retrain[place]["value"] for retrain in retrains if place in retrain]
        inside = all(figure["low"] <= value <= figure["high"] for value in values)
        found.append({
            **figure,
            "lowest": min(values, default=None),
            "highest": max(values, default=None),
            "within": inside if values else None,
        })  # fmt: skip
    return found


def _by_place(precisions: Sequence[Precision]) -> dict[tuple[str, str], Precision]:
    return {(one["part"], one["preset"]): one for one in precisions}
