"""Factories of settings, applications and clients, with the tiny model of sentences."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from scoring.model.scorer import Scorer
from service.app import create_app
from service.models import ServedModel
from service.settings import Settings, read_settings
from tests.behaviour.running import wait_until
from tests.tiny_models import FIRST, manifest_of, model_of_sentences, publish_tiny

Publish = Callable[..., str]
WaitUntil = Callable[[Callable[[], bool]], None]
MakeSettings = Callable[..., Settings]


class Client:
    """Calls a started application from the test's thread; the application has its own loop."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._lifespan = app.router.lifespan_context(app)
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://service.test"
        )

    def __enter__(self) -> Client:
        self._thread.start()
        self.run(self._lifespan.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._lifespan.__aexit__(None, None, None))
        self.run(self._http.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, awaitable: Any) -> Any:
        async def wait() -> Any:
            return await awaitable

        return asyncio.run_coroutine_threadsafe(wait(), self._loop).result(60)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        response: httpx.Response = self.run(self._http.request(method, path, **more))
        return response

    def post(
        self, path: str, content: bytes, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        sent = headers or {"Content-Type": "application/json"}
        return self.request("POST", path, content=content, headers=sent)

    def classify(self, body: Any, **more: Any) -> httpx.Response:
        return self.request("POST", "/classify", json=body, **more)

    def classify_raw(self, content: bytes, kind: str = "application/json") -> httpx.Response:
        headers = {"Content-Type": kind} if kind else {}
        return self.request("POST", "/classify", content=content, headers=headers)


MakeClient = Callable[..., Client]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def make_settings(models: Path, kernel_cache: Path) -> MakeSettings:
    def make(**variables: Any) -> Settings:
        given = {
            "MODERATION_MODELS": str(models),
            "MODERATION_CACHE": str(kernel_cache),
            "MODERATION_RELOAD_SECONDS": "0.05",
            **{f"MODERATION_{name}": str(value) for name, value in variables.items()},
        }
        return read_settings(given)

    return make


@pytest.fixture
def make_client(make_settings: MakeSettings) -> Iterator[MakeClient]:
    """Give a factory of started clients; each waits until ready unless told not to."""
    with contextlib.ExitStack() as stack:

        def make(*, ready: bool = True, **variables: Any) -> Client:
            app = create_app(make_settings(**variables))
            client = stack.enter_context(Client(app))
            if ready:
                wait_until(lambda: client.get("/readyz").status_code == 200)
            return client

        yield make


@pytest.fixture
def publish_model(models: Path) -> Publish:
    def make(version: str = FIRST, models: Path = models, **more: Any) -> str:
        return publish_tiny(models, version, **more)

    return make


@pytest.fixture
def served() -> ServedModel:
    """The tiny model as the service holds it, with an identifier that calls all texts English."""
    model = model_of_sentences()
    manifest = manifest_of(model)
    return ServedModel(manifest, Scorer(model), lambda _text: ("en", 1.0), manifest.policies)


@pytest.fixture(name="wait_until")
def wait_until_fixture() -> WaitUntil:
    return wait_until


@pytest.fixture
def client(models: Path, make_client: MakeClient) -> Client:
    publish_tiny(models)
    return make_client()
