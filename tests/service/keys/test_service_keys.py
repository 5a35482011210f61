from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

import pytest

from service.console.files import PATHS as CONSOLE_PATHS
from service.errors import SettingsError
from service.http.problems import Problem
from service.keys.__main__ import main
from service.keys.api_keys import digest_of, parse_keys
from service.keys.limits import RateLimits

DESK, ADMIN = "desk-key-of-the-newsroom", "admin-key-of-the-newsroom"
KEY, OTHER = "first-key-of-the-newsroom", "second-key-of-the-newsroom"


@pytest.fixture
def guarded(make_client: Any, publish_model: Any) -> Any:
    publish_model()
    return make_client(API_KEYS=f"{KEY},{OTHER}")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"bearer {OTHER}"},
        {"X-API-Key": KEY},
        {"x-api-key": f" {OTHER} "},
    ],
)
def test_valid_keys(guarded: Any, headers: dict[str, str]) -> None:
    assert guarded.classify({"text": "x"}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": "Bearer "},
        {"X-API-Key": KEY[:-1]},
        {"X-API-Key": f"{KEY}x"},
        {"X-API-Key": b"\xff\xfe"},
    ],
)
def test_missing_and_wrong_keys(guarded: Any, headers: Any) -> None:
    answer = guarded.classify({"text": "x"}, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthorized"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert KEY not in answer.text


def test_which_paths_need_no_key(guarded: Any) -> None:
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json"):
        assert guarded.get(path).status_code == 200
    for path in ("/model", "/guidelines", "/metrics", "/nowhere"):
        assert guarded.get(path).status_code == 401


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """One key for each scope; that for feedback is slow."""
    lines = ["# who may call", f"backend classify {KEY}", f"desk feedback {DESK} rate=0.5"]
    hashed = hashlib.sha256(ADMIN.encode()).hexdigest()
    path = tmp_path / "keys"
    path.write_text(
        "\ufeff" + "\n".join([*lines, f"night admin sha256:{hashed}"]), encoding="utf-8"
    )
    return path


@pytest.fixture
def scoped(make_client: Any, publish_model: Any, key_file: Path) -> Any:
    publish_model()
    return make_client(API_KEYS_FILE=key_file)


@pytest.mark.parametrize(
    ("key", "method", "path", "status"),
    [
        (KEY, "POST", "/classify", 200),
        (KEY, "POST", "/feedback", 403),
        (KEY, "POST", "/v1alpha1/comments:suggestscore", 403),
        (KEY, "GET", "/metrics", 200),
        (DESK, "POST", "/classify", 403),
        (DESK, "POST", "/feedback", 501),
        (ADMIN, "GET", "/metrics", 200),
        (ADMIN, "POST", "/classify", 403),
        ("sha256:" + "0" * 64, "GET", "/metrics", 401),
    ],
)
def test_what_a_key_is_for(scoped: Any, key: str, method: str, path: str, status: int) -> None:
    body = {"text": "x", "decision": "approve"} if path == "/feedback" else {"text": "x"}
    answer = scoped.request(method, path, json=body, headers={"X-API-Key": key})
    assert answer.status_code == status, answer.text


def test_a_key_with_a_rate(scoped: Any) -> None:
    headers = {"X-API-Key": DESK}
    body = {"text": "x", "decision": "approve"}
    answers = [scoped.request("POST", "/feedback", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [501, 429]
    assert answers[1].json()["code"] == "rate_limited"
    assert answers[1].headers["retry-after"] == "2"
    assert scoped.classify({"text": "x"}, headers={"X-API-Key": KEY}).status_code == 200


def test_keys_are_rotated_while_serving(scoped: Any, key_file: Path, wait_until: Any) -> None:
    def status(key: str) -> int:
        answer = scoped.classify({"text": "x"}, headers={"X-API-Key": key})
        return int(answer.status_code)

    key_file.write_text(OTHER)
    wait_until(lambda: status(OTHER) == 200)
    assert status(KEY) == 401
    key_file.write_text("too short")  # refused: the keys before stay
    time.sleep(0.2)
    assert status(OTHER) == 200
    key_file.unlink()
    time.sleep(0.2)
    assert status(OTHER) == 200


def test_every_address_has_a_rate_where_there_are_no_keys(
    make_client: Any, publish_model: Any
) -> None:
    publish_model()
    client = make_client(RATE_LIMIT=1)
    statuses = [client.classify({"text": "x"}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert client.get("/readyz").status_code == 200


def test_the_files_of_the_console_use_up_no_rate(make_client: Any, publish_model: Any) -> None:
    publish_model()
    client = make_client(RATE_LIMIT=1)
    assert {client.get(path).status_code for path in CONSOLE_PATHS} == {200}
    assert client.classify({"text": "x"}).status_code == 200


def test_too_much_under_way(make_client: Any, publish_model: Any) -> None:
    publish_model()
    client = make_client(MAX_IN_FLIGHT=1)
    load = client.app.state.context.load
    load.enter()
    answer = client.classify({"text": "x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert answer.headers["retry-after"] == "1"
    assert client.get("/readyz").status_code == 200
    load.leave()
    assert client.classify({"text": "x"}).status_code == 200
    assert load.under_way == 0


def test_a_new_key_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["desk", "--scopes", "classify+feedback", "--rate", "5"]) == 0
    out, err = capsys.readouterr()
    (key,) = parse_keys([out], "test")
    assert key.digest == digest_of(err.split()[-1].encode())
    assert (key.name, sorted(key.scopes), key.rate) == ("desk", ["classify", "feedback"], 5.0)
    assert main(["desk", "--scopes", "everything"]) == 1
    assert "allowed: classify, feedback, admin" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("a b", "has 2 words"),
        (f"a owner {KEY}", "allowed: classify, feedback, admin"),
        ("a classify sha256:12", "no SHA-256"),
        (f"a classify {KEY} fast", "no rate"),
        (f"a classify {KEY} rate=0", "no rate"),
    ],
)
def test_lines_that_are_no_keys(entry: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        parse_keys([entry], "test")
    assert KEY not in str(caught.value)


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    limits = RateLimits(2.0, lambda: now[0])
    for _ in range(4):
        limits.admit("a", None)
    with pytest.raises(Problem):
        limits.admit("a", None)
    limits.admit("b", None)
    now[0] = 0.5
    limits.admit("a", None)


def test_browsers_of_named_origins_may_call(make_client: Any, publish_model: Any) -> None:
    publish_model()
    ask = {"Origin": "https://news.example", "Access-Control-Request-Method": "POST"}
    client = make_client(CORS_ORIGINS="https://news.example", API_KEYS=KEY)
    assert client.request("OPTIONS", "/classify", headers=ask).headers[
        "access-control-allow-origin"
    ] == "https://news.example"  # fmt: skip
    other = client.request("OPTIONS", "/classify", headers={**ask, "Origin": "https://x.example"})
    assert "access-control-allow-origin" not in other.headers
    closed = make_client().request("OPTIONS", "/classify", headers=ask)
    assert "access-control-allow-origin" not in closed.headers


def test_answers_are_compressed_and_marked(make_client: Any, publish_model: Any) -> None:
    publish_model()
    client = make_client()
    answer = client.classify({"comments": [{"text": "x"}] * 50})
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["results"]) == 50
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "content-encoding" not in client.classify({"text": "x"}).headers
