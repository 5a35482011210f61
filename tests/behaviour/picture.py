"""`python -m tests.behaviour.picture`: the README's picture of the console."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.behaviour.browsing import CHROMIUM, browsing
from tests.behaviour.running import ROOT, Service

PICTURE: Final = ROOT / "docs" / "console.png"
MADE_OF: Final = ROOT / "docs" / "console.json"
WIDTH, HEIGHT = 900, 1000


def parts() -> dict[str, str]:
    """Name what the picture shows: the console's files, and the model.

    Returns:
        The digest of the files, the version of the model.
    """
    digest = hashlib.sha256()
    for path in sorted((ROOT / "service" / "console").glob("*.[hcj]*")):
        digest.update(path.read_bytes())
    version = (ROOT / "models" / "CURRENT").read_text(encoding="utf-8").strip()
    return {"console": digest.hexdigest(), "model": version}


def take(port: int, path: Path) -> None:
    """Photograph the console with its example, the first comment's guidelines open.

    Args:
        port: Of a service that is ready.
        path: Where the picture goes, PNG.
    """
    from playwright.sync_api import expect

    with browsing() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(f"http://127.0.0.1:{port}/console")
        expect(page.locator("#status")).to_have_text("3 comments judged")
        page.locator("#results details summary").first.click()
        page.screenshot(path=path, full_page=True)


def main() -> int:
    """Take the picture and write down what it shows.

    Returns:
        0; 1 where there is no browser.
    """
    if CHROMIUM is None:
        sys.stderr.write("chromium is not installed: apt-get install chromium\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        service = Service(ROOT / "models", place / "cache", place / "log")
        try:
            service.wait_ready()
            take(service.port, PICTURE)
        finally:
            service.stop()
    MADE_OF.write_text(json.dumps(parts(), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
