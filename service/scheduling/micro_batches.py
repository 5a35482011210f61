"""Micro-batches: single comments that arrive in one turn of the event loop are classified together.

A comment classified on its own, between requests, takes about twice what it takes in a batch: every
table and every branch is cold. Where callers come together, each of a turn lets the others speak;
in the next turn the first to go on classifies for all, and the others find their part there. Nobody
waits for a timer or for somebody else: whoever finds nothing classifies for itself. A caller who is
alone is answered at once.
"""

from __future__ import annotations

import asyncio
from typing import Final

from scoring.classify import Judgements
from scoring.decisions.policy import Policy
from service.models import ServedModel

LARGEST_BATCH: Final = 32
"""Comments classified in one go: under a millisecond of work."""
LONGEST_BATCHED: Final = 1000
"""Code points of a comment that may share a batch; a long one would keep the others waiting."""
COMPANY_TURNS: Final = 64
"""Turns with a single request after which the next is taken to be alone again."""


class _Batch:
    """Comments of one turn for one model and policy.

    Attributes:
        texts: The comments; none joins once the first of them is back.
        declared: Their languages as declared.
        judgements: What was found of them; None before, and after a failure.
        taken: Whether one of them has gone on to classify.
    """

    __slots__ = ("declared", "judgements", "taken", "texts")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.declared: list[str | None] = []
        self.judgements: Judgements | None = None
        self.taken = False


class MicroBatcher:
    """Brings single comments of one turn together; used from one event loop."""

    def __init__(self) -> None:
        """Start alone."""
        self._batches: dict[tuple[int, str], _Batch] = {}
        self._company = 0
        self._seen_this_turn = False

    async def classify(
        self, served: ServedModel, policy: Policy, text: str, declared: str | None
    ) -> Judgements:
        """Classify one comment, with others where others are there.

        Args:
            served: The model in use.
            policy: The thresholds.
            text: The comment, at most `LONGEST_BATCHED` code points.
            declared: The language that the caller gave (BCP 47), or None.

        Returns:
            The one judgement.
        """
        if not self._in_company():
            return served.classify(policy, [text], [declared])
        key = (id(served), policy.name)
        batch = self._batches.get(key)
        if batch is None or len(batch.texts) == LARGEST_BATCH:
            batch = self._batches[key] = _Batch()
        place = len(batch.texts)
        batch.texts.append(text)
        batch.declared.append(declared)
        try:
            await asyncio.sleep(0)
        finally:
            # also for one who goes away: none joins once anyone is back
            if self._batches.get(key) is batch:
                del self._batches[key]
        if not batch.taken:
            batch.taken = True
            self._company = COMPANY_TURNS if len(batch.texts) > 1 else self._company - 1
            batch.judgements = served.classify(policy, batch.texts, batch.declared)
        if batch.judgements is None:  # whoever went on for all of them failed
            return served.classify(policy, [text], [declared])
        return batch.judgements.part(place, place + 1)

    def _in_company(self) -> bool:
        """Whether another request has lately come in the same turn as one before it."""
        if self._company:
            return True
        if self._seen_this_turn:
            self._company = COMPANY_TURNS
            return True
        self._seen_this_turn = True
        asyncio.get_running_loop().call_soon(self._end_turn)
        return False

    def _end_turn(self) -> None:
        self._seen_this_turn = False
