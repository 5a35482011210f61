"""Judges comments and formats the answer of `POST /classify`: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import orjson

from scoring.artifacts.manifest import Manifest
from scoring.classify import Judgements, judge
from scoring.decisions.policy import Policy
from scoring.result_json import render
from service.models import ServedModel
from service.wire.parse import Comment, Refusal

Told: TypeAlias = tuple[bytes, int]
"""A comment's result, JSON without the brace that opens it, and its place in `OUTCOMES`."""


def judge_comments(
    served: ServedModel, policy: Policy, comments: Sequence[Comment], *, explained: bool = False
) -> list[Told]:
    """Judge some comments and write their results.

    Args:
        served: The model in use.
        policy: The thresholds.
        comments: The comments.
        explained: Whether to list the words that weighed most.

    Returns:
        One entry a comment, in order.
    """
    texts = [comment.text for comment in comments]
    declared = [comment.language for comment in comments]
    return format_judgements(
        judge(served.scorer, served.identify, policy, texts, declared, explained=explained)
    )


def format_judgements(judgements: Judgements) -> list[Told]:
    """Write what was found of some comments.

    Args:
        judgements: What was found.

    Returns:
        One entry a comment, in order.
    """
    return list(zip(render(judgements), judgements.verdicts.outcomes, strict=True))


def format_results(items: Iterable[Comment | Refusal], told: Iterable[Told]) -> list[bytes]:
    """Write the entries of an answer.

    Args:
        items: Comments and refusals in the order sent.
        told: What was found of each comment among them.

    Returns:
        One JSON object an item.
    """
    waiting = iter(told)
    return [
        orjson.dumps(format_refusal(item))
        if isinstance(item, Refusal)
        else b'{"id":%b,%b' % (orjson.dumps(item.id), next(waiting)[0])
        for item in items
    ]


def format_answer(manifest: Manifest, results: list[bytes]) -> dict[str, Any]:
    """Build the answer of `POST /classify`.

    Args:
        manifest: The manifest of the model that judged.
        results: One JSON object a comment, in the order sent.

    Returns:
        The members of the answer, to be written by `orjson`.
    """
    listed = orjson.Fragment(b"[%b]" % b",".join(results))
    return {"model": manifest.version, "guidelines": manifest.guidelines, "results": listed}


def format_refusal(refusal: Refusal) -> dict[str, Any]:
    """Build the entry of a comment that was refused.

    Args:
        refusal: Why.

    Returns:
        Its JSON members.
    """
    return {"id": refusal.id, "error": {"code": refusal.code, "message": refusal.message}}
