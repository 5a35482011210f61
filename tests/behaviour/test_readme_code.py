"""The README's requests and programs do what it says, with the shipped model."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.behaviour.running import ROOT, Service, publish_shipped_model, run_program

pytestmark = pytest.mark.slow

ADDRESS = "http://127.0.0.1:8000"
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory, kernel_cache: Path) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("shipped")
    publish_shipped_model(folder / "models")
    service = Service(folder / "models", kernel_cache, folder / "log")
    try:
        service.wait_ready()
        yield service
    finally:
        service.stop()


def block(language: str, holding: str) -> str:
    """The first block of code of a language that holds something."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return next(code for code in found if holding in code)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on the PATH")
def test_curl_gets_the_whole_answer(shipped: Service) -> None:
    command = block("sh", "curl").replace(ADDRESS, f"http://127.0.0.1:{shipped.port}")
    answered = json.loads(run_program(shlex.split(command.replace("\\\n", " "))))["results"][0]
    assert answered == {"id": None, **json.loads(block("json", '"decision"'))}


def test_the_program_in_python(kernel_cache: Path) -> None:
    told = run_program([sys.executable, "-c", block("python", "Classifier")],
               MODERATION_CACHE=str(kernel_cache))  # fmt: skip
    assert told.startswith("reject 0.9")
    assert "personal_attack" in told


def test_the_program_in_javascript(shipped: Service, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on the PATH: the README's JavaScript was not run")
    program = tmp_path / "ask.mjs"
    code = block("js", "fetch").replace(ADDRESS, f"http://127.0.0.1:{shipped.port}")
    program.write_text(code, encoding="utf-8")
    assert re.match(r"reject 0\.9\d+ \[ 'personal_attack' \]", run_program([node, str(program)]))
