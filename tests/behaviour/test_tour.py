"""The lines of docs/tour.md, run in order in a clone."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOUR = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
SERVE = "make serve"
MOST_SECONDS = 15 * 60

pytestmark = pytest.mark.slow


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with the environment that runs the tests, so that none has to be made."""
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    (folder / ".venv").symlink_to(sys.prefix)
    for lock in (folder / "requirements").iterdir():
        os.utime(lock, (0, 0))  # older than the environment made from it
    return folder


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
    return found


@contextmanager
def serving(line: str, clone: Path, port: int, environment: dict[str, str]) -> Iterator[None]:
    """Run the line that keeps its terminal; the service is ready inside."""
    process = subprocess.Popen(
        ["bash", "-c", f"{line} PORT={port}"], cwd=clone, env=environment, start_new_session=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 300
        while not ready(port):
            assert process.poll() is None, line
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(40)


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_every_line_of_the_tour(clone: Path, port: int, tmp_path: Path) -> None:
    started = time.monotonic()
    lines = "".join(re.findall(r"```bash\n(.*?)```", TOUR, re.DOTALL))
    first, serve, rest = re.fullmatch(rf"(.*?)([^\n]*{SERVE})\n(.*)", lines, re.DOTALL).groups()  # type: ignore[union-attr]
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("MODERATION_")},
        "MODERATION_CACHE": str(tmp_path / "cache"),
    }
    (tmp_path / "cache").mkdir(mode=0o700)
    subprocess.run(["bash", "-ec", first], cwd=clone, env=environment, check=True)
    with serving(serve, clone, port, environment):
        done = subprocess.run(
            ["bash", "-ec", rest.replace(":8000", f":{port}")], cwd=clone, env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert '"decision":"review"' in done.stdout.replace(": ", ":")
    assert '"received":1,"new":1' in done.stdout
    assert "# Model" in done.stdout
    assert time.monotonic() - started < MOST_SECONDS
