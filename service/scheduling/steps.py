"""Shares the worker's one thread: long requests are classified in steps, single ones go between.

Texts in, judgements out: what a wire format makes of them is not known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from scoring.classify import Judgements, join
from scoring.decisions.policy import Policy
from service.models import ServedModel
from service.scheduling.micro_batches import LONGEST_BATCHED, MicroBatcher

STEP_COMMENTS: Final = 64
STEP_COST: Final = 16_384
"""Code points classified in one step: under a millisecond of work."""
LONG_COST: Final = 8192
"""Code points from which a text is a step of its own: one made to be slow takes milliseconds."""
EXPLAIN_COST: Final = 10
"""How many times longer a code point takes with an explanation: 9.6, measured 2026-11-23."""


async def classify_in_steps(
    batcher: MicroBatcher,
    served: ServedModel,
    policy: Policy,
    texts: Sequence[str],
    declared: Sequence[str | None],
    *,
    explained: bool,
) -> Judgements:
    """Classify comments without keeping other requests waiting for all of them.

    A step of under a millisecond runs where it is: a thread would cost more than it saves. One
    long text is a step of its own and goes to a thread, where the compiled code runs beside the
    event loop.

    Args:
        batcher: Brings single comments of several requests together.
        served: The model in use.
        policy: The thresholds.
        texts: The comments, valid Unicode.
        declared: For each, the language that the caller gave (BCP 47), or None.
        explained: Whether to list the words that weighed most.

    Returns:
        The judgements, in order.
    """
    if len(texts) == 1 and not explained and len(texts[0]) <= LONGEST_BATCHED:
        return await batcher.classify(served, policy, texts[0], declared[0])
    if not texts:
        return served.classify(policy, texts, declared, explained=explained)
    parts: list[Judgements] = []
    factor = EXPLAIN_COST if explained else 1
    for first, stop, cost in split([len(text) * factor for text in texts]):
        if first:
            await asyncio.sleep(0)
        step = (policy, texts[first:stop], declared[first:stop])
        if cost > LONG_COST and stop - first == 1:
            parts.append(await asyncio.to_thread(served.classify, *step, explained=explained))
        else:
            parts.append(served.classify(*step, explained=explained))
    return join(parts)


def split(costs: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Cut a sequence of costs into steps.

    Args:
        costs: The cost of each item.

    Returns:
        First index, index after the last, and total cost of each step: at most `STEP_COMMENTS`
        items and `STEP_COST`; an item of more than `LONG_COST` is a step of its own.
    """
    first = total = 0
    for position, cost in enumerate(costs):
        full = position - first == STEP_COMMENTS or total + cost > STEP_COST
        full = full or max(costs[first], cost) > LONG_COST
        if full and position > first:
            yield first, position, total
            first, total = position, 0
        total += cost
    if costs:
        yield first, len(costs), total
