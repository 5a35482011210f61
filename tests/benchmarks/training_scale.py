"""Time and memory of training as rows grow: each size once, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.measurement import Figure, Part, Table
from tests.benchmarks.paired import spread
from tests.benchmarks.setting import ROOT, Setting

NAME: Final = "training"
TITLE: Final = "Training"
ROWS: Final = (50_000, 100_000, 200_000, 400_000)
QUICK_ROWS: Final = (5_000,)
PROCESS: Final = "tests.benchmarks.training_process"
TABLE: Final = "Training by rows"


def measure(setting: Setting) -> Part:
    """Train models of several sizes.

    Args:
        setting: What to measure with.

    Returns:
        Seconds and peak memory of each.
    """
    if not Path("/proc/self/status").exists():
        return Part(NAME, TITLE, skipped="the system has no /proc/self/status to read memory from")
    folder = setting.folder / "training"
    folder.mkdir()
    counts = [str(count) for count in setting.training_rows]
    _run("prepare", str(folder), *counts)
    runs: list[dict[str, Any]] = []
    for count in counts:
        path = folder / f"{count}.parquet"
        runs.append(json.loads(_run("build", str(path))))
        path.unlink()
    figures = [figure for run in runs for figure in _figures(run)]
    rows = [(run["rows"], run["spliced"], run["terms"], round(run["seconds"]),
             round(run["peak_bytes"] / 1e6)) for run in runs]  # fmt: skip
    header = ("rows", "of these spliced", "terms kept", "seconds", "peak MB")
    facts = {
        "what": "build_model with the settings of `make train`, from texts to a calibrated model "
        "with its presets; two threads, compilation included; reading the sources is not",
        "rows": "a random part of the training corpus; where it is too small, rows spliced from "
        "two comments' halves besides",
        "rounds": "one",
    }
    return Part(NAME, TITLE, figures, facts, [Table(TABLE, header, rows)])


def _figures(run: dict[str, Any]) -> list[Figure]:
    seconds, megabytes = run["seconds"], run["peak_bytes"] / 1e6
    rows = f"{run['rows']:,} rows"
    return [
        Figure(f"training time, {rows}", "s", spread([seconds]), None, {"seconds": [seconds]}),
        Figure(f"training's peak memory, {rows}", "MB", spread([megabytes]), None,
               {"MB": [megabytes]}),
    ]  # fmt: skip


def _run(*arguments: str) -> str:
    """Run one step in a process of its own and return what it printed."""
    command = [sys.executable, "-m", PROCESS, *arguments]
    printed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    return printed.decode()
