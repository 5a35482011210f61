"""Clients from npm, installed for these tests, run the lines of the pages in docs/switch."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.behaviour.running import Service, run_program
from tests.behaviour.test_switch_pages import KEY, blocks

pytestmark = pytest.mark.slow

PACKAGES = ("perspective-api-client@3.1.0", "openai@6.49.0", "akismet-api@6.0.0")

WILDCARD = """
const dns = require("dns");
const { lookup } = dns;
dns.lookup = (name, options, answer) =>
  name.endsWith(".moderation.example") ? lookup("127.0.0.1", options, answer)
                                       : lookup(name, options, answer);
"""
"""As an entry of the name server, for one process."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the packages are installed."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm is not on the PATH (apt-get install npm): no client of it was run")
    folder = tmp_path_factory.mktemp("npm")
    (folder / "package.json").write_text(json.dumps({"private": True}))
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if "ENOTFOUND" in done.stderr or "ECONNREFUSED" in done.stderr or "EAI_AGAIN" in done.stderr:
        pytest.skip("the registry of npm cannot be reached: no client of it was run")
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


@pytest.fixture
def service(start: Callable[..., Service]) -> Service:
    service = start(MODERATION_API_KEYS=KEY)
    service.wait_ready()
    return service


def printed(packages: Path, service: Service, page: str, *, key: str = KEY) -> str:
    """What the first lines of a page's JavaScript print, here and with a key."""
    code = blocks(page, "js")[0].replace("your-key", key)
    script = packages / "lines.js"
    script.write_text(code.replace(":8000", f":{service.port}"), encoding="utf-8")
    names = packages / "names.js"
    names.write_text(WILDCARD, encoding="utf-8")
    return run_program(["node", "--require", str(names), str(script)])


def test_perspective_api_client(packages: Path, service: Service) -> None:
    assert float(printed(packages, service, "perspective-api-client.md")) > 0.5
    refused = printed(packages, service, "perspective-api-client.md", key="another-key-0123456789")
    assert refused.startswith("API key not valid")


def test_openai(packages: Path, service: Service) -> None:
    assert printed(packages, service, "openai.md") == "true false\n"


def test_akismet_api(packages: Path, service: Service) -> None:
    assert printed(packages, service, "akismet.md") == "true\n"
    assert "true" not in printed(packages, service, "akismet.md", key="another-key-0123456789")
