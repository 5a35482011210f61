"""A factory of running services, each with the tiny model; a browser and its pages."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.behaviour.browsing import browsing
from tests.behaviour.running import Service, publish_tiny_model

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def start(tmp_path: Path, kernel_cache: Path) -> Iterator[Callable[..., Service]]:
    models = tmp_path / "models"
    publish_tiny_model(models)
    with contextlib.ExitStack() as stack:

        def make(**variables: str) -> Service:
            service = Service(models, kernel_cache, tmp_path / "log", **variables)
            stack.callback(service.stop)
            return service

        yield make


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that nothing may go wrong on: no error of a script, nothing that CSP forbids."""
    context = browser.new_context(accept_downloads=True)
    found = context.new_page()
    wrong: list[str] = []
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on(
        "console",
        lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield found
    context.close()
    assert not wrong


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "feedback.db"


@pytest.fixture
def keeping(start: Callable[..., Service], database: Path) -> Service:
    """A service that keeps what moderators decide."""
    service = start(MODERATION_FEEDBACK_DATABASE=f"sqlite:///{database}")
    service.wait_ready()
    return service
