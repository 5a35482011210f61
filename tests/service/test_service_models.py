from __future__ import annotations

import logging
import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest

FIRST, SECOND = "2026-11-22T000000Z-first", "2026-11-23T000000Z-second"
INSULT = {"text": "you are an idiot"}


def refusals(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.message == "model refused"]


def test_a_model_published_later_is_found(
    make_client: Any, publish_model: Any, wait_until: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(ready=False)
    wait_until(lambda: "MODERATION_MODELS" in client.get("/readyz").json()["detail"])
    publish_model()
    wait_until(lambda: client.get("/readyz").status_code == 200)
    assert client.get("/readyz").json()["model"] == FIRST
    assert len(refusals(caplog)) == 1


def test_one_of_several_workers_takes_no_connection_before_its_model_is_there(
    make_client: Any, publish_model: Any
) -> None:
    publish_model()
    client = make_client(ready=False, WORKERS="2")
    assert client.get("/readyz").status_code == 200


def test_several_workers_without_a_model_say_so(make_client: Any) -> None:
    client = make_client(ready=False, WORKERS="2")
    assert "no model is published" in client.get("/readyz").json()["detail"]


def test_a_swap_while_serving_mixes_nothing(
    client: Any, publish_model: Any, wait_until: Any
) -> None:
    seen: set[tuple[str, float]] = set()
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            answer = client.classify({"comments": [INSULT] * 100}).json()
            seen.update((answer["model"], result["reject"]) for result in answer["results"])

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: len(seen) >= 1)
    publish_model(SECOND, insult_weight=8.0)
    wait_until(lambda: client.get("/readyz").json()["model"] == SECOND)
    wait_until(lambda: len(seen) >= 2)
    done.set()
    asking.join()
    assert len(seen) == 2
    assert {version for version, _ in seen} == {FIRST, SECOND}


@pytest.mark.parametrize("damage", ["change", "remove", "truncate"])
def test_a_damaged_version_keeps_the_old_one(
    client: Any,
    models: Path,
    publish_model: Any,
    wait_until: Any,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    damage: str,
) -> None:
    elsewhere = tmp_path / "elsewhere"
    publish_model(SECOND, models=elsewhere)
    weights = elsewhere / SECOND / "weights.npy"
    content = weights.read_bytes()
    if damage == "remove":
        weights.unlink()
    else:
        weights.write_bytes(content[:-1] + (b"" if damage == "truncate" else b"\xff"))
    (elsewhere / SECOND).rename(models / SECOND)
    (elsewhere / "CURRENT").replace(models / "CURRENT")
    wait_until(lambda: len(refusals(caplog)) > 0)
    time.sleep(0.3)
    assert client.classify(INSULT).json()["model"] == FIRST
    (refused,) = refusals(caplog)
    assert refused.fields["model"] == SECOND  # type: ignore[attr-defined]
    assert refused.fields["serving"] == FIRST  # type: ignore[attr-defined]
    assert re.search(r"load_failures_total 1\.0\n", client.get("/metrics").text)


@pytest.mark.parametrize("content", [b"../elsewhere\n", b"", b"\xff\xfe", b"2026-none\n"])
def test_a_senseless_current_keeps_the_old_one(
    client: Any, models: Path, wait_until: Any, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (models / "CURRENT").write_bytes(content)
    wait_until(lambda: len(refusals(caplog)) > 0)
    assert client.classify(INSULT).json()["model"] == FIRST
    (models / "CURRENT").write_text(f"{FIRST}\n")
    assert client.get("/readyz").status_code == 200
