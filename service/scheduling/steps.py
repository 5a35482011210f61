"""Shares the worker's one thread: long requests are judged in steps, and single ones go between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from scoring.decisions.policy import Policy
from service.models import ServedModel
from service.scheduling.micro_batches import LONGEST_TOGETHER, Gatherer
from service.wire.classify import Told, judge_comments
from service.wire.parse import Comment

CHUNK_COMMENTS: Final = 64
CHUNK_COST: Final = 16_384
"""Code points judged in one step: under a millisecond of work."""
LONG_COST: Final = 8192
"""Code points from which a text is a step of its own: one made to be slow takes milliseconds."""
EXPLAIN_COST: Final = 10
"""How many times longer a code point takes with an explanation: 9.6, measured 2026-11-23."""


async def judge_all(
    gatherer: Gatherer,
    served: ServedModel,
    policy: Policy,
    comments: Sequence[Comment],
    *,
    explained: bool,
) -> list[Told]:
    """Judge comments without keeping other requests waiting for all of them.

    A step of under a millisecond runs where it is: a thread would cost more than it saves. One
    long text is a step of its own and goes to a thread, where the compiled code runs beside the
    event loop.

    Args:
        gatherer: Brings single comments of several requests together.
        served: The model in use.
        policy: The thresholds.
        comments: The comments.
        explained: Whether to list the words that weighed most.

    Returns:
        One entry a comment, in order.
    """
    if len(comments) == 1 and not explained and len(comments[0].text) <= LONGEST_TOGETHER:
        return [await gatherer.judge_one(served, policy, comments[0])]
    told: list[Told] = []
    factor = EXPLAIN_COST if explained else 1
    work = partial(judge_comments, served, policy, explained=explained)
    for first, stop, cost in split([len(comment.text) * factor for comment in comments]):
        if first:
            await asyncio.sleep(0)
        part = comments[first:stop]
        long = cost > LONG_COST and len(part) == 1
        told += await asyncio.to_thread(work, part) if long else work(part)
    return told


def split(costs: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Cut a sequence of costs into runs.

    Args:
        costs: The cost of each item.

    Returns:
        First index, index after the last, and total cost of each run: at most `CHUNK_COMMENTS`
        items and `CHUNK_COST`; an item of more than `LONG_COST` is a run of its own.
    """
    first = total = 0
    for position, cost in enumerate(costs):
        full = position - first == CHUNK_COMMENTS or total + cost > CHUNK_COST
        full = full or max(costs[first], cost) > LONG_COST
        if full and position > first:
            yield first, position, total
            first, total = position, 0
        total += cost
    if costs:
        yield first, len(costs), total
