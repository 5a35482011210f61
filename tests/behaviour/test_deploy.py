"""What `deploy/` holds works: installed in a bare folder, checked by the tools' own checkers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PORT = 8719


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service as `install.sh` installs it: for systemd, and as the first stage of the image."""
    prefix = tmp_path_factory.mktemp("opt") / "comment-moderation"
    environment = {**os.environ, "PYTHON": sys.executable}
    script = [str(DEPLOY / "install.sh"), str(prefix)]
    subprocess.run(script, cwd=ROOT, env=environment, check=True, capture_output=True)
    return prefix


def docker_steps() -> Iterator[list[str]]:
    """The commands of the Dockerfile in exec form, in order: what it runs, checks and starts."""
    lines = (DEPLOY / "Dockerfile").read_text().replace("\\\n", "").splitlines()
    for line in lines:
        found = re.search(r"(?:RUN|CMD) (\[.*\])", line)
        if found:
            yield json.loads(found[1])


def test_the_steps_of_the_image_lead_to_a_ready_service(prefix: Path, tmp_path: Path) -> None:
    """Run as the Dockerfile says, without a Docker engine: compile, start, ask for its health."""
    compiling, health, starting = docker_steps()
    environment = {
        "PATH": f"{prefix / 'bin'}:/usr/bin:/bin",
        "MODERATION_CACHE": str(tmp_path / "cache"),
        "MODERATION_PORT": str(PORT),
    }
    subprocess.run(compiling, cwd=tmp_path, env=environment, check=True, capture_output=True)
    health = [word.replace("8000", str(PORT)) for word in health]
    process = subprocess.Popen(starting, cwd=tmp_path, env=environment)
    try:
        deadline = time.monotonic() + 60
        while subprocess.run(health, env=environment, capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline, "the image's health check never passed"
            time.sleep(0.2)
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/model") as answer:
            version = json.load(answer)["version"]
        assert version == (ROOT / "models" / "CURRENT").read_text().strip()
    finally:
        process.terminate()
        process.wait(40)


def test_another_python_is_told_in_one_line(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.1 && exit 0\nexit 1\n')
    old.chmod(0o755)
    ran = subprocess.run(
        [str(DEPLOY / "install.sh"), str(tmp_path / "x")],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin", "PYTHON": str(old)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stderr.startswith("Python 3.9.1 found; Python 3.11, 3.12 or 3.13 is needed")


def test_make_tells_another_python_in_one_line(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 9, 1); $2"\n'
    )
    old.chmod(0o755)
    ran = subprocess.run(
        ["make", "serve", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode != 0
    assert ran.stderr.splitlines()[0].startswith("Python 3.9 found; 3.11, 3.12 or 3.13 is needed")
    assert not (tmp_path / "venv").exists()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_verifies(tmp_path: Path) -> None:
    program = tmp_path / "comment-moderation"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = (DEPLOY / "comment-moderation.service").read_text()
    unit = unit.replace("/opt/comment-moderation/bin/comment-moderation", str(program))
    path = tmp_path / "comment-moderation.service"
    path.write_text(unit)
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_the_site_is_a_site_of_nginx(tmp_path: Path) -> None:
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; include {DEPLOY / 'nginx.conf'}; }}\n"
    )
    ran = subprocess.run(
        ["nginx", "-t", "-c", str(main)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_the_dockerfile_is_as_its_linter_wants_it() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    ran = subprocess.run(
        [str(linter), str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "")
