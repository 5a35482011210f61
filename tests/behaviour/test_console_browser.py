"""The console in a real browser: it judges its example and shows the result."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.behaviour.running import Service

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed"),
]


def page(service: Service, folder: Path) -> str:
    """The console's document after its script has run."""
    ran = subprocess.run(
        [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            f"--user-data-dir={folder}", "--virtual-time-budget=10000", "--dump-dom",
            f"http://127.0.0.1:{service.port}/console",
        ],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return ran.stdout


def test_it_judges_its_example(start: Callable[..., Service], tmp_path: Path) -> None:
    service = start()
    service.wait_ready()
    shown = page(service, tmp_path / "profile")
    decisions = re.findall(r'<li class="(\w+)">', shown)
    assert len(decisions) == 3
    assert set(decisions) <= {"approve", "reject", "review"}
    assert ">3 comments judged<" in shown
    assert shown.count("<meter") == 3 * 11
    assert re.search(r'<option value="assist">', shown)


def test_it_asks_for_a_key_where_the_service_has_keys(
    start: Callable[..., Service], tmp_path: Path
) -> None:
    service = start(MODERATION_API_KEYS="k" * 16)
    service.wait_ready()
    shown = page(service, tmp_path / "profile")
    assert re.search(r'<input id="key"[^>]*type="password"', shown)
    assert not re.search(r'<input id="key"[^>]*hidden', shown)
    assert "<li class=" not in shown
