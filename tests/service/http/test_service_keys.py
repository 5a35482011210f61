from __future__ import annotations

from typing import Any

import pytest

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
