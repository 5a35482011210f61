"""What goes wrong at night: killed processes, full disks, broken models, bodies without end."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.behaviour.running import Service, publish_tiny_model

pytestmark = pytest.mark.slow

INSULT = b'{"text": "you are an idiot"}'
CANARY = "xylofoonkwarktaart"


class Asking:
    """Classifies again and again from threads, and counts what came back."""

    def __init__(self, service: Service, threads: int = 4) -> None:
        self.statuses: list[int] = []
        self.models: set[str] = set()
        self._service = service
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def __enter__(self) -> Asking:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                status, answer = self._service.classify(INSULT)
                self.statuses.append(status)
                self.models.add(answer.get("model", ""))
            except (OSError, http.client.HTTPException):
                self.statuses.append(0)


def children(process: subprocess.Popen[bytes]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    commands = {int(c): Path(f"/proc/{c}/cmdline").read_bytes() for c in listed.split()}
    return [child for child, command in commands.items() if b"spawn_main" in command]


def resident(process: int) -> float:
    """Resident memory in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def wait(condition: Callable[[], bool], seconds: float = 30.0, log: Path | None = None) -> None:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, log and log.read_text()[-3000:]
        time.sleep(0.05)


def test_a_worker_that_is_killed_is_replaced(start: Callable[..., Service]) -> None:
    service = start(MODERATION_WORKERS="2")
    service.wait_ready()
    first = children(service.process)
    with Asking(service) as asking:
        time.sleep(0.5)
        os.kill(first[0], signal.SIGKILL)
        wait(lambda: len(set(children(service.process)) - set(first)) == 1, 45, service.log)
        time.sleep(2)
    lost = sum(status != 200 for status in asking.statuses)
    assert len(asking.statuses) > 200
    assert lost <= 4  # what the dead worker had under way, one for each caller


def test_no_acknowledged_feedback_is_lost(start: Callable[..., Service], tmp_path: Path) -> None:
    path = tmp_path / "feedback.db"
    service = start(MODERATION_FEEDBACK_DATABASE=f"sqlite:///{path}")
    service.wait_ready()
    acknowledged: list[str] = []

    def send(caller: int) -> None:
        for number in range(10_000):
            body = {"text": "x y", "decision": "approve", "idempotency_key": f"{caller}-{number}"}
            try:
                with contextlib.closing(service.connect()) as connection:
                    headers = {"Content-Type": "application/json"}
                    connection.request("POST", "/feedback", json.dumps(body), headers)
                    if connection.getresponse().status != 200:
                        return
            except (OSError, http.client.HTTPException):
                return
            acknowledged.append(f"{caller}-{number}")

    callers = [threading.Thread(target=send, args=(caller,)) for caller in range(4)]
    for caller in callers:
        caller.start()
    wait(lambda: len(acknowledged) > 200)
    service.process.kill()
    for caller in callers:
        caller.join()
    with contextlib.closing(sqlite3.connect(path)) as database:
        kept = {key for (key,) in database.execute("SELECT idempotency_key FROM feedback")}
    assert set(acknowledged) <= kept


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("this user may not mount a tmpfs")
    yield folder
    # the service still holds the database: the disk goes once it has ended
    subprocess.run(["umount", "--lazy", str(folder)], check=False)


def test_a_full_disk_refuses_feedback_and_nothing_else(
    start: Callable[..., Service], small_disk: Path
) -> None:
    service = start(MODERATION_FEEDBACK_DATABASE=f"sqlite:///{small_disk / 'feedback.db'}")
    service.wait_ready()

    def feedback(text: str) -> int:
        with contextlib.closing(service.connect()) as connection:
            body = json.dumps({"text": text, "decision": "approve"})
            connection.request("POST", "/feedback", body, {"Content-Type": "application/json"})
            return connection.getresponse().status

    assert feedback("before") == 200
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(b"x" * 4096)
            file.flush()
    assert feedback("w " * 5000) == 503
    assert service.classify(INSULT)[0] == 200
    filler.unlink()
    assert feedback("after") == 200


