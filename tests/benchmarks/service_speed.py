"""`POST /classify` against a route of the same process that does all but judge."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from tests.benchmarks import noop_app
from tests.benchmarks.load import MISSING, Load, has_wrk, run_load, write_bodies
from tests.benchmarks.machine import usable_cores
from tests.benchmarks.measurement import AT_LEAST, BELOW, Cell, Fact, Figure, Goal, Part, Table
from tests.benchmarks.measurement import ratio_figure as ratio
from tests.benchmarks.paired import alternate, seconds_of
from tests.benchmarks.processes import RunningService, running
from tests.benchmarks.setting import Setting

NAME: Final = "service"
TITLE: Final = "Service"
CONNECTIONS: Final = (1, 16, 64)
BATCH: Final = 256
BATCH_CONNECTIONS: Final = 2
CLASSIFY: Final = "/classify"
LATENCIES: Final = "Latencies"
SIZES: Final = 50
"""Answers whose size is compared."""


@dataclass(frozen=True, slots=True)
class _Loads:
    """What both routes did in turn with some workers and connections."""

    workers: int
    connections: int
    rounds: Mapping[str, Sequence[Load]]

    def each(self, route: str, field: str) -> list[float]:
        return [getattr(load, field) for load in self.rounds[route]]


def measure(setting: Setting) -> Part:
    """Measure the service under load.

    Args:
        setting: What to measure with.

    Returns:
        Ratios to the no-op route, latencies, and the cost of batches over HTTP.
    """
    if not has_wrk():
        return Part(NAME, TITLE, skipped=MISSING)
    singles = write_bodies(setting.folder / "singles.jsonl", setting.comments.texts)
    cores = usable_cores()
    loads: list[_Loads] = []
    figures: list[Figure] = []
    sizes: dict[str, float] = {}
    for workers in sorted({1, cores}):
        with running(setting, noop_app.__name__, MODERATION_WORKERS=str(workers)) as service:
            loads += [_alternate(setting, service, singles, workers, c) for c in CONNECTIONS]
            if workers == 1:
                sizes = _answer_sizes(service, singles)
                figures.append(_batches(setting, service))
    facts: dict[str, Fact] = {
        "no-op route": "same process, parsing, formatting, serialiser, counters and log; one "
        "judgement made beforehand for every comment",
        "mean bytes of an answer": ", ".join(f"{r} {size:.0f}" for r, size in sizes.items()),
        "load": f"wrk, one thread, keep-alive, {_seconds(setting)} s a round, on the same "
        f"{cores} cores",
        "failed requests": sum(sum(part.each(route, "failed")) for part in loads
                               for route in part.rounds),
    }  # fmt: skip
    figures = [figure for part in loads for figure in _compare(part)] + figures
    return Part(NAME, TITLE, figures, facts, [_latencies(loads)])


def _seconds(setting: Setting) -> int:
    return 1 if setting.quick else 3


def _alternate(
    setting: Setting, service: RunningService, bodies: Path, workers: int, connections: int
) -> _Loads:
    def load(route: str) -> Load:
        seconds = _seconds(setting)
        return run_load(service.port, route, bodies, connections=connections, seconds=seconds)

    sides = {route: lambda route=route: load(route) for route in (CLASSIFY, noop_app.PATH)}
    return _Loads(workers, connections, alternate(sides, setting.process_rounds))


def _compare(loads: _Loads) -> list[Figure]:
    """Divide what one comment's route did by what the no-op route did."""
    where = f"{loads.workers} {'worker' if loads.workers == 1 else 'workers'}, "
    where += f"{loads.connections} {'connection' if loads.connections == 1 else 'connections'}"
    made = []
    for field, what, goal in (
        ("rate", "requests/s", Goal(AT_LEAST, 0.85)),
        ("p99", "p99", Goal(BELOW, 3.0)),
    ):
        sides = [
            (f"{route}, {what}", loads.each(route, field)) for route in (CLASSIFY, noop_app.PATH)
        ]
        name = f"{what} of /classify over the no-op route's, {where}"
        made.append(ratio(name, sides[0], sides[1], goal, f"{what} over the no-op route's"))
    return made


def _latencies(loads: Sequence[_Loads]) -> Table:
    """List the medians of the rounds."""
    rows: list[Sequence[Cell]] = []
    for part in loads:
        for route in part.rounds:
            times = [
                round(1000 * median(part.each(route, field)), 2) for field in ("p50", "p95", "p99")
            ]
            rate = round(median(part.each(route, "rate")))
            rows.append((part.workers, part.connections, route, rate, *times))
    header = ("workers", "connections", "route", "requests/s", "p50 ms", "p95 ms", "p99 ms")
    return Table(LATENCIES, header, rows)


def _batches(setting: Setting, service: RunningService) -> Figure:
    """Judge batches over HTTP with one worker, and in this process with one thread."""
    texts = setting.comments.texts
    path = write_bodies(setting.folder / "batches.jsonl", texts, comments=BATCH)
    batches = [texts[first : first + BATCH] for first in range(0, len(texts) - BATCH + 1, BATCH)]
    counted = sum(map(len, batches))

    def over_http() -> float:
        load = run_load(service.port, CLASSIFY, path, connections=BATCH_CONNECTIONS,
                        seconds=_seconds(setting))  # fmt: skip
        return BATCH * load.rate

    own = seconds_of(lambda: [setting.judge(batch) for batch in batches], at_least=1.0)
    names = ("HTTP, comments/s", "scorer, comments/s")
    rounds = alternate(
        {names[0]: over_http, names[1]: lambda: counted / own()}, setting.process_rounds
    )
    return ratio(
        f"comments/s over HTTP over the scorer's own, batches of {BATCH}, 1 worker, "
        f"{BATCH_CONNECTIONS} connections",
        (names[0], rounds[names[0]]),
        (names[1], rounds[names[1]]),
        Goal(AT_LEAST, 0.7),
    )


def _answer_sizes(service: RunningService, bodies: Path) -> dict[str, float]:
    """Return the mean size of some answers of each route, in bytes."""
    sent = bodies.read_bytes().splitlines()[:SIZES]
    sizes = {}
    for route in (CLASSIFY, noop_app.PATH):
        answers = [service.post(route, body) for body in sent]
        if any("error" in result for a in answers for result in json.loads(a)["results"]):
            raise ValueError(f"{route} refused one of the measured comments")
        sizes[route] = sum(map(len, answers)) / len(answers)
    return sizes
