"""The built wheel, installed in an environment of its own, scores: nothing needs this checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CODE = """
import sys
from pathlib import Path
import scoring, service.app, training
from scoring.artifacts.versions import load_current
from scoring.language.identifier import load_identifier
assert Path(scoring.__file__).is_relative_to(sys.argv[2]), scoring.__file__
scorer = load_current(Path(sys.argv[1])).scorer
print(scorer.score(["You are an idiot."]).reject_probability[0] > 0.5, load_identifier()("Merci"))
"""


def test_the_wheel_holds_all_that_scoring_needs(tmp_path: Path, kernel_cache: Path) -> None:
    build: list[str | Path] = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        tmp_path,
        ROOT,
    ]
    subprocess.run(build, check=True, capture_output=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    place = tmp_path / "installed"
    # the libraries are those of this environment; the package is the wheel's alone
    unpack: list[str | Path] = [sys.executable, "-m", "zipfile", "-e", wheel, place]
    subprocess.run(unpack, check=True, capture_output=True)
    run = subprocess.run(
        [sys.executable, "-c", CODE, ROOT / "models", place],
        cwd=tmp_path,
        env={"PYTHONPATH": str(place), "MODERATION_CACHE": str(kernel_cache), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("True ('fr'")
