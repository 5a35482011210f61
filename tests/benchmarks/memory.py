"""Memory of the workers, and how long a start takes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.measurement import BELOW, Figure, Goal, Part, Table
from tests.benchmarks.paired import spread
from tests.benchmarks.processes import memory_bytes, running, worker_ids
from tests.benchmarks.setting import Setting

NAME: Final = "memory"
TITLE: Final = "Memory and start"
MOST_WORKERS: Final = 3
POSTS: Final = 300
"""Comments that a service answers before its memory is read."""
MEGABYTE: Final = 1e6


@dataclass(frozen=True, slots=True)
class _Held:
    """Megabytes of a service with some workers, after it has answered."""

    workers: int
    largest: float
    workers_share: float
    watcher_share: float

    @property
    def total(self) -> float:
        return self.workers_share + self.watcher_share


def measure(setting: Setting) -> Part:
    """Measure memory and starts on a warm file cache.

    Args:
        setting: What to measure with.

    Returns:
        Memory of one worker and of each further one; seconds to `/readyz`.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return Part(NAME, TITLE, skipped="the system has no /proc/PID/smaps_rollup (Linux 4.14)")
    rounds = [[_held(setting, n) for n in range(1, MOST_WORKERS + 1)]
              for _ in range(setting.process_rounds)]  # fmt: skip
    alone = [held[0].largest for held in rounds]
    further = [held[2].total - held[1].total for held in rounds]
    starts = []
    for _ in range(setting.process_rounds):
        with running(setting) as service:
            starts.append(service.ready_seconds)
    figures = [
        Figure("resident memory of the only worker", "MB", spread(alone), Goal(BELOW, 230.0),
               {"MB": alone}),
        Figure("memory that each further worker adds (2 to 3 workers, shared pages counted once)",
               "MB", spread(further), Goal(BELOW, 110.0), {"MB": further}),
        Figure("start to /readyz on a warm file cache, 1 worker", "s", spread(starts),
               Goal(BELOW, 2.0), {"seconds": starts}),
    ]  # fmt: skip
    rows = [(h.workers, *(round(v) for v in (h.largest, h.workers_share, h.watcher_share, h.total)))
            for h in rounds[-1]]  # fmt: skip
    header = ("workers", "MB resident, largest worker", "MB of the workers, shared pages divided",
              "MB of the process that watches them", "MB in total")  # fmt: skip
    facts = {
        "when": f"after {POSTS} comments, one a request",
        "compiled code": "kept from an earlier start, as after the first start of an installation",
    }
    return Part(NAME, TITLE, figures, facts, [Table("Memory by workers", header, rows)])


def _held(setting: Setting, workers: int) -> _Held:
    """Start a service, let it answer, and read its processes' memory."""
    bodies = [json.dumps({"text": text}).encode() for text in setting.comments.texts[:POSTS]]
    with running(setting, MODERATION_WORKERS=str(workers)) as service:
        for body in bodies:
            service.post("/classify", body)
        ids = worker_ids(service)
        resident = [memory_bytes(worker, "Rss") / MEGABYTE for worker in ids]
        shares = [memory_bytes(worker, "Pss") / MEGABYTE for worker in ids]
        watcher = service.process.pid
        share = 0.0 if ids == [watcher] else memory_bytes(watcher, "Pss") / MEGABYTE
    return _Held(workers, max(resident), sum(shares), share)
