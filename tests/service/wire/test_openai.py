"""OpenAI's moderations: one result an input, thirteen categories, errors in OpenAI's envelope."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.wire.openai import FROM, NOT_ASSESSED

INSULT = "you are an idiot"


def ask(client: Any, given: object, **more: Any) -> Any:
    return client.post("/v1/moderations", json.dumps({"input": given, **more}).encode())


def test_one_result_for_each_input(client: Any) -> None:
    answer = ask(client, [INSULT, "thank you for this", ""], model="omni-moderation-latest").json()
    assert answer["id"].startswith("modr-")
    insult, thanks, empty = answer["results"]
    assert [insult["flagged"], thanks["flagged"]] == [True, False]
    assert not empty["flagged"]
    assert len(insult["categories"]) == len(insult["category_scores"]) == 13
    for name in NOT_ASSESSED:
        assert (insult["categories"][name], insult["category_scores"][name]) == (False, 0.0)
        assert insult["category_applied_input_types"][name] == []
    (own,) = client.classify({"text": INSULT}).json()["results"]
    assert insult["category_scores"]["harassment"] == own["categories"]["personal_attack"]["reject"]
    assert set(FROM) | set(NOT_ASSESSED) == set(insult["categories"])


def test_parts_of_a_message_are_one_input(client: Any) -> None:
    parts = [{"type": "text", "text": "you are"}, {"type": "text", "text": "an idiot"}]
    (result,) = ask(client, parts).json()["results"]
    assert result["flagged"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "input is null; allowed: string, or array of strings"),
        ([], "input has 0 items; allowed: 1 to 256"),
        (["a"] * 257, "input has 257 items"),
        ([7], "input is number"),
        ("a" * 20_481, "input 0: text is 20481 bytes"),
        ([{"type": "image_url", "image_url": {"url": "x"}}], "a part is no text"),
    ],
)
def test_inputs_that_are_refused(client: Any, given: object, message: str) -> None:
    answer = ask(client, given)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["message"].startswith(message)
    assert (error["type"], error["param"]) == ("invalid_request_error", "input")


def test_problems_come_in_openais_envelope(client: Any) -> None:
    answer = client.post("/v1/moderations", b"{")
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
