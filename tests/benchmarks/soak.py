"""`python -m tests.benchmarks.soak`: the service at a share of its capacity for as long as asked.

What grows shows: memory, open files, latency. Exits with 1 where memory or files do, or a request
fails.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import uvloop

from tests.behaviour.running import ROOT, Service

CAPACITY_SECONDS: Final = 15.0
CONNECTIONS: Final = 16
SAMPLE_SECONDS: Final = 10.0
MOST_GROWTH: Final = 1.05
"""Memory of the last fifth over that of the second: the first fills what is filled once."""
_TEXT: Final = "The council voted for the law on Monday, and nobody asked those who live there."
BODY: Final = json.dumps({"text": _TEXT}).encode()
REQUEST: Final = (
    b"POST /classify HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)
_LENGTH: Final = re.compile(rb"content-length: (\d+)")


@dataclass(frozen=True, slots=True)
class Sample:
    """What some seconds showed.

    Attributes:
        seconds: Since the start.
        requests: Answered.
        failed: Answered with anything but 200, or not.
        p50: Median latency in milliseconds.
        p99: 99th percentile in milliseconds.
        resident: Resident memory in MB.
        files: Open file descriptors.
    """

    seconds: float
    requests: int
    failed: int
    p50: float
    p99: float
    resident: float
    files: int


async def load(port: int, seconds: float, rate: float | None, process: int) -> list[Sample]:
    """Send requests over kept connections, and look at the process now and then.

    Args:
        port: Of the service, on 127.0.0.1.
        seconds: For so long.
        rate: Requests a second; None: as many as it takes.
        process: The service's.

    Returns:
        A sample for each `SAMPLE_SECONDS`.
    """
    latencies: list[float] = []
    failed = [0]
    stop = asyncio.Event()
    samples: list[Sample] = []
    started = time.monotonic()

    async def call(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        step = None if rate is None else CONNECTIONS / rate
        due = time.monotonic() + (number / CONNECTIONS) * (step or 0.0)
        while not stop.is_set():
            if step is not None:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                due += step
            begun = time.perf_counter()
            writer.write(REQUEST)
            head = await reader.readuntil(b"\r\n\r\n")
            found = _LENGTH.search(head)
            await reader.readexactly(int(found[1]) if found else 0)
            failed[0] += not head.startswith(b"HTTP/1.1 200 ")
            latencies.append(time.perf_counter() - begun)
        writer.close()

    calls = [asyncio.create_task(call(number)) for number in range(CONNECTIONS)]
    while time.monotonic() - started < seconds:
        await asyncio.sleep(min(SAMPLE_SECONDS, seconds))
        ended = [one for one in calls if one.done()]  # a connection that the service cut
        samples.append(
            _sample(time.monotonic() - started, latencies, failed[0] + len(ended), process)
        )
        latencies.clear()
        failed[0] = 0
    stop.set()
    await asyncio.gather(*calls, return_exceptions=True)
    return samples


def _sample(seconds: float, latencies: list[float], failed: int, process: int) -> Sample:
    ranked = sorted(latencies) or [0.0]
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return Sample(
        round(seconds, 1),
        len(latencies),
        failed,
        round(1000 * ranked[len(ranked) // 2], 2),
        round(1000 * ranked[int(len(ranked) * 0.99)], 2),
        round(int(resident.split()[1]) / 1024, 1),
        len(list(Path(f"/proc/{process}/fd").iterdir())),
    )


def faults(samples: Sequence[Sample]) -> list[str]:
    """Say what grew or failed.

    Args:
        samples: In order, at least five.

    Returns:
        A sentence for each fault; none where all is flat.
    """
    fifth = len(samples) // 5
    early, late = samples[fifth : 2 * fifth], samples[-fifth:]
    found = []
    if sum(one.failed for one in samples):
        found.append(f"{sum(one.failed for one in samples)} requests failed")
    if max(o.resident for o in late) > MOST_GROWTH * max(o.resident for o in early):
        found.append("resident memory grew")
    if max(one.files for one in late) > max(one.files for one in early) + 2:
        found.append("open files grew")
    return found


def table(samples: Sequence[Sample]) -> str:
    """Write the second and the last fifth beside each other, in Markdown.

    Args:
        samples: In order, at least five.

    Returns:
        Lines.
    """
    fifth = len(samples) // 5
    parts = {"second fifth": samples[fifth : 2 * fifth], "last fifth": samples[-fifth:]}
    lines = [
        "| | requests | failed | p50 ms | p99 ms | memory MB | open files |",
        "|---|" + "---:|" * 6,
    ]
    for name, part in parts.items():
        ranked = sorted(one.p99 for one in part)
        lines.append(
            f"| {name} | {sum(o.requests for o in part):,} | {sum(o.failed for o in part)} | "
            f"{sorted(o.p50 for o in part)[len(part) // 2]} | {ranked[len(part) // 2]} | "
            f"{max(o.resident for o in part)} | {max(o.files for o in part)} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the soak.

    Args:
        arguments: Words of the command line; the process's own where None.

    Returns:
        0 where all is flat, else 1.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--share", type=float, default=0.7, help="of the capacity")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        service = Service(ROOT / "models", place / "cache", place / "log")
        try:
            service.wait_ready()
            process = service.process.pid
            most = uvloop.run(load(service.port, CAPACITY_SECONDS, None, process))
            capacity = sum(one.requests for one in most) / most[-1].seconds
            seconds, rate = 60.0 * options.minutes, options.share * capacity
            samples = uvloop.run(load(service.port, seconds, rate, process))
        finally:
            service.stop()
    found = faults(samples)
    sys.stdout.write(
        f"capacity by this caller {capacity:,.0f} requests/s, held at {options.share:g} of it for "
        f"{options.minutes:g} minutes\n\n{table(samples)}\n\n{'; '.join(found) or 'nothing grew'}\n"
    )
    record = {"capacity": capacity, "share": options.share, "samples": [asdict(o) for o in samples]}
    (ROOT / "docs" / "soak.json").write_text(json.dumps(record) + "\n", encoding="utf-8")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
