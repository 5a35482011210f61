"""`python -m tests.benchmarks.wire_speed`: other routes beside the no-op's, in turn, in one run.

Perspective's `comments:analyze`, and `/feedback` into SQLite on this machine's disk.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.behaviour.running import ROOT, Service
from tests.benchmarks.load import MISSING, has_wrk, run_load, write_bodies

ROUNDS: Final = 5
SECONDS: Final = 6
CONNECTIONS: Final = 16
BODIES: Final = 1000
_TEXT: Final = (
    "The council voted for the law on Monday, and nobody asked those who live in street {}."
)


def write_requests(folder: Path) -> dict[str, Path]:
    """Write the bodies of each route, one a line.

    Args:
        folder: Where.

    Returns:
        The files by route.
    """
    texts = [_TEXT.format(number) for number in range(BODIES)]
    analyze = [
        {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}} for text in texts
    ]
    decided = [{"text": text, "decision": "approve"} for text in texts]
    return {
        "/noop": write_bodies(folder / "noop", texts),
        "/classify": write_bodies(folder / "classify", texts),
        "/v1alpha1/comments:analyze": _write(folder / "analyze", analyze),
        "/feedback": _write(folder / "feedback", decided),
    }


def _write(path: Path, bodies: Sequence[Mapping[str, object]]) -> Path:
    path.write_text("".join(json.dumps(body) + "\n" for body in bodies), encoding="utf-8")
    return path


def measure(service: Service, requests: dict[str, Path]) -> dict[str, list[float]]:
    """Put load on one route after the other, again and again.

    Args:
        service: Ready, with the no-op route.
        requests: Bodies by route.

    Returns:
        Requests a second by route, one figure a round.

    Raises:
        ValueError: A request failed: its answer would be quicker than a right one.
    """
    rates: dict[str, list[float]] = {route: [] for route in requests}
    for _ in range(ROUNDS):
        for route, bodies in requests.items():
            load = run_load(service.port, route, bodies, connections=CONNECTIONS, seconds=SECONDS)
            if load.failed:
                raise ValueError(f"{load.failed} requests of {route} failed; see the service's log")
            rates[route].append(load.rate)
    return rates


def report(rates: dict[str, list[float]]) -> str:
    """Write the medians in Markdown, each beside the no-op's of the same round.

    Args:
        rates: Requests a second by route, the no-op's among them.

    Returns:
        Lines.
    """
    lines = ["| route | requests/s | of the no-op's | rounds |", "|---|---:|---:|---|"]
    for route, measured in rates.items():
        ratios = [rate / noop for rate, noop in zip(measured, rates["/noop"], strict=True)]
        lines.append(
            f"| `{route}` | {statistics.median(measured):,.0f} | {statistics.median(ratios):.2f} | "
            f"{min(ratios):.2f} to {max(ratios):.2f} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure and print.

    Returns:
        0; 1 where the load generator is missing.
    """
    if not has_wrk():
        sys.stderr.write(f"{MISSING}\n")
        return 1
    with tempfile.TemporaryDirectory(dir=ROOT / "models", prefix=".speed-") as folder:
        place = Path(folder)
        database = f"sqlite:///{place / 'feedback.db'}"
        service = Service(
            ROOT / "models", place / "cache", place / "log", module="tests.benchmarks.noop_app",
            MODERATION_FEEDBACK_DATABASE=database,
        )  # fmt: skip
        try:
            service.wait_ready()
            rates = measure(service, write_requests(place))
        finally:
            service.stop()
    sys.stdout.write(f"{report(rates)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
