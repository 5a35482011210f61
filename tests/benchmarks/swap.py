"""Loading a model, and swapping one for another while requests come in."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from scoring.artifacts.selection import make_current
from scoring.artifacts.verified_files import MANIFEST, read_verified
from scoring.artifacts.versions import load_version, publish
from tests.benchmarks.load import MISSING, Load, finish_load, has_wrk, start_load, write_bodies
from tests.benchmarks.measurement import AT_MOST, BELOW, Figure, Goal, Part
from tests.benchmarks.paired import alternate, seconds_of, spread
from tests.benchmarks.processes import RunningService, running
from tests.benchmarks.setting import MODELS, Setting

NAME: Final = "swap"
TITLE: Final = "Loading and swapping models"
VERSIONS: Final = ("bench-a", "bench-b")
CONNECTIONS: Final = 16
PAUSE_SECONDS: Final = 2.0
"""Between two swaps; the service looks at CURRENT every second."""


@dataclass(frozen=True, slots=True)
class _Swaps:
    """Some swaps: how long each loaded, and from CURRENT's change to its use, in seconds."""

    loading: list[float]
    delays: list[float]


def measure(setting: Setting) -> Part:
    """Measure loads and swaps.

    Args:
        setting: What to measure with.

    Returns:
        Milliseconds of loads and swaps, and requests that failed meanwhile.
    """
    models = _two_versions(setting.folder / "models")
    version = VERSIONS[0]
    sides = {"seconds": seconds_of(lambda: load_version(models, version))}
    loads = [1000 * s for s in alternate(sides, setting.rounds)["seconds"]]
    load_figure = Figure(
        "load and verify the model, without a service", "ms", spread(loads), None,
        {"ms": loads},
    )  # fmt: skip
    if not has_wrk():
        return Part(NAME, TITLE, [load_figure], {"not measured": MISSING})
    bodies = write_bodies(setting.folder / "swap.jsonl", setting.comments.texts)
    with running(setting, models=models) as service:
        idle = _swaps(service, models, setting.rounds)
        seconds = round(PAUSE_SECONDS * (setting.rounds + 1.5))
        started = start_load(
            service.port, "/classify", bodies, connections=CONNECTIONS, seconds=seconds
        )
        time.sleep(PAUSE_SECONDS / 2)
        busy = _swaps(service, models, setting.rounds)
        load = finish_load(started)
    figures = [load_figure, *_figures(idle, busy, load)]
    facts = {
        "load": f"wrk, {CONNECTIONS} connections, one worker, {load.requests:,} requests in "
        f"{load.seconds:.0f} s, {len(busy.loading)} swaps",
        "swap": "from the look at CURRENT that finds another version to its use: read, verify "
        "checksums and golden comments, warm up; in a thread beside the requests",
    }
    return Part(NAME, TITLE, figures, facts)


def _figures(idle: _Swaps, busy: _Swaps, load: Load) -> list[Figure]:
    def milliseconds(
        name: str, seconds: list[float], goal: Goal | None = None, group: str = ""
    ) -> Figure:
        values = [1000 * s for s in seconds]
        return Figure(name, "ms", spread(values), goal, {"ms": values}, group)

    return [
        milliseconds("swap, no load", idle.loading, Goal(BELOW, 100.0), "swap"),
        milliseconds("swap under load", busy.loading, Goal(BELOW, 100.0), "swap"),
        Figure("requests that failed during the swaps", "", spread([load.failed]),
               Goal(AT_MOST, 0.0)),
        milliseconds("longest request during the swaps", [load.longest]),
        milliseconds("from CURRENT's change to the new model's use, under load", busy.delays),
    ]  # fmt: skip


def _two_versions(models: Path) -> Path:
    """Publish the model in use twice under other names."""
    contents = read_verified(MODELS / (MODELS / "CURRENT").read_text().strip())
    manifest = load_version(MODELS, (MODELS / "CURRENT").read_text().strip()).manifest
    files = {name: content for name, content in contents.items() if name != MANIFEST}
    for version in VERSIONS:
        publish(models, replace(manifest, version=version), files)
    make_current(models, VERSIONS[0])
    return models


def _swaps(service: RunningService, models: Path, count: int) -> _Swaps:
    """Change CURRENT again and again, and read from the log what the service made of it."""
    before = len(service.loads())
    changed = []
    for _ in range(count):
        current = (models / "CURRENT").read_text().strip()
        make_current(models, VERSIONS[1 - VERSIONS.index(current)])
        changed.append(time.time())
        time.sleep(PAUSE_SECONDS)
    found = service.loads()[before:]
    if len(found) != count:
        raise ValueError(f"{count} swaps were asked for, the service's log tells of {len(found)}")
    used = [datetime.fromisoformat(line["time"]).timestamp() for line in found]
    delays = [then - at for then, at in zip(used, changed, strict=True)]
    return _Swaps([line["milliseconds"] / 1000 for line in found], delays)
