"""Choosing thresholds with a moderation team: what each costs, and the house rules that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from scoring.guidelines import CATEGORIES
from training.evaluation.plots import BLUE, VERMILION, new_figure
from training.sources.labels import UNKNOWN, YES

GRID: Final = tuple(round(0.02 * step, 2) for step in range(5, 50))
FEWEST: Final = 20
"""Violations of a guideline below which no threshold is proposed for it."""
PER: Final = 1000


@dataclass(frozen=True, slots=True)
class Costs:
    """What a mistake costs, in minutes of a moderator or whatever a team agrees on.

    Attributes:
        false_reject: A comment that should stand is rejected.
        missed: A comment that should be rejected is published.
        held: A person looks at a comment.
    """

    false_reject: float = 5.0
    missed: float = 5.0
    held: float = 1.0


@dataclass(frozen=True, slots=True)
class Decided:
    """Comments with the right decision.

    Attributes:
        rejected: bool (n), the right decisions.
        probability: float64 (n) of rejection, in [0, 1].
        weights: float64 (n).
    """

    rejected: NDArray[np.bool_]
    probability: NDArray[np.float64]
    weights: NDArray[np.float64]

    def per_thousand(self, approve: float, reject: float) -> dict[str, float]:
        """Count what two thresholds do, in a thousand comments.

        Args:
            approve: Below this probability a comment is published.
            reject: From this one on it is rejected; between them a person decides.

        Returns:
            `wrongly_rejected`, `missed` and `held`.
        """
        refused, passed = self.probability >= reject, self.probability < min(approve, reject)
        total = float(self.weights.sum())

        def count(chosen: NDArray[np.bool_]) -> float:
            return PER * float(self.weights[chosen].sum()) / total

        return {
            "wrongly_rejected": count(refused & ~self.rejected),
            "missed": count(passed & self.rejected),
            "held": count(~refused & ~passed),
        }


def cost_table(decided: Decided, costs: Costs) -> pd.DataFrame:
    """Try every pair of thresholds and tell what a thousand comments cost.

    Args:
        decided: Comments with the right decision.
        costs: What a mistake costs.

    Returns:
        One row a pair, the cheapest first: `approve`, `reject`, `wrongly_rejected`, `missed`,
        `held` (in a thousand) and `cost`.
    """
    rows = []
    for reject in GRID:
        for approve in (low for low in GRID if low <= reject):
            told = decided.per_thousand(approve, reject)
            cost = (
                costs.false_reject * told["wrongly_rejected"]
                + costs.missed * told["missed"]
                + costs.held * told["held"]
            )
            rows.append({"approve": approve, "reject": reject, **told, "cost": cost})
    return pd.DataFrame(rows).sort_values("cost", kind="stable").reset_index(drop=True)


def workload_figure(decided: Decided, reject: float) -> Figure:
    """Draw what slips through against how much people look at, as the approve threshold moves.

    Args:
        decided: Comments with the right decision.
        reject: The threshold of rejection, which stays.

    Returns:
        The figure.
    """
    told = [decided.per_thousand(low, reject) for low in GRID if low <= reject]
    figure, axes = new_figure("Workload and misses, as the approve threshold moves")
    axes.plot(
        [one["held"] for one in told], [one["missed"] for one in told], marker="o", color=BLUE,
        label=f"reject from {reject:.2f}: {told[0]['wrongly_rejected']:.1f} wrongly rejected",
    )  # fmt: skip
    axes.axhline(0, color=VERMILION, linewidth=0.8)
    axes.set(xlabel="held for a person, in 1,000", ylabel="violations published, in 1,000")
    axes.legend(loc="best")
    return figure


def category_thresholds(
    labels: NDArray[np.int8], probabilities: NDArray[np.float64], precision: float
) -> pd.DataFrame:
    """Propose for each guideline the lowest threshold at which enough rejections are right.

    Args:
        labels: int8 (n, 11), columns in the order of `CATEGORIES`; unknown ones are left out.
        probabilities: float64 (n, 11).
        precision: Share of the rejections that must be right, in (0, 1].

    Returns:
        By category: `violations`, and where there are enough of them `threshold`, `precision` and
        `recall`; else NaN.
    """
    rows = {}
    for place, category in enumerate(CATEGORIES):
        known = labels[:, place] != UNKNOWN
        yes, values = labels[known, place] == YES, probabilities[known, place]
        rows[category] = {"violations": int(yes.sum()), **_lowest(yes, values, precision)}
    return pd.DataFrame.from_dict(rows, orient="index")


def _lowest(
    yes: NDArray[np.bool_], values: NDArray[np.float64], precision: float
) -> dict[str, float]:
    if yes.sum() >= FEWEST:
        for threshold in GRID:
            chosen = values >= threshold
            right = float(yes[chosen].mean()) if chosen.any() else 0.0
            if right >= precision:
                recall = float(yes[chosen].sum() / yes.sum())
                return {"threshold": threshold, "precision": right, "recall": recall}
    return dict.fromkeys(("threshold", "precision", "recall"), float("nan"))


def rules_text(preset: str, approve: float, reject: float, categories: Mapping[str, float]) -> str:
    """Write house rules that lay the thresholds over a preset.

    Args:
        preset: The preset.
        approve: Below this probability a comment is published.
        reject: From this one on it is rejected.
        categories: Thresholds by guideline; NaN leaves the preset's.

    Returns:
        TOML for `MODERATION_RULES`.
    """
    lines = [f"[presets.{preset}]", f"reject = {reject:.2f}", f"approve = {approve:.2f}"]
    chosen = {key: value for key, value in categories.items() if not np.isnan(value)}
    if chosen:
        lines += ["", f"[presets.{preset}.categories]"]
        lines += [f"{key} = {value:.2f}" for key, value in chosen.items()]
    return "\n".join(lines) + "\n"
