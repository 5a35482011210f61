"""`comment-moderation models compare A B`: two versions on the newsroom's latest decisions."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring.classifier import Classifier, Judgement
from scoring.commands.decisions_file import DecisionLine, latest, read_decision_lines
from scoring.errors import DecisionsUnusable

RESAMPLES: Final = 1000
SEED: Final = 20261127
FEWEST: Final = 20
"""Decisions of either kind from which a comparison says anything."""
Pair: TypeAlias = tuple[list[Judgement], list[Judgement]]
Measure: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.str_], NDArray[np.bool_]], float]


def compare(options: argparse.Namespace) -> list[str]:
    """Compare two versions.

    Args:
        options: `models`, `first`, `second`, `decisions`, `policy`, `show`.

    Returns:
        Lines to print; comments only where `show` asks for some.

    Raises:
        ArtifactError: A version does not verify.
        DecisionsUnusable: There are no decisions, or too few.
    """
    rows = latest(read_decision_lines(options.decisions))
    rejected = np.array([row.decision == "reject" for row in rows], bool)
    if min(int(rejected.sum()), int((~rejected).sum())) < FEWEST:
        raise DecisionsUnusable(
            f"of the latest fifth of {options.decisions}, {len(rows)} decisions, "
            f"{int(rejected.sum())} are rejections; {FEWEST} of either kind are needed"
        )
    texts = [row.text for row in rows]
    versions = (options.first, options.second)
    found = [
        Classifier(options.models, version=version, policy=options.policy).classify(texts)
        for version in versions
    ]
    pair = (found[0], found[1])
    return [
        f"{len(rows):,} latest decisions, {int(rejected.sum()):,} of them rejections; "
        f"preset {options.policy}; difference with its 95 % interval:",
        *_measured(pair, rejected),
        *_changed(rows, pair, options.show),
    ]


def _measured(pair: Pair, rejected: NDArray[np.bool_]) -> list[str]:
    probabilities = [np.array([one.reject_probability for one in side]) for side in pair]
    decisions = [np.array([one.decision for one in side]) for side in pair]
    generator = np.random.default_rng(SEED)
    draws = generator.integers(0, len(rejected), (RESAMPLES, len(rejected)))
    lines = [f"{'':42}{'first':>8}{'second':>9}  difference"]
    for name, measure in MEASURES.items():
        values = [measure(probabilities[k], decisions[k], rejected) for k in (0, 1)]
        differences = [
            measure(probabilities[1][rows], decisions[1][rows], rejected[rows])
            - measure(probabilities[0][rows], decisions[0][rows], rejected[rows])
            for rows in draws
        ]
        low, high = np.nanpercentile(differences, [2.5, 97.5])
        lines.append(
            f"{name:42}{values[0]:8.3f}{values[1]:9.3f}  {values[1] - values[0]:+.3f} "
            f"({low:+.3f} to {high:+.3f})"
        )
    return lines


def roc_auc(probabilities: NDArray[np.float64], rejected: NDArray[np.bool_]) -> float:
    """Return the chance that a rejected comment is ranked above an approved one.

    Args:
        probabilities: float64 (n).
        rejected: bool (n).

    Returns:
        The area under the ROC curve (Mann and Whitney 1947), ties counted half; NaN where all are
        of one kind.
    """
    approved = np.sort(probabilities[~rejected])
    others = probabilities[rejected]
    if not (len(approved) and len(others)):
        return float("nan")
    below = np.searchsorted(approved, others, "left") + np.searchsorted(approved, others, "right")
    return float(below.mean() / 2 / len(approved))


def _share(decision: str, *, of_rejected: bool) -> Measure:
    def measure(
        _probabilities: NDArray[np.float64],
        decisions: NDArray[np.str_],
        rejected: NDArray[np.bool_],
    ) -> float:
        part = decisions[rejected == of_rejected]
        return float((part == decision).mean()) if len(part) else float("nan")

    return measure


MEASURES: Final[dict[str, Measure]] = {
    "ROC-AUC": lambda probabilities, _, rejected: roc_auc(probabilities, rejected),
    "your rejections: rejected": _share("reject", of_rejected=True),
    "your rejections: held for a person": _share("review", of_rejected=True),
    "your rejections: approved": _share("approve", of_rejected=True),
    "your approvals: rejected": _share("reject", of_rejected=False),
    "your approvals: held for a person": _share("review", of_rejected=False),
}


def _changed(rows: Sequence[DecisionLine], pair: Pair, show: int) -> list[str]:
    """Count the comments that changed sides, and show as many as are asked for."""
    changed = [
        (row, old, new)
        for row, old, new in zip(rows, *pair, strict=True)
        if old.decision != new.decision
    ]
    counted = Counter((old.decision, new.decision) for _, old, new in changed)
    lines = [f"{len(changed):,} comments changed sides:"]
    lines += [f"  {old} to {new}: {count:,}" for (old, new), count in counted.most_common()]
    lines += [
        f"line {row.line}, moderator {row.decision}: {_told(old)} to {_told(new)}: {row.text}"
        for row, old, new in changed[:show]
    ]
    return lines


def _told(judgement: Judgement) -> str:
    return f"{judgement.decision} {judgement.reject_probability:.2f}"
