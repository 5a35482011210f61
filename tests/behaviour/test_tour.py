"""The lines of docs/tour.md, run in order in a clone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.behaviour.running import free_port, status_of, wait_until

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


@contextmanager
def serving(line: str, clone: Path, port: int, environment: dict[str, str]) -> Iterator[None]:
    """Run the line that keeps its terminal; the service is ready inside."""
    process = subprocess.Popen(
        ["bash", "-c", f"{line} PORT={port}"], cwd=clone, env=environment, start_new_session=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: status_of(port) == 200, 300, process=process, told=lambda: line)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(40)


def test_every_line_of_the_tour(clone: Path, tmp_path: Path) -> None:
    port, started = free_port(), time.monotonic()
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
