"""Clients that newsrooms have, as their pages in docs/switch say, against the real process."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.behaviour.running import Service, publish_tiny_model

pytestmark = pytest.mark.slow

SWITCH = Path(__file__).parents[2] / "docs" / "switch"
EXAMPLES = [
    (page.stem, number, language, code)
    for page in sorted(SWITCH.glob("*.md"))
    for number, (language, code) in enumerate(
        re.findall(r"```(python|sh)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    )
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, kernel_cache: Path) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("clients")
    publish_tiny_model(folder / "models")
    running = Service(folder / "models", kernel_cache, folder / "log")
    try:
        running.wait_ready()
        yield running
    finally:
        running.stop()


@pytest.mark.parametrize(
    ("language", "code"),
    [example[2:] for example in EXAMPLES],
    ids=[f"{page}-{number}" for page, number, *_ in EXAMPLES],
)
def test_the_lines_of_a_switching_page_run(service: Service, language: str, code: str) -> None:
    here = code.replace("127.0.0.1:8000", f"127.0.0.1:{service.port}")
    command = [sys.executable, "-c", here] if language == "python" else ["bash", "-ec", here]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "TOXICITY" in run.stdout or run.stdout.strip() == "True"


def test_every_page_has_an_example_or_is_about_a_signed_request() -> None:
    pages = {page for page, *_ in EXAMPLES}
    assert pages == {"perspective", "openai", "akismet"}
