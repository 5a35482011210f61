"""`python -m training train --force` killed at several moments: CURRENT names a whole model."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scoring.store import CURRENT, current_version, load_current

DEADLINE = 100.0


def staging(models: Path, _: str) -> bool:
    return any(models.glob(".staging-*"))


def sums_staged(models: Path, _: str) -> bool:
    return any(models.glob(".staging-*/*/SHA256SUMS"))


def published(models: Path, before: str) -> bool:
    return any(path.name not in (before, CURRENT) and path.name[0] != "." for path in models.iterdir())


def moved(models: Path, before: str) -> bool:
    return current_version(models) != before


MOMENTS: dict[str, Callable[[Path, str], bool]] = {
    "staging": staging, "sums": sums_staged, "published": published, "moved": moved,
}  # fmt: skip


class Run(threading.Thread):
    """One training in a process of its own, killed as soon as something is seen."""

    def __init__(self, data: Path, models: Path, repository: Path, moment: str) -> None:
        super().__init__()
        self.models, self.moment = models, moment
        self.before = current_version(models)
        self.seen = False
        command = [sys.executable, "-m", "training", "--data", str(data), "--models", str(models)]
        self.process = subprocess.Popen(
            [*command, "train", "--force"],
            cwd=repository,
            env={**os.environ, "PYTHONPATH": str(repository)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self) -> None:
        deadline = time.monotonic() + DEADLINE
        while self.process.poll() is None and time.monotonic() < deadline:
            if MOMENTS[self.moment](self.models, self.before):
                self.seen = True
                break
            time.sleep(0.0005)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def test_current_names_a_whole_model_whenever_training_is_killed(
    small_data: Path, trained_models: Path, repository: Path, tmp_path: Path
) -> None:
    runs = []
    for moment in MOMENTS:
        models = tmp_path / moment
        shutil.copytree(trained_models, models)
        runs.append(Run(small_data, models, repository, moment))
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    for run in runs:
        assert run.seen, f"{run.moment} was never seen: the training ended without it"
        named = load_current(run.models).manifest.version
        if run.moment in ("staging", "sums"):
            assert named == run.before
        if run.moment == "moved":
            assert named != run.before


@pytest.mark.parametrize("delay", [0.5, 2.5])
def test_killed_early(
    small_data: Path, trained_models: Path, repository: Path, tmp_path: Path, delay: float
) -> None:
    models = tmp_path / "models"
    shutil.copytree(trained_models, models)
    run = Run(small_data, models, repository, "published")
    time.sleep(delay)
    run.process.kill()
    run.process.wait()
    assert load_current(models).manifest.version == run.before
    assert {path.name for path in models.iterdir()} == {run.before, CURRENT}