def test_a_broken_model_under_load_changes_nothing(
    start: Callable[..., Service], tmp_path: Path
) -> None:
    service = start()
    service.wait_ready()
    models = tmp_path / "models"
    good = (models / "CURRENT").read_text()
    shutil.copytree(models / good.strip(), models / "2026-11-30T000000Z-broken")
    weights = models / "2026-11-30T000000Z-broken" / "weights.npy"
    weights.write_bytes(weights.read_bytes()[:-8])
    with Asking(service) as asking:
        (models / "CURRENT").write_text("2026-11-30T000000Z-broken\n")
        wait(
            lambda: (
                "model refused" in service.log.read_text() or "broken" in service.log.read_text()
            )
        )
        time.sleep(0.5)
    assert set(asking.statuses) == {200}
    assert service.classify(INSULT)[1]["model"] == good.strip()


def test_current_is_replaced_again_and_again_under_load(
    start: Callable[..., Service], tmp_path: Path
) -> None:
    service = start(MODERATION_RELOAD_SECONDS="0.05")
    service.wait_ready()
    models = tmp_path / "models"
    versions = [(models / "CURRENT").read_text().strip(), publish_tiny_model(models, second=True)]
    with Asking(service, 64) as asking:
        for number in range(1000):
            staged = models / ".CURRENT.tmp"
            staged.write_text(f"{versions[number % 2]}\n")
            staged.replace(models / "CURRENT")
            time.sleep(0.01)
    assert set(asking.statuses) == {200}
    assert asking.models == set(versions)


def test_bodies_that_are_too_large_or_never_end(start: Callable[..., Service]) -> None:
    service = start()
    service.wait_ready()
    before = resident(service.process.pid)
    for head in (b"Content-Length: 100000000", b"Transfer-Encoding: chunked"):
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.settimeout(20)
            opening = b"POST /classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            connection.sendall(opening + head + b"\r\n\r\n")
            with contextlib.suppress(OSError):
                for _ in range(2000):
                    connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            with contextlib.suppress(OSError):
                assert b" 413 " in connection.recv(200)
    assert resident(service.process.pid) - before < 120
    assert service.classify(INSULT)[0] == 200


def test_idle_connections_hold_nobody_up(start: Callable[..., Service]) -> None:
    service = start()
    service.wait_ready()
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.ExitStack() as stack:
        for _ in range(min(10_000, files - 200)):
            stack.enter_context(socket.create_connection(("127.0.0.1", service.port)))
        started = time.monotonic()
        assert service.classify(INSULT)[0] == 200
        assert time.monotonic() - started < 2


def test_damaged_compiled_code_is_made_anew(
    start: Callable[..., Service], kernel_cache: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    shutil.copytree(kernel_cache, cache)
    cache.chmod(0o700)
    for path in cache.rglob("*.nb?"):
        path.write_bytes(path.read_bytes()[:100])
    service = start(MODERATION_CACHE=str(cache))
    service.wait_ready()
    assert service.classify(INSULT)[0] == 200


def test_nothing_of_a_comment_or_a_key_is_logged(start: Callable[..., Service]) -> None:
    key = f"{CANARY}-key-of-the-desk"
    service = start(MODERATION_API_KEYS=key, MODERATION_LOG_LEVEL="debug")
    while service.get("/readyz") != 200:
        time.sleep(0.05)
    for body, sent in (
        (json.dumps({"text": CANARY, "id": CANARY, "explain": True}).encode(), key),
        (f'{{"text": "{CANARY}'.encode(), key),
        (f'{{"text": "\\ud83d {CANARY}"}}'.encode(), f"{key}-wrong"),
        (CANARY.encode() + b"\xff", key),
    ):
        with contextlib.closing(service.connect()) as connection:
            headers = {"Content-Type": "application/json", "X-API-Key": sent}
            connection.request("POST", f"/classify?{CANARY}", body, {**headers, "X-Other": CANARY})
            connection.getresponse().read()
    with contextlib.closing(service.connect()) as connection:
        connection.request("GET", f"/{CANARY}", headers={"Authorization": f"Bearer {key}"})
        assert connection.getresponse().status == 404
    service.process.send_signal(signal.SIGTERM)
    service.process.wait(20)
    written = service.log.read_text()
    assert written.count('"event":"request"') >= 5
    assert CANARY not in written
