"""Load on a running service, by wrk: a generator in C, so that it costs little of the machine."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SCRIPT: Final = Path(__file__).with_name("rotate.lua")
MISSING: Final = (
    "wrk, the load generator, is not installed: `apt-get install wrk` or `brew install wrk`"
)


@dataclass(frozen=True, slots=True)
class Load:
    """What some seconds of load measured.

    Attributes:
        requests: Answers.
        seconds: Duration.
        failed: Answers with a status from 400 on, and errors of the sockets.
        p50: Median latency in seconds.
        p95: 95th percentile.
        p99: 99th percentile.
        longest: Longest latency.
    """

    requests: int
    seconds: float
    failed: int
    p50: float
    p95: float
    p99: float
    longest: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def has_wrk() -> bool:
    """Tell whether the load generator is installed."""
    return shutil.which("wrk") is not None


def write_bodies(path: Path, texts: Sequence[str], *, comments: int = 1) -> Path:
    """Write request bodies, one a line.

    Args:
        path: The file.
        texts: Comments.
        comments: How many go into one body: body i begins with comment i, and the last ones go on
            with the first.

    Returns:
        The same path.

    Raises:
        OSError: The file cannot be written.
    """
    around = [*texts, *texts]
    bodies = []
    for first in range(0, len(texts), max(1, comments // 4)):
        chosen = around[first : first + comments]
        listed = [{"id": f"c{n}", "text": text} for n, text in enumerate(chosen, first)]
        bodies.append(json.dumps({"comments": listed}, ensure_ascii=False))
    path.write_text("\n".join(bodies) + "\n", encoding="utf-8")
    return path


def start_load(
    port: int, route: str, bodies: Path, *, connections: int, seconds: int
) -> subprocess.Popen[bytes]:
    """Start to post bodies in turn over keep-alive connections.

    Args:
        port: Port on this machine.
        route: Path of the route.
        bodies: One JSON body a line.
        connections: How many at once; each waits for its answer before it sends again.
        seconds: For how long.

    Returns:
        The running generator, for `finish_load`.
    """
    command = [
        "wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s",
        "--timeout", "10s", "--script", str(SCRIPT), f"http://127.0.0.1:{port}",
        "--", route, str(bodies),
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def finish_load(process: subprocess.Popen[bytes]) -> Load:
    """Wait for the generator's end and read what it measured.

    Args:
        process: As `start_load` returns it.

    Raises:
        ValueError: The generator printed no measurement.
    """
    output, _ = process.communicate()
    return parse_output(output.decode())


def run_load(port: int, route: str, bodies: Path, *, connections: int, seconds: int) -> Load:
    """Post bodies for some seconds; see `start_load`.

    Args:
        port: Port on this machine.
        route: Path of the route.
        bodies: One JSON body a line.
        connections: How many at once.
        seconds: For how long.

    Returns:
        What was measured.
    """
    started = start_load(port, route, bodies, connections=connections, seconds=seconds)
    return finish_load(started)


def parse_output(output: str) -> Load:
    """Read what the script printed at its end.

    Args:
        output: All that the generator printed.

    Returns:
        What was measured.

    Raises:
        ValueError: There is no measurement in it.
    """
    lines = output.strip().splitlines()
    if not lines or not lines[-1].startswith("{"):
        raise ValueError(
            f"wrk ended with {len(lines)} lines and no measurement; run it by hand with {SCRIPT}"
        )
    return Load(**json.loads(lines[-1]))
