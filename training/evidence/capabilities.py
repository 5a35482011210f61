"""What became of the behaviour suite, by capability, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scoring.decisions.policy import Decision
from training.evaluation.behaviour import Case, Outcome


def capability_shares(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Count passed, held and opposite cases by capability.

    Args:
        cases: The cases.
        outcomes: What a model made of them.

    Returns:
        One entry a capability in their order, and `all`: `capability`, `cases`, the shares
        `passed`, `held` and `opposite`, and `named`, of the rejections that had to be, those that
        name the guideline; None where there are none.
    """
    names = [*dict.fromkeys(case.capability for case in cases), "all"]
    return [
        {"capability": name, **_shares(_those_of(name, cases, outcomes))} for name in names if cases
    ]


def _those_of(
    name: str, cases: Sequence[Case], outcomes: Sequence[Outcome]
) -> list[tuple[Case, Outcome]]:
    return [
        (case, outcome)
        for case, outcome in zip(cases, outcomes, strict=True)
        if name in ("all", case.capability)
    ]


def _shares(here: Sequence[tuple[Case, Outcome]]) -> dict[str, Any]:
    passed = sum(outcome.passes(case) for case, outcome in here)
    held = sum(
        outcome.decision == Decision.REVIEW and not outcome.passes(case) for case, outcome in here
    )
    rejected = [
        outcome.named
        for case, outcome in here
        if case.category and outcome.decision == Decision.REJECT
    ]
    count = len(here)
    return {
        "cases": count,
        "passed": round(passed / count, 4),
        "held": round(held / count, 4),
        "opposite": round((count - passed - held) / count, 4),
        "named": round(sum(rejected) / len(rejected), 4) if rejected else None,
    }
