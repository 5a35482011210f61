"""Coral's external moderation phase: signed over the raw bytes, answered in Coral's words."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from scoring.guidelines import CATEGORIES
from service.wire.coral import REASONS

FIRST, SECOND = "empsec_0123456789abcdef", "empsec_fedcba9876543210"


def signed(body: bytes, *secrets: str) -> str:
    digests = (hmac.new(key.encode(), body, hashlib.sha256).hexdigest() for key in secrets)
    return ",".join(f"sha256={digest}" for digest in digests)


def request(text: object) -> bytes:
    comment = {"body": text, "parentID": None}
    content = {"action": "NEW", "comment": comment, "author": {"id": "a", "role": "MEMBER"}}
    return json.dumps(content, indent=2).encode()


@pytest.fixture
def ask(make_client: Any, publish_model: Any) -> Callable[..., Any]:
    publish_model()
    client = make_client(CORAL_SECRETS=f"{FIRST}, {SECOND}")

    def post(body: bytes, signature: str) -> Any:
        headers = {"X-Coral-Signature": signature, "Content-Type": "application/json"}
        return client.post("/integrations/coral", body, headers=headers)

    return post


@pytest.mark.parametrize("secrets", [(FIRST,), (SECOND,), ("empsec_retired", FIRST)])
def test_an_insult_is_rejected_with_a_reason(ask: Any, secrets: tuple[str, ...]) -> None:
    body = request("you are an idiot")
    answer = ask(body, signed(body, *secrets))
    assert answer.status_code == 200
    found = answer.json()
    assert found["status"] == found["moderationAction"]["status"] == "REJECTED"
    reason = found["moderationAction"]["rejectionReason"]
    assert reason["code"] == "HARASSMENT_BULLYING"
    assert "personal_attack" in reason["detailedExplanation"]
    assert found["actions"] == [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}]


def test_what_is_fine_is_left_to_corals_own_rules(ask: Any) -> None:
    body = request("thank you for this")
    assert ask(body, signed(body, FIRST)).json() == {}


def test_what_cannot_be_read_waits_for_a_person(ask: Any) -> None:
    body = request("شكرا لكم على هذا المقال")
    assert ask(body, signed(body, FIRST)).json() == {"status": "PREMOD"}


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=00", signed(b"x", FIRST)])
def test_a_wrong_signature_is_refused(ask: Any, signature: str) -> None:
    answer = ask(request("you are an idiot"), signature)
    assert answer.status_code == 401
    assert "X-Coral-Signature" in answer.json()["error"]


def test_without_secrets_nothing_is_answered(client: Any) -> None:
    body = request("x")
    headers = {"X-Coral-Signature": signed(body, ""), "Content-Type": "application/json"}
    assert client.post("/integrations/coral", body, headers=headers).status_code == 401


def test_a_body_without_a_comment_is_refused(ask: Any) -> None:
    for body in (b"{}", b"[]", request(7)):
        assert ask(body, signed(body, FIRST)).status_code == 400


def test_every_category_has_a_reason() -> None:
    assert set(REASONS) == set(CATEGORIES)
