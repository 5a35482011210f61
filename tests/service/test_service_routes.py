from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

import pytest

from scoring.guidelines import CATEGORIES
from service.documents.examples import EXAMPLES, example_answers
from service.http.problems import CODES, ITEM_CODES

ROOT = Path(__file__).parents[2]
STORED = Path(__file__).with_name("openapi.json")


def test_guidelines(client: Any) -> None:
    body = client.get("/guidelines").json()
    assert tuple(guideline["key"] for guideline in body["guidelines"]) == CATEGORIES
    assert set(body["guidelines"][0]) == {"key", "title", "rejects", "allows", "parent"}


def test_model(client: Any) -> None:
    body = client.get("/model").json()
    assert body["version"] == "2026-11-22T000000Z-first"
    assert body["policy"] == "assist"
    assert body["policies"]["assist"]["category_thresholds"]["threat"] == 0.8
    assert body["provisional"] == ["threat"]
    assert body["limits"] == {
        "max_comments": 256, "max_comment_bytes": 20480, "max_body_bytes": 256 * (6 * 20480 + 2048)
    }  # fmt: skip


def test_head_is_get_without_a_body(client: Any) -> None:
    for path in ("/healthz", "/readyz", "/model"):
        assert client.request("HEAD", path).status_code == 200


def test_request_ids(client: Any) -> None:
    first, second = client.get("/healthz"), client.get("/healthz")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    sent = client.get("/healthz", headers={"X-Request-ID": "edge-7.a_B"})
    assert sent.headers["x-request-id"] == "edge-7.a_B"
    for unsound in ("a" * 65, "with space", "line\u00e9"):
        answer = client.get("/healthz", headers={"X-Request-ID": unsound.encode()})
        assert answer.headers["x-request-id"] != unsound


def test_metrics(client: Any) -> None:
    client.classify({"comments": [{"text": "you are an idiot"}, {"text": ""}]})
    client.get("/nowhere")
    text, comments = client.get("/metrics").text, "moderation_comments_total"
    for line in (
        'moderation_requests_total{route="/classify",status="200"} 1.0',
        'moderation_requests_total{route="other",status="404"} 1.0',
        f'{comments}{{decision="reject",format="classify",reason="personal_attack"}} 1.0',
        f'{comments}{{decision="refused",format="classify",reason="empty_text"}} 1.0',
        'moderation_request_seconds_bucket{le="+Inf",route="/classify"} 1.0',
        'moderation_request_seconds_count{route="/classify"} 1.0',
        "moderation_model_loads_total 1.0",
        "moderation_model_load_failures_total 0.0",
    ):
        assert line in text.splitlines()
    assert 'moderation_model_info{guidelines="' in text
    assert "_created" not in text


def test_the_openapi_document_is_the_stored_one(client: Any) -> None:
    """Write it anew with `curl localhost:8000/openapi.json`, indented by one, keys sorted."""
    found = client.get("/openapi.json").json()
    assert found == json.loads(STORED.read_text(encoding="utf-8"))


def test_the_openapi_document_describes_request_and_answer(client: Any) -> None:
    document = client.get("/openapi.json").json()
    shapes = document["components"]["schemas"]
    post = document["paths"]["/classify"]["post"]
    body = post["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    assert [entry["$ref"].rsplit("/", 1)[1] for entry in body] == ["ManyComments", "OneComment"]
    assert tuple(shapes["CategoryScores"]["properties"]) == CATEGORIES
    statuses = {str(entry.status) for entry in CODES if entry.status not in (404, 405, 409, 501)}
    assert set(post["responses"]) == {"200", *statuses}
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)):
        assert name in shapes


def test_answers_have_the_documented_members(client: Any) -> None:
    shapes = client.get("/openapi.json").json()["components"]["schemas"]
    answer = client.classify({"text": "you idiot", "explain": True}).json()
    assert set(answer) == set(shapes["ClassifyAnswer"]["properties"])
    (result,) = answer["results"]
    assert set(result) | {"decided_by"} == set(shapes["Result"]["properties"])
    assert set(result["spans"][0]) == set(shapes["SpanOut"]["properties"])
    assert set(client.get("/model").json()) == set(shapes["ModelAnswer"]["properties"])
    problem = client.get("/nowhere").json()
    assert set(problem) == set(shapes["ProblemDocument"]["properties"])


def test_the_page_is_self_contained_and_explains_every_code(client: Any) -> None:
    answer = client.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert re.findall(r"<script[^>]*>", answer.text) == [
        '<script src="/docs/try.js" type="module">'
    ]
    assert not re.search(r"""(?:src|href)=["']?https?:|@import|url\(|\son\w+=""", answer.text)
    script = client.get("/docs/try.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert not re.search(r"https?://|innerHTML", script.text)
    for entry in (*CODES, *ITEM_CODES):
        assert f'id="{entry.code}"' in answer.text
    for link in re.findall(r'href="#(\w+)"', answer.text):
        assert f'id="{link}"' in answer.text


def test_the_page_shows_a_request_and_an_answer_of_every_route(client: Any) -> None:
    page = client.get("/docs").text
    paths = client.get("/openapi.json").json()["paths"]
    routes = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    answers = example_answers()
    assert sorted(answers) == sorted(routes)
    for route, asked in answers.items():
        body = EXAMPLES.get(route.split()[1])
        assert asked["body"] == body or route == "POST /models/use"
        assert f"<summary>Answer to {route.split()[0]} {escape(asked['path'])}</summary>" in page
        answer = asked["answer"]
        text = answer if isinstance(answer, str) else json.dumps(answer, indent=2)
        assert f"{escape(text)}</pre></details>" in page, route


def test_the_answers_shown_are_of_the_shipped_model() -> None:
    shipped = (ROOT / "models" / "CURRENT").read_text(encoding="utf-8").strip()
    told = "python -m tests.fixtures.document_answers"
    assert example_answers()["GET /readyz"]["answer"]["model"] == shipped, told


def test_every_route_with_a_body_has_an_example(client: Any) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    with_body = {
        path for path, methods in paths.items() if "requestBody" in methods.get("post", ())
    }
    assert with_body == set(EXAMPLES)


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_is_answered(
    make_client: Any, publish_model: Any, tmp_path: Path, path: str
) -> None:
    publish_model()
    client = make_client(FEEDBACK_DATABASE=f"sqlite:///{tmp_path / 'feedback.db'}")
    body = EXAMPLES[path]
    if isinstance(body, str):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = client.request("POST", path, content=body, headers=form)
    else:
        answer = client.request("POST", path, json=body)
    # what only a key of an admin, or Coral's signature, opens
    closed = {"/models/use": 403, "/integrations/coral": 401}
    assert answer.status_code == closed.get(path, 200), answer.text
    assert answer.text != "invalid"


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect"])
def test_no_other_documentation(client: Any, path: str) -> None:
    assert client.get(path).status_code == 404
