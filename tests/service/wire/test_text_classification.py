"""text-embeddings-inference's `predict`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scoring.guidelines import HEADS

INSULT = "you are an idiot"


def predict(client: Any, content: object) -> Any:
    return client.post("/predict", json.dumps(content).encode())


def test_one_text_gives_labels_with_the_largest_first(client: Any) -> None:
    found = predict(client, {"inputs": INSULT, "truncate": True}).json()
    assert {one["label"] for one in found} == set(HEADS)
    assert [one["score"] for one in found] == sorted((o["score"] for o in found), reverse=True)
    (own,) = client.classify({"text": INSULT}).json()["results"]
    scores = {one["label"]: one["score"] for one in found}
    assert scores["reject"] == pytest.approx(own["reject"], abs=1e-6)


def test_many_texts_give_a_list_for_each(client: Any) -> None:
    found = predict(client, {"inputs": [INSULT, ["thank you"]]}).json()
    assert [len(one) for one in found] == [len(HEADS), len(HEADS)]


@pytest.mark.parametrize(
    "content", [[], {}, {"inputs": []}, {"inputs": [1]}, {"inputs": [["a", "b"]]}]
)
def test_what_is_no_text(client: Any, content: object) -> None:
    answer = predict(client, content)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
