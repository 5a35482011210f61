from __future__ import annotations

import json
from typing import Any

import pytest

from service.http.problems import CODES, ITEM_CODES

PRIVATE = "unmistakable-words-of-a-comment"
SEEN: set[str] = set()


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"/docs#{code}"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert PRIVATE not in answer.text
    SEEN.add(code)
    assert isinstance(body, dict)
    return body


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"text": "unmistakable-words-of-a-comment',
        b'{"text": "\\ud800 unmistakable-words-of-a-comment", "id": NaN}',
        b'{"text": "\\udc00"',
        b'{"text": "\\ud800 \xff"}',
        b'{"text": "\\ud800", "id": ' + b"[" * 100_000,
        b'{"text": "\xff"}',
        b'{"text": "\xed\xa0\x80"}',
        b'{"text": NaN}',
        b"[" * 100_000,
        b'{"text": "a\x00"}',
    ],
)
def test_what_is_not_json_is_refused_whole(client: Any, content: bytes) -> None:
    assert "bytes" in problem(client.classify_raw(content), 400, "invalid_json")["detail"]


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ([PRIVATE], "invalid_request", "the body is array; allowed: object"),
        (PRIVATE, "invalid_request", "the body is string; allowed: object"),
        (None, "invalid_request", "the body is null; allowed: object"),
        ({}, "invalid_request", "the body has neither; allowed: exactly one of comments, text"),
        ({"text": PRIVATE, "comments": []}, "invalid_request", "the body has both; allowed: ex"),
        ({"comments": PRIVATE}, "invalid_request", "comments is string; allowed: array"),
        ({"comments": {}}, "invalid_request", "comments is object; allowed: array"),
        ({"comments": []}, "no_comments", "comments has length 0; allowed: 1 to 256"),
        ({"text": "x", "explain": 1}, "invalid_request", "explain is number; allowed: boolean"),
        ({"text": "x", "policy": PRIVATE}, "unknown_policy", "policy is string of 31 code points"),
        ({"text": "x", "policy": 3}, "unknown_policy", "policy is number; allowed: string"),
    ],
)
def test_bodies_of_the_wrong_shape(client: Any, body: Any, code: str, said: str) -> None:
    answer = client.classify_raw(json.dumps(body).encode())
    assert problem(answer, 422, code)["detail"].startswith(said)


@pytest.mark.parametrize(
    ("comment", "code", "message"),
    [
        (PRIVATE, "invalid_comment", "string; allowed: object"),
        (
            {"id": 7.5, "text": PRIVATE},
            "invalid_id",
            "id is number; allowed: string of at most",
        ),
        ({"id": True, "text": PRIVATE}, "invalid_id", "id is boolean; allowed: string of at most"),
        ({"id": 2**63, "text": PRIVATE}, "invalid_id", "id is number; allowed: string of at most"),
        ({"id": "i" * 129, "text": PRIVATE}, "invalid_id", "id is string of 129 code points; all"),
        ({"id": "\ud800", "text": PRIVATE}, "invalid_id", "id is string of 1 code points; allowed"),
        ({"id": "c", "text": "\udc00 x"}, "invalid_text", "text holds half of a UTF-16 pair at"),
        ({"id": "c"}, "missing_text", "there is no text; allowed: string"),
        ({"id": "c", "text": None}, "invalid_text", "text is null; allowed: string"),
        ({"id": "c", "text": [PRIVATE]}, "invalid_text", "text is array; allowed: string"),
        ({"id": "c", "text": ""}, "empty_text", "text is 0 code points"),
        ({"id": "c", "text": " \n\t\u2003"}, "empty_text", "text is 4 code points"),
        ({"id": "c", "text": "a" * 20481}, "text_too_long", "text is 20481 bytes of UTF-8; all"),
        ({"id": "c", "text": "é" * 10241}, "text_too_long", "text is 20482 bytes of UTF-8; all"),
        ({"id": "c", "text": PRIVATE, "language": 1}, "invalid_language", "language is number"),
        ({"id": "c", "text": PRIVATE, "language": ""}, "invalid_language", "language is string"),
        ({"id": "c", "text": PRIVATE, "language": "e n"}, "invalid_language", "language is str"),
    ],
)
def test_a_bad_comment_fails_alone(client: Any, comment: Any, code: str, message: str) -> None:
    good = {"id": "good", "text": "you are an idiot"}
    answer = client.classify_raw(json.dumps({"comments": [good, comment, good]}).encode())
    assert answer.status_code == 200
    assert PRIVATE not in answer.text
    first, failed, last = answer.json()["results"]
    assert first == last
    assert first["decision"] == "reject"
    valid = isinstance(comment, dict) and code != "invalid_id"
    assert failed["id"] == (comment["id"] if valid else None)
    assert failed["error"]["code"] == code
    assert failed["error"]["message"].startswith(message)
    SEEN.add(code)


@pytest.mark.parametrize("size", [20479, 20480])
def test_texts_up_to_the_limit_pass(client: Any, size: int) -> None:
    (result,) = client.classify({"text": "a" * size}).json()["results"]
    assert "decision" in result
    escaped = b'{"text": "' + b"\\u0061" * size + b'"}'
    assert client.classify_raw(escaped).json()["results"] == [result]


