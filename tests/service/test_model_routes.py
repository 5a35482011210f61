from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

FIRST, SECOND = "2026-11-22T000000Z-first", "2026-11-23T000000Z-second"
DESK, ADMIN = "desk-key-of-the-newsroom", "admin-key-of-the-newsroom"


def sent(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def client(make_client: Any, publish_model: Any, tmp_path: Path) -> Any:
    publish_model(SECOND)
    publish_model(FIRST)
    keys = tmp_path / "keys"
    keys.write_text(f"desk classify+feedback {DESK}\noperator admin {ADMIN}\n")
    keys.chmod(0o600)
    return make_client(API_KEYS_FILE=str(keys))


def test_another_model_is_taken_and_the_one_before_again(client: Any, wait_until: Any) -> None:
    listed = client.get("/models", headers=sent(ADMIN)).json()
    assert listed["serving"] == FIRST
    assert {one["version"] for one in listed["versions"]} == {FIRST, SECOND}

    answer = client.request("POST", "/models/use", json={"version": SECOND}, headers=sent(ADMIN))
    assert answer.status_code == 200
    assert answer.json()["chosen"] == SECOND
    wait_until(lambda: client.get("/readyz").json()["model"] == SECOND)

    answer = client.request("POST", "/models/roll-back", headers=sent(ADMIN))
    assert answer.json()["chosen"] == FIRST
    wait_until(lambda: client.get("/readyz").json()["model"] == FIRST)

    answer = client.request("POST", "/models/roll-back", headers=sent(ADMIN))
    assert (answer.status_code, answer.json()["code"]) == (409, "model_unusable")


def test_a_desk_may_not_change_the_model(client: Any) -> None:
    for answer in (
        client.get("/models", headers=sent(DESK)),
        client.request("POST", "/models/use", json={"version": SECOND}, headers=sent(DESK)),
        client.request("POST", "/models/roll-back", headers=sent(DESK)),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert client.request("POST", "/models/roll-back").status_code == 401


def test_a_service_without_keys_leaves_its_model_to_the_command_line(
    make_client: Any, publish_model: Any
) -> None:
    publish_model()
    answer = make_client().request("POST", "/models/use", json={"version": FIRST})
    assert (answer.status_code, answer.json()["code"]) == (403, "admin_key_required")
    assert "MODERATION_API_KEYS_FILE" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"version": "2020-01-01T000000Z-gone"}, 404, "unknown_model"),
        ({"version": "../outside"}, 404, "unknown_model"),
        ({"version": 7}, 422, "invalid_request"),
        ({}, 422, "invalid_request"),
        ([FIRST], 422, "invalid_request"),
    ],
)
def test_a_model_that_is_not_there_changes_nothing(
    client: Any, body: Any, status: int, code: str
) -> None:
    answer = client.request("POST", "/models/use", json=body, headers=sent(ADMIN))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert client.get("/models", headers=sent(ADMIN)).json()["serving"] == FIRST


def test_a_damaged_model_is_refused_and_the_one_before_stays(client: Any, models: Path) -> None:
    (models / SECOND / "weights.npy").write_bytes(b"short")
    answer = client.request("POST", "/models/use", json={"version": SECOND}, headers=sent(ADMIN))
    assert (answer.status_code, answer.json()["code"]) == (409, "model_unusable")
    assert client.get("/readyz").json()["model"] == FIRST


def test_a_folder_that_cannot_be_written_is_said(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("scoring.artifacts.selection.replace_file", refuse)
    answer = client.request("POST", "/models/use", json={"version": SECOND}, headers=sent(ADMIN))
    assert (answer.status_code, answer.json()["code"]) == (503, "models_unwritable")
    assert "Read-only" in answer.json()["detail"]
