"""A running `python -m service` with the tiny model of the service's tests."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scoring.artifacts.selection import make_current
from tests.canaries import leaks
from tests.tiny_models import FIRST, SECOND, publish_tiny

ROOT = Path(__file__).parents[2]
START_SECONDS = 120.0


def free_port() -> int:
    """Find a port of this machine on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def status_of(port: int, path: str = "/readyz") -> int:
    """Ask a service of this machine; 0 where nobody answers."""
    try:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as asked:
            asked.request("GET", path)
            return asked.getresponse().status
    except OSError:
        return 0


def wait_until(
    condition: Callable[[], bool],
    seconds: float = 60.0,
    *,
    process: subprocess.Popen[bytes] | None = None,
    told: Callable[[], str] = lambda: "the condition did not come true in time",
) -> None:
    """Wait for a condition, and no longer than the process lives that should bring it about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert process is None or process.poll() is None, told()
        assert time.monotonic() < deadline, told()
        time.sleep(0.02)


def publish_tiny_model(models: Path, *, second: bool = False) -> str:
    """Publish the tiny model of the service's tests, under one of two versions."""
    return publish_tiny(models, SECOND if second else FIRST)


def publish_shipped_model(models: Path) -> str:
    """Copy the model that git tracks into a folder of versions of its own, and use it."""
    version = (ROOT / "models" / "CURRENT").read_text(encoding="utf-8").strip()
    shutil.copytree(ROOT / "models" / version, models / version)
    make_current(models, version)
    return version


def run_program(command: list[str], **variables: str) -> str:
    """Run a program in the checkout without the machine's own proxies; what it printed."""
    inherited = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    done = subprocess.run(
        command, cwd=ROOT, env={**inherited, **variables}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


class Service:
    """A running `python -m service`."""

    def __init__(
        self,
        models: Path,
        kernel_cache: Path,
        log: Path,
        *,
        module: str = "service",
        **variables: str,
    ) -> None:
        self.port = free_port()
        self.log = log
        self.models = models
        self.module = module
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("MODERATION_")}
        self.environment = {
            **inherited,
            "MODERATION_PORT": str(self.port),
            "MODERATION_MODELS": str(models),
            "MODERATION_CACHE": str(kernel_cache),
            **variables,
        }
        self.begin()

    def begin(self) -> None:
        """Start the process: at first, and again after its end on the same port."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module],
                cwd=ROOT,
                env=self.environment,
                stderr=output,
            )

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def get(self, path: str) -> int:
        return status_of(self.port, path)

    def text(self, path: str) -> str:
        with contextlib.closing(self.connect()) as connection:
            connection.request("GET", path)
            return connection.getresponse().read().decode()

    def classify(self, body: bytes) -> tuple[int, Any]:
        with contextlib.closing(self.connect()) as connection:
            connection.request("POST", "/classify", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, json.loads(response.read())

    def wait_ready(self) -> None:
        wait_until(
            lambda: self.get("/readyz") == 200,
            START_SECONDS,
            process=self.process,
            told=self.log.read_text,
        )

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if not self.log.is_file():  # a pipe that nobody reads
            return
        leaked = leaks(self.log.read_text(encoding="utf-8", errors="replace"))
        assert not leaked, f"the log holds {leaked}"