def test_a_megabyte_in_one_comment_and_ten_thousand_comments(client: Any) -> None:
    (result,) = client.classify({"text": "a" * 2**20}).json()["results"]
    assert result["error"]["code"] == "text_too_long"
    many = [{"text": PRIVATE}] * 10_000
    detail = problem(client.classify({"comments": many}), 422, "too_many_comments")["detail"]
    assert detail == "comments has length 10000; allowed: 1 to 256"


@pytest.mark.parametrize(("count", "status"), [(2, 200), (3, 200), (4, 422)])
def test_the_number_of_comments_is_a_setting(
    make_client: Any, publish_model: Any, count: int, status: int
) -> None:
    publish_model()
    client = make_client(MAX_COMMENTS=3)
    assert client.classify({"comments": [{"text": "x"}] * count}).status_code == status


@pytest.mark.parametrize(("more", "status"), [(-1, 200), (0, 200), (1, 413)])
def test_the_size_of_the_body_is_a_setting(
    make_client: Any, publish_model: Any, more: int, status: int
) -> None:
    publish_model()
    client = make_client(MAX_BODY_BYTES=100)
    body = b'{"text": "x"}'.ljust(100 + more)
    answer = client.classify_raw(body)
    assert answer.status_code == status
    if status == 413:
        assert problem(answer, 413, "body_too_large")["detail"] == "allowed: 100 bytes"
        assert answer.headers["connection"] == "close"


def test_a_body_of_unknown_length_is_stopped_while_it_arrives(
    make_client: Any, publish_model: Any
) -> None:
    publish_model()
    client = make_client(MAX_BODY_BYTES=100)
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while True:
            sent += 50
            yield b" " * 50

    answer = client.request(
        "POST", "/classify", content=endless(), headers={"Content-Type": "application/json"}
    )
    problem(answer, 413, "body_too_large")
    assert sent <= 200


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/json;charset=utf-16"],
)
def test_wrong_content_types(client: Any, kind: str) -> None:
    problem(client.classify_raw(b'{"text": "x"}', kind), 415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json; charset=UTF-8", "Application/JSON"])
def test_content_types_that_pass(client: Any, kind: str) -> None:
    assert client.classify_raw(b'{"text": "x"}', kind).status_code == 200


def test_compressed_bodies_are_refused(client: Any) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = client.request("POST", "/classify", content=b"\x1f\x8b", headers=headers)
    problem(answer, 415, "unsupported_media_type")


def test_a_caller_that_goes_away(client: Any) -> None:
    sent: list[Any] = []
    messages = [
        {"type": "http.request", "body": b'{"text": "', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": "/classify", "raw_path": b"/classify", "query_string": b"",
        "root_path": "", "headers": [(b"content-type", b"application/json")],
        "client": None, "server": None,
    }  # fmt: skip
    client.run(client.app(scope, receive, send))
    assert sent[0]["status"] == 400
    assert json.loads(sent[1]["body"])["code"] == "incomplete_body"
    SEEN.add("incomplete_body")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/classify/", 404, "not_found"),
        ("GET", "/classify", 405, "method_not_allowed"),
        ("DELETE", "/model", 405, "method_not_allowed"),
        ("OPTIONS", "/classify", 405, "method_not_allowed"),
    ],
)
def test_paths_and_methods(client: Any, method: str, path: str, status: int, code: str) -> None:
    answer = client.request(method, path)
    problem(answer, status, code)
    if status == 405:
        assert answer.headers["allow"] in ("POST", "GET")


@pytest.mark.parametrize(("path", "status"), [("/classify", 405), ("/nowhere", 404)])
def test_head_of_a_problem_has_its_headers(client: Any, path: str, status: int) -> None:
    answer = client.request("HEAD", path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_nothing_is_loaded(make_client: Any) -> None:
    client = make_client(ready=False)
    detail = problem(client.get("/readyz"), 503, "not_ready")["detail"]
    assert "starting" in detail or "MODERATION_MODELS" in detail
    assert problem(client.classify({"text": "x"}), 503, "not_ready")
    assert client.get("/model").headers["retry-after"] == "1"
    assert client.get("/healthz").json() == {"status": "ok"}


def test_an_unexpected_error_is_answered_and_logged_without_text(
    client: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(PRIVATE)

    monkeypatch.setattr("service.routes.classify_in_steps", fail)
    body = problem(client.classify({"text": PRIVATE}), 500, "internal_error")
    (record,) = [r for r in caplog.records if r.name == "service.http.middleware"]
    assert record.fields["request_id"] == body["request_id"]  # type: ignore[attr-defined]


def test_every_code_was_seen_above() -> None:
    """Runs last in this file: each code of the table has a test."""
    documented = {entry.code for entry in (*CODES, *ITEM_CODES)}
    if len(SEEN) < 5:
        pytest.skip("the other tests of this file did not run")
    elsewhere = {
        "unauthorized",
        "forbidden",
        "rate_limited",
        "overloaded",
        "feedback_disabled",
        "feedback_unavailable",
        "admin_key_required",
        "unknown_model",
        "model_unusable",
        "models_unwritable",
    }
    assert documented - SEEN == elsewhere, "see test_service_keys, _feedback_routes, _model_routes"


def test_a_byte_order_mark_is_no_error(make_client: Any, publish_model: Any) -> None:
    publish_model()
    answer = make_client().classify_raw(b'\xef\xbb\xbf{"text": "x"}')
    assert answer.status_code == 200
