"""What a newer version decides otherwise, on comments whose right decision is known."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from scoring.artifacts.versions import PublishedModel
from scoring.decisions.policy import Decision
from training.evaluation.behaviour import judge_texts
from training.sources.labels import REJECT, YES


@dataclass(frozen=True, slots=True)
class Changes:
    """Two versions on the same comments.

    Attributes:
        table: Comments by the first version's decision (index) and the second's (columns).
        moved: The comments decided otherwise: `row_id`, `right`, `first`, `second`, `better`
            (whether the second is nearer to what is right) and `text`.
    """

    table: pd.DataFrame
    moved: pd.DataFrame


def version_changes(
    first: PublishedModel, second: PublishedModel, rows: pd.DataFrame, preset: str
) -> Changes:
    """Let two versions decide the same comments.

    Args:
        first: The version in use.
        second: The newer one.
        rows: A row table; every decision known.
        preset: The preset that decides.

    Returns:
        What changed.
    """
    texts = rows["text"].tolist()
    before, after = (
        [str(one) for one in judge_texts(model, texts, preset).verdicts.decisions.tolist()]
        for model in (first, second)
    )
    right = [
        Decision.REJECT.value if label == YES else Decision.APPROVE.value for label in rows[REJECT]
    ]
    told = pd.DataFrame(
        {"row_id": rows["row_id"], "right": right, "first": before, "second": after}
    )
    told["better"] = [
        _distance(new, good) < _distance(old, good)
        for old, new, good in zip(before, after, right, strict=True)
    ]
    told["text"] = texts
    table = pd.crosstab(told["first"], told["second"])
    return Changes(table, told[told["first"] != told["second"]].reset_index(drop=True))


def _distance(decision: str, right: str) -> int:
    """Tell how far a decision is from the right one: a person in between."""
    if decision == right:
        return 0
    return 1 if decision == Decision.REVIEW else 2
