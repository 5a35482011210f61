"""Single comments of one turn are judged together, each gets its own judgement, none waits long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from scoring.classify import Judgements
from scoring.decisions.policy import Policy
from scoring.result_json import render
from service.models import ServedModel
from service.scheduling.micro_batches import COMPANY_TURNS, LARGEST_BATCH, MicroBatcher

TEXTS = ["You are an idiot.", "Thank you for this report.", "Buy cheap pills now."]


@pytest.fixture
def judged_together(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many comments each call of the judge was given."""
    sizes: list[int] = []

    classify = ServedModel.classify

    def count(
        served: ServedModel, policy: Policy, texts: Sequence[str], declared: Sequence[str | None]
    ) -> Judgements:
        sizes.append(len(texts))
        if "fail" in texts:
            raise ValueError("invented")
        return classify(served, policy, texts, declared)

    monkeypatch.setattr(ServedModel, "classify", count)
    return sizes


def policies(served: ServedModel) -> list[Policy]:
    return [*served.manifest.policies.values()]


async def ask(
    batcher: MicroBatcher, served: ServedModel, texts: Sequence[str], policy: Policy | None = None
) -> list[Any]:
    chosen = policy or policies(served)[0]
    asked = (batcher.classify(served, chosen, text, None) for text in texts)
    return await asyncio.gather(*asked, return_exceptions=True)


def shown(judgements: Any) -> bytes:
    (result,) = render(judgements)
    return result


def test_requests_of_one_turn_are_judged_together(
    served: ServedModel, judged_together: list[int]
) -> None:
    answers = asyncio.run(ask(MicroBatcher(), served, TEXTS * 4))
    assert judged_together == [1, 11]  # the first is alone until the second comes
    results = [shown(answer) for answer in answers]
    policy = policies(served)[0]
    alone = [shown(served.classify(policy, [text], [None])) for text in TEXTS]
    assert results == alone * 4
    assert len(set(results)) == len(TEXTS)


def test_a_caller_who_is_alone_is_answered_at_once(
    served: ServedModel, judged_together: list[int]
) -> None:
    async def one_after_another() -> bool:
        batcher = MicroBatcher()
        for text in TEXTS:
            asked = batcher.classify(served, policies(served)[0], text, None)
            with pytest.raises(StopIteration):  # it never waits
                asked.send(None)
            await asyncio.sleep(0)
        return batcher._in_company()

    assert not asyncio.run(one_after_another())
    assert judged_together == [1, 1, 1]


def test_company_that_has_left_is_forgotten(served: ServedModel) -> None:
    async def leave() -> bool:
        batcher = MicroBatcher()
        await ask(batcher, served, TEXTS)
        for _ in range(COMPANY_TURNS):
            await ask(batcher, served, TEXTS[:1])
            await asyncio.sleep(0)
        return batcher._in_company()

    assert not asyncio.run(leave())


def test_a_crowd_is_judged_in_parts(served: ServedModel, judged_together: list[int]) -> None:
    answers = asyncio.run(ask(MicroBatcher(), served, TEXTS[:1] * 100))
    assert len({shown(answer) for answer in answers}) == 1
    assert sum(judged_together) == 100
    assert max(judged_together) == LARGEST_BATCH


def test_policies_are_kept_apart(served: ServedModel, judged_together: list[int]) -> None:
    async def both() -> None:
        batcher = MicroBatcher()
        await ask(batcher, served, TEXTS)
        await asyncio.gather(*(ask(batcher, served, TEXTS, policy) for policy in policies(served)))

    asyncio.run(both())
    assert judged_together[-2:] == [3, 3]


def test_a_failure_is_told_to_its_own_caller_alone(
    served: ServedModel, judged_together: list[int]
) -> None:
    async def one_fails() -> list[Any]:
        batcher = MicroBatcher()
        await ask(batcher, served, TEXTS)
        return await ask(batcher, served, [*TEXTS, "fail"])

    answers = asyncio.run(one_fails())
    failures = [isinstance(answer, ValueError) for answer in answers]
    assert failures == [True, False, False, True]  # the first judged for all
    assert len(judged_together) > 2


@pytest.mark.parametrize("leaving", [[0], [1], [0, 1], [0, 2], [0, 1, 2]])
def test_a_caller_who_goes_away_leaves_nobody_waiting(
    served: ServedModel, leaving: list[int]
) -> None:
    async def go() -> tuple[list[Any], MicroBatcher]:
        batcher = MicroBatcher()
        await ask(batcher, served, TEXTS)
        policy = policies(served)[0]
        tasks = [
            asyncio.create_task(batcher.classify(served, policy, text, None)) for text in TEXTS
        ]
        await asyncio.sleep(0)
        for place in leaving:
            tasks[place].cancel()
        answers = asyncio.gather(*tasks, return_exceptions=True)
        return await asyncio.wait_for(answers, 10), batcher

    answers, batcher = asyncio.run(go())
    for place, (answer, text) in enumerate(zip(answers, TEXTS, strict=True)):
        if place in leaving:
            assert isinstance(answer, asyncio.CancelledError)
        else:
            alone = served.classify(policies(served)[0], [text], [None])
            assert shown(answer) == shown(alone)
    assert not batcher._batches  # no comment is kept
