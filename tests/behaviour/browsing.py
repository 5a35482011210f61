"""Debian's Chromium, as the tests of the console and its picture use it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.behaviour.running import Service

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM: Final = shutil.which("chromium")
"""Its path; None where it is not installed."""
_OPTIONS: Final = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start the browser without a window, and end it.

    Yields:
        The browser.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=[*_OPTIONS])
        yield browser
        browser.close()


def open_console(page: Page, service: Service, comments: str = "") -> None:
    """Open the console, and let it judge comments where there are some."""
    from playwright.sync_api import expect

    page.goto(f"http://127.0.0.1:{service.port}/console")
    expect(page.locator("#status")).to_have_text("3 comments judged")
    if comments:
        page.locator("#comments").fill(comments)
        page.get_by_role("button", name="Judge").click()
        number = len(comments.splitlines())
        expect(page.locator("#status")).to_have_text(f"{number} comments judged", timeout=30_000)


def kept(database: Path) -> list[tuple[str, str, str]]:
    """Read text, decision and guidelines of what a service has kept."""
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT text, decision, categories FROM feedback ORDER BY id")
        return found.fetchall()
