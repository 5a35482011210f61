"""Akismet's calls: a form in, a word out; only promotion is spam."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

ADVERT, INSULT = "buy cheap pills in my shop now", "you are an idiot"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
KEY = "first-key-of-the-newsroom"


def call(client: Any, name: str, version: str = "1.1", **fields: str) -> Any:
    sent = urlencode({"blog": "https://news.example", "user_ip": "127.0.0.1", **fields})
    return client.post(f"/{version}/{name}", sent.encode(), FORM)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"comment_content": ADVERT}, "true"),
        ({"comment_content": INSULT}, "false"),
        ({"comment_content": "thank you", "comment_author": "viagra-test-123"}, "true"),
        ({"comment_content": ADVERT, "user_role": "administrator"}, "false"),
    ],
)
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_what_is_spam(client: Any, fields: dict[str, str], word: str, version: str) -> None:
    answer = call(client, "comment-check", version, **fields)
    assert (answer.status_code, answer.text) == (200, word)
    assert answer.headers["content-type"].startswith("text/plain")


def test_what_is_wrong_stands_in_a_header(client: Any) -> None:
    answer = call(client, "comment-check")
    assert (answer.status_code, answer.text) == (200, "invalid")
    assert "comment_content" in answer.headers["x-akismet-debug-help"]
    broken = client.post("/1.1/comment-check", b"comment_content=%ff", FORM)
    assert broken.headers["x-akismet-debug-help"] == "the body is no form in UTF-8"


def test_the_key_is_in_the_form_or_in_the_host(make_client: Any, publish_model: Any) -> None:
    publish_model()
    client = make_client(API_KEYS=KEY)
    assert call(client, "verify-key", key=KEY).text == "valid"
    assert call(client, "verify-key", key="wrong").text == "invalid"
    assert call(client, "comment-check", comment_content=ADVERT, api_key=KEY).text == "true"
    assert call(client, "comment-check", comment_content=ADVERT).text == "invalid"
    host = {**FORM, "Host": f"{KEY}.moderation.example"}
    assert client.post("/1.1/comment-check", b"comment_content=hello", host).text == "false"


def test_corrections_are_feedback(make_client: Any, publish_model: Any, tmp_path: Any) -> None:
    publish_model()
    client = make_client(FEEDBACK_DATABASE=f"sqlite:///{tmp_path}/feedback.db")
    thanks = "Thanks for making the web a better place."
    for _ in range(2):  # sent again it is the same
        assert (
            call(client, "submit-spam", comment_content=ADVERT, comment_author="a").text == thanks
        )
    assert call(client, "submit-ham", comment_content=INSULT).text == thanks
    assert call(client, "submit-ham", comment_content="a test", is_test="1").text == thanks
    kept = list(client.app.state.context.feedback.export())
    assert [(row["decision"], row["categories"]) for row in kept] == [
        ("reject", ["commercial_promotion"]), ("approve", []),
    ]  # fmt: skip
    assert {row["source"] for row in kept} == {"akismet"}
    assert kept[0]["author"] == "a"


def test_corrections_that_nobody_keeps(client: Any) -> None:
    answer = call(client, "submit-ham", comment_content=INSULT)
    assert (answer.status_code, answer.text) == (501, "invalid")
