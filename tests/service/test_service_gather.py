"""Single comments of one turn are judged together, each gets its own judgement, none waits long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from scoring.judge import Judgement, judge
from scoring.policy import PRESETS, Policy
from service.gather import COMPANY_TURNS, MOST_TOGETHER, Gatherer
from service.models import ServedModel
from service.parse import Comment

TEXTS = ["You are an idiot.", "Thank you for this report.", "Buy cheap pills now."]


@pytest.fixture
def judged_together(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many comments each call of the judge was given."""
    sizes: list[int] = []

    def count(scorer: Any, identify: Any, policy: Policy, texts: Sequence[str], *rest: Any,
              **options: Any) -> list[Judgement]:  # fmt: skip
        sizes.append(len(texts))
        if "fail" in texts:
            raise ValueError("invented")
        return judge(scorer, identify, policy, texts, *rest, **options)

    monkeypatch.setattr("service.gather.judge", count)
    return sizes


def policies(served: ServedModel) -> list[Policy]:
    return [served.manifest.policies[name] for name in PRESETS]


async def ask(
    gatherer: Gatherer, served: ServedModel, texts: Sequence[str], policy: Policy | None = None
) -> list[Any]:
    chosen = policy or policies(served)[0]
    asked = (gatherer.judge_one(served, chosen, Comment(None, text, None)) for text in texts)
    return await asyncio.gather(*asked, return_exceptions=True)


def test_requests_of_one_turn_are_judged_together(
    served: ServedModel, judged_together: list[int]
) -> None:
    answers = asyncio.run(ask(Gatherer(), served, TEXTS * 4))
    assert judged_together == [1, 11]  # the first is alone until the second comes
    alone = judge(
        served.scorer, served.identify, policies(served)[0], TEXTS, [None] * 3, explained=False
    )
    assert answers == alone * 4


def test_a_caller_who_is_alone_is_answered_at_once(
    served: ServedModel, judged_together: list[int]
) -> None:
    async def one_after_another() -> bool:
        gatherer = Gatherer()
        for text in TEXTS:
            asked = gatherer.judge_one(served, policies(served)[0], Comment(None, text, None))
            with pytest.raises(StopIteration):  # it never waits
                asked.send(None)
            await asyncio.sleep(0)
        return gatherer._in_company()

    assert not asyncio.run(one_after_another())
    assert judged_together == [1, 1, 1]


def test_company_that_has_left_is_forgotten(served: ServedModel) -> None:
    async def leave() -> bool:
        gatherer = Gatherer()
        await ask(gatherer, served, TEXTS)
        for _ in range(COMPANY_TURNS):
            await ask(gatherer, served, TEXTS[:1])
            await asyncio.sleep(0)
        return gatherer._in_company()

    assert not asyncio.run(leave())


def test_a_crowd_is_judged_in_parts(served: ServedModel, judged_together: list[int]) -> None:
    answers = asyncio.run(ask(Gatherer(), served, TEXTS[:1] * 100))
    assert len({answer.reject_probability for answer in answers}) == 1
    assert sum(judged_together) == 100
    assert max(judged_together) == MOST_TOGETHER + 1


def test_policies_are_kept_apart(served: ServedModel, judged_together: list[int]) -> None:
    async def both() -> None:
        gatherer = Gatherer()
        await ask(gatherer, served, TEXTS)
        await asyncio.gather(*(ask(gatherer, served, TEXTS, policy) for policy in policies(served)))

    asyncio.run(both())
    assert judged_together[-2:] == [3, 3]


def test_a_failure_is_told_to_its_own_caller_alone(
    served: ServedModel, judged_together: list[int]
) -> None:
    async def one_fails() -> list[Any]:
        gatherer = Gatherer()
        await ask(gatherer, served, TEXTS)
        return await ask(gatherer, served, [*TEXTS, "fail"])

    answers = asyncio.run(one_fails())
    failures = [isinstance(answer, ValueError) for answer in answers]
    assert failures == [True, False, False, True]  # the first judged for all
    assert len(judged_together) > 2


def test_a_caller_who_goes_away_leaves_nobody_waiting(served: ServedModel) -> None:
    async def go() -> list[Any]:
        gatherer = Gatherer()
        await ask(gatherer, served, TEXTS)
        policy = policies(served)[0]
        tasks = [
            asyncio.create_task(gatherer.judge_one(served, policy, Comment(None, text, None)))
            for text in TEXTS
        ]
        await asyncio.sleep(0)
        tasks[0].cancel()
        return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)

    answers = asyncio.run(go())
    assert isinstance(answers[0], asyncio.CancelledError)
    assert all(isinstance(answer, Judgement) for answer in answers[1:])
