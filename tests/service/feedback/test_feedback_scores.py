"""`GET /feedback/scores`: how decided comments score now; no text of them leaves the service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

INSULT, PRAISE = "you are an idiot", "thank you for a clear and honest article"
CALLER, DESK = "caller-key-of-the-newsroom", "desk-key-of-the-newsroom-1"


@pytest.fixture
def keeping(make_client: Any, publish_model: Any, tmp_path: Path) -> Any:
    publish_model()
    return make_client(FEEDBACK_DATABASE=f"sqlite:///{tmp_path / 'feedback.db'}")


def keep(client: Any, *decided: tuple[str, str], **more: object) -> None:
    many = [{"text": text, "decision": decision, **more} for text, decision in decided]
    answer = client.post("/feedback", json.dumps({"feedback": many}).encode())
    assert answer.status_code == 200


def test_decided_comments_are_judged_as_classify_judges_them(keeping: Any) -> None:
    keep(keeping, (INSULT, "approve"), (PRAISE, "reject"))
    answer = keeping.get("/feedback/scores").json()
    classified = keeping.classify({"comments": [{"text": PRAISE}, {"text": INSULT}]}).json()
    for result in classified["results"]:
        del result["id"]
    assert answer["model"] == classified["model"]
    assert answer["policy"] == "assist"
    assert [result.pop("decided") for result in answer["results"]] == ["reject", "approve"]
    assert answer["results"] == classified["results"]


def test_no_text_id_or_name_is_told(keeping: Any) -> None:
    keep(keeping, (INSULT, "reject"), comment_id="c-17", author="anne", moderator="max")
    told = keeping.get("/feedback/scores").text
    assert not [word for word in ("idiot", "c-17", "anne", "max") if word in told]


def test_of_two_decisions_on_a_comment_the_later_counts(keeping: Any) -> None:
    keep(keeping, (INSULT, "approve"), (INSULT, "reject"))
    keep(keeping, ("first words", "approve"), ("edited words", "reject"), comment_id="7")
    results = keeping.get("/feedback/scores").json()["results"]
    assert [result["decided"] for result in results] == ["reject", "reject"]


def test_the_latest_under_another_preset(keeping: Any) -> None:
    keep(keeping, (INSULT, "reject"), (PRAISE, "approve"), ("the council voted", "approve"))
    answer = keeping.get("/feedback/scores?latest=2&policy=automatic").json()
    assert answer["policy"] == "automatic"
    assert len(answer["results"]) == 2


def test_nothing_decided_yet(keeping: Any) -> None:
    assert keeping.get("/feedback/scores").json()["results"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("latest=0", "invalid_request"),
        ("latest=1001", "invalid_request"),
        ("latest=-1", "invalid_request"),
        ("latest=many", "invalid_request"),
        ("latest=", "invalid_request"),
        ("texts=true", "invalid_request"),
        ("policy=strict", "unknown_policy"),
    ],
)
def test_what_cannot_be_asked(keeping: Any, query: str, code: str) -> None:
    answer = keeping.get(f"/feedback/scores?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_it_needs_a_store(client: Any) -> None:
    answer = client.get("/feedback/scores")
    assert (answer.status_code, answer.json()["code"]) == (501, "feedback_disabled")


def test_a_store_that_fails_is_told(
    keeping: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep(keeping, (INSULT, "reject"))
    keeping.app.state.context.feedback.close()
    for left in tmp_path.glob("feedback.db*"):
        left.unlink()
    (tmp_path / "feedback.db").mkdir()
    answer = keeping.get("/feedback/scores")
    assert (answer.status_code, answer.json()["code"]) == (503, "feedback_unavailable")
    assert INSULT not in caplog.text


def test_a_key_that_may_only_judge_may_not_read_it(
    make_client: Any, publish_model: Any, tmp_path: Path
) -> None:
    publish_model()
    keys = tmp_path / "keys"
    keys.write_text(f"backend classify+admin {CALLER}\ndesk feedback {DESK}\n")
    database = f"sqlite:///{tmp_path / 'feedback.db'}"
    client = make_client(API_KEYS_FILE=keys, FEEDBACK_DATABASE=database)

    def status(headers: dict[str, str]) -> int:
        return int(client.get("/feedback/scores", headers=headers).status_code)

    assert status({}) == 401
    assert status({"X-API-Key": CALLER}) == 403
    assert status({"X-API-Key": DESK}) == 200
