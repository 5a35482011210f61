"""`train --force` killed (-9) at several moments: CURRENT names a whole model."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scoring.artifacts.selection import CURRENT, current_version
from scoring.artifacts.versions import load_current, load_version

pytestmark = pytest.mark.slow


DEADLINE = 100.0
ATTEMPTS = 5  # a moment lasts a millisecond: a busy machine may not look in time
# Compiling takes most of a small training: one process does it, and each of its children trains.
DRIVER = """
import os, sys
from training.__main__ import main
data, scratch = sys.argv[1:]
say, sys.stdout = sys.stdout, open(os.devnull, "w")

def train(models):
    return main(["--data", data, "--models", models, "train", "--force", "--jobs", "1"])

train(scratch)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os._exit(train(line.strip()))
    print(child, file=say, flush=True)
    os.waitpid(child, 0)
    print("ended", file=say, flush=True)
"""


def found(models: Path, pattern: str) -> bool:
    try:
        return any(models.glob(pattern))
    except FileNotFoundError:  # a folder got its final name while it was being searched
        return False


def staging(models: Path) -> bool:
    return found(models, ".staging-*")


def arrays_staged(models: Path) -> bool:
    return found(models, ".staging-*/*/idf.npy")


def sums_staged(models: Path) -> bool:
    return found(models, ".staging-*/*/SHA256SUMS")


def published(models: Path) -> bool:
    return len([path for path in models.iterdir() if path.name[0].isdigit()]) == 2


def moved(models: Path) -> bool:
    folders = [path.name for path in models.iterdir() if path.name[0].isdigit()]
    return len(folders) == 2 and current_version(models) == max(folders)


def after(seconds: float) -> Callable[[Path], bool]:
    start: list[float] = []

    def passed(_: Path) -> bool:
        start.append(time.monotonic())
        return start[-1] - start[0] > seconds

    return passed


MOMENTS = {
    "at once": after(0.0),
    "while fitting": after(0.2),
    "staging": staging,
    "arrays staged": arrays_staged,
    "sums staged": sums_staged,
    "published": published,
    "moved": moved,
}


def wait_until(seen: Callable[[Path], bool], models: Path, child: int) -> bool:
    """Look for a moment of a training until it is there, or the training is over."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline and Path("/proc", str(child)).exists():
        if seen(models):
            return True
        time.sleep(0.0002)
    return False


@pytest.fixture
def driver(small_data: Path, repository: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that trains in a child, once for each folder it is told."""
    command = [sys.executable, "-c", DRIVER, str(small_data), str(tmp_path / "scratch")]
    with subprocess.Popen(
        command,
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield process
        process.kill()


def test_current_names_a_whole_model_whenever_training_is_killed(
    driver: subprocess.Popen[str], trained_models: Path, tmp_path: Path
) -> None:
    for moment in MOMENTS:
        for attempt in range(ATTEMPTS):
            models = tmp_path / f"{moment.replace(' ', '-')}-{attempt}"
            shutil.copytree(trained_models, models)
            before = current_version(models)
            if killed_at(moment, driver, models):
                check(models, moment, before)
                break
        else:
            pytest.fail(f"{moment} was never seen in {ATTEMPTS} trainings")


def killed_at(moment: str, driver: subprocess.Popen[str], models: Path) -> bool:
    """Start a training and kill it at a moment; false where it was over before that was seen."""
    assert driver.stdin is not None
    assert driver.stdout is not None
    driver.stdin.write(f"{models}\n")
    driver.stdin.flush()
    child = int(driver.stdout.readline())
    found_it = wait_until(MOMENTS[moment], models, child)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    assert driver.stdout.readline() == "ended\n"
    return found_it


def check(models: Path, moment: str, before: str) -> None:
    """CURRENT names a whole model, and so is every folder with a version's name."""
    named = load_current(models).manifest.version
    if moment == "moved":
        assert named != before
    elif moment not in ("published", "sums staged"):  # there the next step may be done by then
        assert named == before
    for folder in models.iterdir():
        if folder.name[0].isdigit():
            load_version(models, folder.name)


@pytest.mark.parametrize("delay", [0.5, 1.2])
def test_command_killed_early_changes_nothing(
    small_data: Path, models: Path, repository: Path, delay: float
) -> None:
    before = current_version(models)
    command = [sys.executable, "-m", "training", "--data", str(small_data), "--models", str(models)]
    with subprocess.Popen(
        [*command, "train", "--force"],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        time.sleep(delay)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert load_current(models).manifest.version == before
    assert {path.name for path in models.iterdir()} == {before, CURRENT}
