"""Shadow mode: what the model says of comments with an id is kept beside what moderators decide."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scoring.classify import Judgements
from scoring.decisions.decide import decide
from scoring.decisions.policy import Policy

if TYPE_CHECKING:
    from service.feedback.store import FeedbackStore

FLUSH_SECONDS: Final = 1.0
MOST_WAITING: Final = 20_000
"""Judgements that wait to be written; while the database is away the oldest are dropped."""

_log = logging.getLogger("service.feedback")


@dataclass(frozen=True, slots=True)
class ShadowJudgement:
    """What the model said of one comment.

    Attributes:
        comment_id: The caller's name for it.
        model: The model's version.
        readable: Whether the model can judge the text.
        reject_probability: The overall probability of rejection, in [0, 1].
        category_probabilities: By guideline, in the order of `CATEGORIES`.
    """

    comment_id: str
    model: str
    readable: bool
    reject_probability: float
    category_probabilities: tuple[float, ...]


class ShadowLog:
    """Collects judgements of one worker and writes them together."""

    def __init__(self, store: FeedbackStore) -> None:
        """Start with nothing waiting.

        Args:
            store: What keeps them.
        """
        self._store = store
        self._waiting: deque[ShadowJudgement] = deque(maxlen=MOST_WAITING)

    def note(self, ids: Sequence[str | int | None], judgements: Judgements, model: str) -> None:
        """Note the judgements of comments that have an id.

        Args:
            ids: Of each comment; None for none.
            judgements: In the same order.
            model: The model's version.
        """
        scores = judgements.scores
        readable = judgements.verdicts.readable
        for place, name in enumerate(ids):
            if name is not None:
                row = scores.category_probabilities[place]
                overall = float(scores.reject_probability[place])
                self._waiting.append(
                    ShadowJudgement(
                        str(name), model, bool(readable[place]), overall, tuple(row.tolist())
                    )
                )

    async def follow(self) -> None:
        """Write what waits, again and again until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await asyncio.to_thread(self.flush)

    def flush(self) -> None:
        """Write what waits; where the database is away, it waits on."""
        from service.feedback.store import UNAVAILABLE

        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not taken:
            return
        try:
            self._store.add_judgements(taken)
        except UNAVAILABLE as error:
            fields = {"error": type(error).__name__, "judgements": len(taken)}
            _log.error("judgements not kept yet", extra={"fields": fields})
            self._waiting.extendleft(reversed(taken[: MOST_WAITING - len(self._waiting)]))


def shadow_report(
    judged: Sequence[tuple[ShadowJudgement, str]],
    policies: Mapping[str, Policy],
    between: tuple[datetime, datetime],
) -> list[str]:
    """Say what each preset would have done with what moderators decided.

    Args:
        judged: What the model said of a comment, and `approve` or `reject` of the moderators.
        policies: The presets.
        between: When the first and the last were received.

    Returns:
        Lines.
    """
    if not judged:
        return ["no comment yet that was judged and decided on under one id"]
    said = np.array([decision for _, decision in judged])
    arrays: tuple[Any, ...] = (
        np.array([one.category_probabilities for one, _ in judged]),
        np.array([one.reject_probability for one, _ in judged]),
        np.array([one.readable for one, _ in judged]),
    )
    approved, rejected = said == "approve", said == "reject"
    first, last = (moment.date().isoformat() for moment in between)
    lines = [
        f"{len(judged):,} comments from {first} to {last}: moderators approved "
        f"{approved.sum():,} and rejected {rejected.sum():,}; of those the model would have"
    ]
    for name, policy in policies.items():
        found = decide(policy, *arrays).decisions
        right, wrong = (
            (rejected & (found == "reject")).sum(),
            (approved & (found == "reject")).sum(),
        )
        missed, held = (rejected & (found == "approve")).sum(), (found == "review").sum()
        lines.append(
            f"  {name}: rejected {right:,} rightly and {wrong:,} that moderators approved, let "
            f"{missed:,} pass that they rejected, and given a person {held:,}"
        )
    return lines
