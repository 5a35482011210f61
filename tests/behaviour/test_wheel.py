"""The built wheel in a bare environment: library, command and shipped model are there."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LIBRARY = """
from scoring import Classifier
print(Classifier().classify(["You are an idiot."])[0].decision)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the wheel and what it needs, no more."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(list(map(str, build)), check=True, capture_output=True, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "environment", with_pip=True)
    programs = folder / "environment" / "bin"
    install = [programs / "python", "-m", "pip", "install", "--quiet", wheel]
    subprocess.run(list(map(str, install)), check=True, capture_output=True, cwd=folder)
    return programs


def run(programs: Path, cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment in a folder without a checkout."""
    return subprocess.run(
        [str(programs / words[0]), *words[1:]],
        cwd=programs.parent,
        env={"MODERATION_CACHE": str(cache), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_library(installed: Path, kernel_cache: Path) -> None:
    ran = run(installed, kernel_cache, "python", "-c", LIBRARY)
    assert (ran.returncode, ran.stdout) == (0, "reject\n"), ran.stderr


def test_the_command(installed: Path, kernel_cache: Path) -> None:
    ran = run(installed, kernel_cache, "comment-moderation", "classify", "--json", "Merci beaucoup")
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    assert (told["decision"], told["language"]) == ("review", "fr")


def test_the_shipped_version_is_in_use(installed: Path, kernel_cache: Path) -> None:
    ran = run(installed, kernel_cache, "comment-moderation", "models", "list")
    version = (ROOT / "models" / "CURRENT").read_text(encoding="utf-8").strip()
    assert ran.stdout.startswith(version)
    assert "in use" in ran.stdout


@pytest.mark.parametrize(("command", "extra"), [("serve", "serve"), ("train", "train")])
def test_what_an_extra_brings_is_named(
    installed: Path, kernel_cache: Path, command: str, extra: str
) -> None:
    ran = run(installed, kernel_cache, "comment-moderation", command)
    assert ran.returncode == 1
    assert f"pip install 'comment-moderation[{extra}]'" in ran.stderr
