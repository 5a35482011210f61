"""`POST /feedback` and Perspective's suggestions, as moderation backends send them."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from service.errors import SettingsError
from service.feedback.store import FeedbackStore

DECISION = {"text": "you are an idiot", "decision": "reject", "categories": ["personal_attack"]}


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'feedback.db'}"


@pytest.fixture
def keeping(make_client: Any, publish_model: Any, database: str, wait_until: Any) -> Any:
    publish_model()
    client = make_client(FEEDBACK_DATABASE=database)
    wait_until(lambda: client.post("/feedback", json.dumps(PROBE).encode()).status_code == 200)
    return client


PROBE = {"text": "probe", "decision": "approve", "idempotency_key": "probe"}


def send(client: Any, body: object) -> Any:
    return client.post("/feedback", json.dumps(body).encode())


def kept(database: str) -> list[dict[str, Any]]:
    store = FeedbackStore(database)
    rows = [row for row in store.export() if row["text"] != "probe"]
    store.close()
    return rows


def test_a_decision_is_kept(keeping: Any, database: str) -> None:
    sent = {**DECISION, "comment_id": 7, "author": "a", "moderator": "m", "model": "v"}
    answer = send(keeping, sent)
    assert (answer.status_code, answer.json()) == (200, {"received": 1, "new": 1})
    (row,) = kept(database)
    assert row["decided_at"].endswith("Z")
    del row["decided_at"]
    assert row == {**DECISION, "comment_id": "7", "author": "a", "moderator": "m", "model": "v",
                   "source": "feedback"}  # fmt: skip


def test_many_at_once_and_one_twice(keeping: Any, database: str) -> None:
    many = [{**DECISION, "idempotency_key": str(n)} for n in range(3)]
    assert send(keeping, {"feedback": many}).json() == {"received": 3, "new": 3}
    assert send(keeping, {"feedback": many}).json() == {"received": 3, "new": 0}
    assert len(kept(database)) == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "the body is array; allowed: object"),
        ({"feedback": []}, "no array of 1 to"),
        ({"feedback": [1]}, "feedback[0] is number; allowed: object"),
        ({"text": "a"}, "feedback[0].decision: allowed: approve, reject"),
        ({"text": 1, "decision": "reject"}, "feedback[0].text is number"),
        ({"text": " ", "decision": "reject"}, "feedback[0]: text is"),
        ({**DECISION, "categories": ["rude"]}, "feedback[0].categories: allowed: profanity"),
        ({**DECISION, "decision": "approve"}, "approves and names categories"),
        ({**DECISION, "author": ""}, "feedback[0].author is string; allowed: string of 1 to 200"),
        ({**DECISION, "secret": 1}, "has members besides text"),
        ({"feedback": [DECISION, {"text": "b"}]}, "feedback[1].decision"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(
    keeping: Any, database: str, body: object, said: str
) -> None:
    answer = send(keeping, body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"
    assert said in answer.json()["detail"]
    assert kept(database) == []


def test_without_a_database_nothing_is_acknowledged(client: Any) -> None:
    answer = send(client, DECISION)
    assert (answer.status_code, answer.json()["code"]) == (501, "feedback_disabled")


def test_a_database_that_fails_acknowledges_nothing(
    keeping: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "feedback.db").unlink()
    (tmp_path / "feedback.db").mkdir()
    for left in tmp_path.glob("feedback.db-*"):
        left.unlink()
    keeping.app.state.context.feedback.close()
    answer = send(keeping, DECISION)
    assert (answer.status_code, answer.json()["code"]) == (503, "feedback_unavailable")
    assert answer.headers["retry-after"] == "5"
    assert "you are an idiot" not in caplog.text
    assert keeping.classify({"text": "thank you"}).status_code == 200


def suggestion(value: float, **more: Any) -> dict[str, Any]:
    scores = {"TOXICITY": {"summaryScore": {"value": value}}}
    return {"comment": {"text": "you fool"}, "attributeScores": scores, **more}


@pytest.mark.parametrize(("value", "decision"), [(1, "reject"), (0, "approve"), (0.5, "reject")])
def test_a_suggestion_is_a_decision(
    keeping: Any, database: str, value: float, decision: str
) -> None:
    body = suggestion(value, clientToken="comment:12", languages=["en"])
    answer = keeping.post("/v1alpha1/comments:suggestscore", json.dumps(body).encode())
    assert answer.json() == {"detectedLanguages": ["en"], "clientToken": "comment:12"}
    (row,) = kept(database)
    assert (row["decision"], row["comment_id"], row["source"]) == (
        decision, "comment:12", "perspective"
    )  # fmt: skip


def test_what_must_not_be_stored_is_not(keeping: Any, database: str) -> None:
    body = suggestion(1, doNotStore=True)
    answer = keeping.post("/v1alpha1/comments:suggestscore", json.dumps(body).encode())
    assert answer.status_code == 200
    assert kept(database) == []


@pytest.mark.parametrize(
    "body",
    [
        {"comment": {"text": "a"}},
        {"comment": {"text": "a"}, "attributeScores": {"NICE": {"summaryScore": {"value": 1}}}},
        suggestion(2),
    ],
)
def test_a_suggestion_that_cannot_be_read_is_refused(keeping: Any, body: object) -> None:
    answer = keeping.post("/v1alpha1/comments:suggestscore", json.dumps(body).encode())
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_shadow_mode_keeps_what_the_model_says_by_id(
    make_client: Any, publish_model: Any, tmp_path: Path, wait_until: Any
) -> None:
    publish_model()
    url = f"sqlite:///{tmp_path / 'feedback.db'}"
    client = make_client(FEEDBACK_DATABASE=url, SHADOW="true")
    comments = [{"id": "c1", "text": "you are an idiot"}, {"id": 7, "text": "x"}, {"text": "y"}]
    assert client.classify({"comments": comments}).status_code == 200
    for name in ("c1", "7"):
        body = {"text": "you are an idiot", "decision": "approve", "comment_id": name}
        client.post("/feedback", json.dumps(body).encode())
    store = client.app.state.context.feedback
    wait_until(lambda: len(store.judged_and_decided()) == 2)
    (judgement, decision, _), _ = store.judged_and_decided()
    assert (judgement.comment_id, decision) == ("c1", "approve")
    assert judgement.reject_probability > 0.8
    assert (
        'moderation_feedback_total{category="none",model="reject",moderator="approve"} 2.0'
        in client.get("/metrics").text
    )


def test_shadow_mode_tells_coral_nothing(
    make_client: Any, publish_model: Any, tmp_path: Path
) -> None:
    publish_model()
    secret = "s" * 20
    client = make_client(
        FEEDBACK_DATABASE=f"sqlite:///{tmp_path}/f.db", SHADOW="true", CORAL_SECRETS=secret
    )
    body = json.dumps({"comment": {"id": "c9", "body": "you are an idiot"}}).encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Coral-Signature": signature}
    assert client.post("/integrations/coral", body, headers).json() == {}


def test_shadow_mode_needs_a_database(make_settings: Any) -> None:
    with pytest.raises(SettingsError, match="MODERATION_SHADOW"):
        make_settings(SHADOW="true")
