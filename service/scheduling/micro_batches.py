"""Judges together the single comments that arrive in one turn of the event loop.

A comment judged on its own, between requests, takes about three times what it takes in a batch:
every table and every branch is cold. Where callers come together, each of a turn lets the others
speak; in the next turn the first to go on judges for all, and the others find their results there.
Nobody waits for a timer or for somebody else: whoever finds no result judges for itself. A caller
who is alone is answered at once.
"""

from __future__ import annotations

import asyncio
from typing import Final

from scoring.decisions.policy import Policy
from service.models import ServedModel
from service.wire.classify import Told, judge_comments
from service.wire.parse import Comment

MOST_TOGETHER: Final = 32
"""Comments judged in one go: under a millisecond of work."""
LONGEST_TOGETHER: Final = 1000
"""Code points of a comment that may be judged with others; a long one would keep them waiting."""
COMPANY_TURNS: Final = 64
"""Turns with a single request after which the next is taken to be alone again."""


class _Group:
    """Comments of one turn for one model and policy.

    Attributes:
        comments: The comments; none joins once the first of them is back.
        told: What was found of each; None before, no entries after a failure.
    """

    __slots__ = ("comments", "told")

    def __init__(self) -> None:
        self.comments: list[Comment] = []
        self.told: list[Told] | None = None


class Gatherer:
    """Brings single comments of one turn together; used from one event loop."""

    def __init__(self) -> None:
        """Start alone."""
        self._groups: dict[tuple[int, str], _Group] = {}
        self._company = 0
        self._seen_this_turn = False

    async def judge_one(self, served: ServedModel, policy: Policy, comment: Comment) -> Told:
        """Judge one comment, with others where others are there.

        Args:
            served: The model in use.
            policy: The thresholds.
            comment: The comment, at most `LONGEST_TOGETHER` code points.

        Returns:
            What was found of it.
        """
        if not self._in_company():
            return judge_comments(served, policy, [comment])[0]
        key = (id(served), policy.name)
        group = self._groups.get(key)
        if group is None or len(group.comments) == MOST_TOGETHER:
            group = self._groups[key] = _Group()
        place = len(group.comments)
        group.comments.append(comment)
        try:
            await asyncio.sleep(0)
        finally:
            # also for one who goes away: none joins once anyone is back
            if self._groups.get(key) is group:
                del self._groups[key]
        if group.told is None:
            self._company = COMPANY_TURNS if len(group.comments) > 1 else self._company - 1
            group.told = []
            group.told = judge_comments(served, policy, group.comments)
        return group.told[place] if group.told else judge_comments(served, policy, [comment])[0]

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
