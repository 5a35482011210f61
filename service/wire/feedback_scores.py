"""The wire format of `GET /feedback/scores`: how decided comments score, without their texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from scoring.classify import Judgements
from scoring.result_json import render
from service.http.problems import Problem

MOST_SCORED: Final = 1000
"""Decisions that one request looks at: a tenth of a second's work, in steps between others'."""
_MEMBERS: Final = ("latest", "policy")


@dataclass(frozen=True, slots=True)
class ScoresCall:
    """What `GET /feedback/scores` was asked.

    Attributes:
        latest: Most decisions to look at.
        policy: Name of a preset as sent, or None for the service's own.
    """

    latest: int
    policy: str | None


def parse_scores(query: Mapping[str, str]) -> ScoresCall:
    """Check the query of `GET /feedback/scores`.

    Args:
        query: Its parameters by name.

    Returns:
        The call.

    Raises:
        Problem: `invalid_request`.
    """
    unknown = len(set(query) - set(_MEMBERS))
    if unknown:
        allowed = ", ".join(_MEMBERS)
        raise Problem("invalid_request", f"{unknown} unknown parameters; allowed: {allowed}")
    latest = query.get("latest", str(MOST_SCORED))
    digits = latest.isascii() and latest.isdigit() and len(latest) <= len(str(MOST_SCORED))
    if not digits or not 1 <= int(latest) <= MOST_SCORED:
        raise Problem("invalid_request", f"latest: allowed: 1 to {MOST_SCORED}")
    return ScoresCall(int(latest), query.get("policy"))


def format_scores(
    model: str, policy: str, decided: Sequence[str], judgements: Judgements
) -> dict[str, Any]:
    """Build the answer of `GET /feedback/scores`.

    Args:
        model: The model's version.
        policy: Name of the preset that decided.
        decided: What moderators decided, `approve` or `reject`.
        judgements: What was found of the same comments.

    Returns:
        The members of the answer, to be written by `orjson`.
    """
    results = [
        b'{"decided":%b,%b' % (orjson.dumps(decision), written)
        for decision, written in zip(decided, render(judgements), strict=True)
    ]
    listed = orjson.Fragment(b"[%b]" % b",".join(results))
    return {"model": model, "policy": policy, "results": listed}
