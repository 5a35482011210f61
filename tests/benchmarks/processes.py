"""Starts the service as it is run, waits until it can answer, stops it, reads its memory."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.behaviour.running import free_port
from tests.benchmarks.setting import MODELS, ROOT, Setting

START_SECONDS: Final = 120.0
STOP_SECONDS: Final = 40.0
_LOOK_SECONDS: Final = 0.002


class ServiceFailed(RuntimeError):
    """The measured service did not start or did not stop."""


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that answers.

    Attributes:
        process: The first process: the only worker, or the one that watches the workers.
        port: On 127.0.0.1.
        log: Its log.
        ready_seconds: From its start to the first 200 of `/readyz`.
    """

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    ready_seconds: float

    def post(self, route: str, body: bytes) -> bytes:
        """Post one body and return the answer's."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port)) as connection:
            connection.request("POST", route, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
        if answer.status != http.client.OK:
            raise ServiceFailed(f"POST {route} answered {answer.status}; its log is {self.log}")
        return content

    def loads(self) -> list[dict[str, Any]]:
        """Return the log's lines about models that were loaded, in order."""
        lines = self.log.read_bytes().splitlines()
        return [json.loads(line) for line in lines if b'"model loaded"' in line]


@contextlib.contextmanager
def running(
    setting: Setting, module: str = "service", *, models: Path = MODELS, **variables: str
) -> Iterator[RunningService]:
    """Run the service as `make serve` does, with the folder of compiled code that is shared.

    Args:
        setting: What to measure with.
        module: What `python -m` runs.
        models: The folder of models.
        variables: Further settings of the service.

    Yields:
        The service, once every worker has its model.

    Raises:
        ServiceFailed: It did not start.
    """
    port = free_port()
    log = setting.folder / f"service-{port}.log"
    chosen = {
        "MODERATION_PORT": str(port),
        "MODERATION_MODELS": str(models),
        "MODERATION_CACHE": str(setting.cache),
        **variables,
    }
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("MODERATION_")}
    process, started = _start([setting.service_python, "-m", module], {**inherited, **chosen}, log)
    try:
        _wait_ready(process, port, log, started)
        service = RunningService(process, port, log, time.perf_counter() - started)
        _wait_loaded(service, int(chosen.get("MODERATION_WORKERS", "1")))
        yield service
    finally:
        _stop(process)


def _start(
    command: Sequence[str], environment: Mapping[str, str], log: Path
) -> tuple[subprocess.Popen[bytes], float]:
    with log.open("wb") as output:
        started = time.perf_counter()
        return subprocess.Popen(command, cwd=ROOT, env=dict(environment), stderr=output), started


def _wait_ready(process: subprocess.Popen[bytes], port: int, log: Path, started: float) -> None:
    while not _is_ready(port):
        if process.poll() is not None or time.perf_counter() - started > START_SECONDS:
            raise ServiceFailed(f"the service did not start; the end of its log: {_end_of(log)}")
        time.sleep(_LOOK_SECONDS)


def _wait_loaded(service: RunningService, workers: int) -> None:
    """Wait for every worker: `/readyz` speaks for the one that answered."""
    started = time.perf_counter()
    while len(service.loads()) < workers:
        if time.perf_counter() - started > START_SECONDS:
            raise ServiceFailed(f"only {len(service.loads())} of {workers} workers have a model")
        time.sleep(0.05)


def _is_ready(port: int) -> bool:
    try:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-400:]


def worker_ids(service: RunningService) -> list[int]:
    """Return the process ids of the workers: of the only process, or of its children that serve.

    Args:
        service: A running service, on Linux.
    """
    children = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
            command = status.with_name("cmdline").read_bytes()
            # the other child is multiprocessing's resource tracker
            if int(fields["PPid"]) == service.process.pid and b"spawn_main" in command:
                children.append(int(status.parent.name))
    return sorted(children) or [service.process.pid]


def memory_bytes(process_id: int, field: str) -> int:
    """Read how much memory a process holds.

    Args:
        process_id: The process, on Linux.
        field: `Rss`, all of it; `Pss`, shared pages divided among those who share them.

    Returns:
        Bytes.

    Raises:
        OSError: The system does not tell.
    """
    for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return 1024 * int(value.split()[0])
    raise OSError(f"/proc/{process_id}/smaps_rollup has no {field}; this needs Linux 4.14 or later")
