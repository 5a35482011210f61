"""Single comments of one turn are judged together, each gets its own judgement, none waits long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from scoring.decisions.policy import OUTCOMES, PRESETS, Policy
from service.models import ServedModel
from service.scheduling.micro_batches import COMPANY_TURNS, MOST_TOGETHER, Gatherer
from service.wire.classify import Told, judge_comments
from service.wire.parse import Comment

TEXTS = ["You are an idiot.", "Thank you for this report.", "Buy cheap pills now."]


@pytest.fixture
def judged_together(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many comments each call of the judge was given."""
    sizes: list[int] = []

    def count(served: ServedModel, policy: Policy, comments: Sequence[Comment]) -> list[Told]:
        sizes.append(len(comments))
        if "fail" in [comment.text for comment in comments]:
            raise ValueError("invented")
        return judge_comments(served, policy, comments)

    monkeypatch.setattr("service.scheduling.micro_batches.judge_comments", count)
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
    comments = [Comment(None, text, None) for text in TEXTS]
    alone = [judge_comments(served, policies(served)[0], [comment]) for comment in comments]
    assert answers == [told for (told,) in alone] * 4
    assert len(set(answers)) == len(TEXTS)


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
    assert len(set(answers)) == 1
    assert sum(judged_together) == 100
    assert max(judged_together) == MOST_TOGETHER


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


@pytest.mark.parametrize("leaving", [[0], [1], [0, 1], [0, 2], [0, 1, 2]])
def test_a_caller_who_goes_away_leaves_nobody_waiting(
    served: ServedModel, leaving: list[int]
) -> None:
    async def go() -> tuple[list[Any], Gatherer]:
        gatherer = Gatherer()
        await ask(gatherer, served, TEXTS)
        policy = policies(served)[0]
        tasks = [
            asyncio.create_task(gatherer.judge_one(served, policy, Comment(None, text, None)))
            for text in TEXTS
        ]
        await asyncio.sleep(0)
        for place in leaving:
            tasks[place].cancel()
        answers = asyncio.gather(*tasks, return_exceptions=True)
        return await asyncio.wait_for(answers, 10), gatherer

    answers, gatherer = asyncio.run(go())
    for place, (answer, text) in enumerate(zip(answers, TEXTS, strict=True)):
        if place in leaving:
            assert isinstance(answer, asyncio.CancelledError)
        else:
            comment = Comment(None, text, None)
            assert [answer] == judge_comments(served, policies(served)[0], [comment])
            assert OUTCOMES[answer[1]].decision.value.encode() in answer[0]
    assert not gatherer._groups  # no comment is kept
