"""Judges together the single comments that arrive in one turn of the event loop.

A comment judged on its own, between requests, takes about three times what it takes in a batch:
every table and every branch is cold. Where callers come together, the first of a turn lets the
others speak, then judges for all of them. Nobody waits for a timer: a turn ends when every request
that had arrived has been read. A caller who is alone is answered at once.
"""

from __future__ import annotations

import asyncio
from typing import Final

from scoring.judge import Judgement, judge
from scoring.policy import Policy
from service.models import ServedModel
from service.parse import Comment

MOST_TOGETHER: Final = 32
"""Comments judged in one go: under a millisecond of work."""
LONGEST_TOGETHER: Final = 1000
"""Code points of a comment that may be judged with others; a long one would keep them waiting."""
COMPANY_TURNS: Final = 64
"""Turns with a single request after which the next is taken to be alone again."""

_Group = list[tuple[Comment, "asyncio.Future[Judgement | None]"]]


class Gatherer:
    """Brings single comments of one turn together; used from one event loop."""

    def __init__(self) -> None:
        """Start alone."""
        self._groups: dict[tuple[int, str], _Group] = {}
        self._company = 0
        self._seen_this_turn = False

    async def judge_one(self, served: ServedModel, policy: Policy, comment: Comment) -> Judgement:
        """Judge one comment, with others where others are there.

        Args:
            served: The model in use.
            policy: The thresholds.
            comment: The comment, at most `LONGEST_TOGETHER` code points.

        Returns:
            The judgement.
        """
        if not self._in_company():
            return _judge(served, policy, [comment])[0]
        key = (id(served), policy.name)
        group = self._groups.get(key)
        if group is None or len(group) == MOST_TOGETHER:
            return await self._judge_for_all(served, policy, comment, key)
        future: asyncio.Future[Judgement | None] = asyncio.get_running_loop().create_future()
        group.append((comment, future))
        judgement = await future
        return judgement or _judge(served, policy, [comment])[0]

    async def _judge_for_all(
        self, served: ServedModel, policy: Policy, comment: Comment, key: tuple[int, str]
    ) -> Judgement:
        """Wait for the end of the turn, then judge one's own comment and those that joined."""
        group: _Group = []
        self._groups[key] = group
        try:
            await asyncio.sleep(0)
            self._company = COMPANY_TURNS if group else self._company - 1
            own, *others = _judge(served, policy, [comment, *(joined for joined, _ in group)])
            for (_, future), judgement in zip(group, others, strict=True):
                if not future.done():
                    future.set_result(judgement)
            return own
        finally:
            if self._groups.get(key) is group:
                del self._groups[key]
            # whatever went wrong here, nobody is left waiting: each then judges for itself
            for _, future in group:
                if not future.done():
                    future.set_result(None)

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


def _judge(served: ServedModel, policy: Policy, comments: list[Comment]) -> list[Judgement]:
    texts = [comment.text for comment in comments]
    declared = [comment.language for comment in comments]
    return judge(served.scorer, served.identify, policy, texts, declared, explained=False)
