"""What the routes of one application share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from service.http.problems import Problem
from service.keys.limits import Load, RateLimits
from service.keys.ring import KeyRing
from service.models import ModelHolder, ServedModel
from service.monitoring.logs import RequestLog
from service.monitoring.metrics import Metrics
from service.scheduling.micro_batches import MicroBatcher
from service.settings import Settings

if TYPE_CHECKING:
    from service.feedback.decision import Feedback
    from service.feedback.shadow import ShadowLog
    from service.feedback.store import FeedbackStore

_log = logging.getLogger("service.feedback")


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that lives as long as the application.

    Attributes:
        settings: What the service was told.
        models: Holds the model in use.
        metrics: Counts.
        requests: Collects the request log.
        batcher: Brings single comments of several requests together.
        keys: Who may call.
        rates: How often.
        load: How much is under way.
        feedback: Keeps moderators' decisions; None where none are kept.
        shadow: Keeps what the model says beside them; None outside shadow mode.
    """

    settings: Settings
    models: ModelHolder
    metrics: Metrics
    requests: RequestLog
    batcher: MicroBatcher
    keys: KeyRing
    rates: RateLimits
    load: Load
    feedback: FeedbackStore | None = None
    shadow: ShadowLog | None = None


def context_of(request: Request) -> Context:
    """Return the context of the application that got a request.

    Args:
        request: The request.

    Returns:
        The context.
    """
    context: Context = request.scope["app"].state.context
    return context


async def keep_feedback(context: Context, items: Sequence[Feedback]) -> int:
    """Keep moderators' decisions; they are on the disk when this returns.

    Args:
        context: The application's context.
        items: What was decided.

    Returns:
        How many are new.

    Raises:
        Problem: `feedback_disabled`, `feedback_unavailable`.
    """
    store = _feedback_store(context)
    from service.feedback.store import UNAVAILABLE

    try:
        new = await asyncio.to_thread(store.add, items)
    except UNAVAILABLE as error:
        # the driver's message may quote what was to be kept
        _log.error("feedback not kept", extra={"fields": {"error": type(error).__name__}})
    else:
        _count_agreement(context, items)
        return new
    raise Problem("feedback_unavailable", "nothing was kept; send it again", {"Retry-After": "5"})


async def decided_comments(context: Context, most: int) -> list[tuple[str, str]]:
    """Read the comments that moderators decided on last.

    Args:
        context: The application's context.
        most: Most decisions to look at.

    Returns:
        Text and decision of each comment, the latest decision first.

    Raises:
        Problem: `feedback_disabled`, `feedback_unavailable`.
    """
    store = _feedback_store(context)
    from service.feedback.store import UNAVAILABLE

    try:
        return await asyncio.to_thread(store.latest_decisions, most)
    except UNAVAILABLE as error:
        # the driver's message may quote what is kept
        _log.error("feedback not read", extra={"fields": {"error": type(error).__name__}})
    raise Problem("feedback_unavailable", "nothing was read; ask again", {"Retry-After": "5"})


def _feedback_store(context: Context) -> FeedbackStore:
    if context.feedback is None:
        raise Problem(
            "feedback_disabled", "set MODERATION_FEEDBACK_DATABASE, such as sqlite:///feedback.db"
        )
    return context.feedback


def _count_agreement(context: Context, items: Sequence[Feedback]) -> None:
    """Count what the model in use decides on the same comments."""
    served = context.models.served
    if served is None:
        return
    policy = served.policies[context.settings.policy]
    judgements = served.classify(policy, [item.text for item in items], [None] * len(items))
    decisions = judgements.verdicts.decisions.tolist()
    for item, decision in zip(items, decisions, strict=True):
        context.metrics.count_feedback(item.decision, decision, item.categories)


def served_model(context: Context) -> ServedModel:
    """Return the model in use; hold on to it for the whole request.

    Args:
        context: The application's context.

    Returns:
        The model.

    Raises:
        Problem: `not_ready`.
    """
    served = context.models.served
    if served is None:
        raise Problem("not_ready", context.models.reason, {"Retry-After": "1"})
    return served
