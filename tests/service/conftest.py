"""A tiny model made of invented sentences, and factories for settings, applications and clients."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from scoring.artifacts.files import stored_arrays
from scoring.artifacts.manifest import Manifest
from scoring.artifacts.selection import make_current
from scoring.artifacts.versions import golden_lines, publish
from scoring.decisions.policy import Policy
from scoring.guidelines import CATEGORIES, GUIDELINES_VERSION, HEADS
from scoring.model.arrays import Calibration, LinearModel
from scoring.model.scorer import Scorer
from scoring.ngrams.extract import TermSettings, extract_terms
from scoring.text.normalise import NORMALISER_VERSION, normalise
from service.app import create_app
from service.models import ServedModel
from service.settings import Settings, read_settings
from tests.behaviour.running import wait_until

INSULT = "you are an idiot"
PRAISE = "thank you for a clear and honest article"
ADVERT = "buy cheap pills in my shop now"
PLAIN = "the council voted for the new law on monday"
FIRST, SECOND = "2026-11-22T000000Z-first", "2026-11-23T000000Z-second"

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


def tiny_model(insult_weight: float = 1.0) -> LinearModel:
    """A model that knows four sentences: one head for insults, one for adverts."""
    settings = TermSettings()
    hashes = {
        text: extract_terms(normalise(text), settings).hashes
        for text in (INSULT, PRAISE, ADVERT, PLAIN)
    }
    known = np.unique(np.concatenate(list(hashes.values())))
    weights = np.zeros((len(known), len(HEADS)), np.float32)
    for text, head, weight in (
        (INSULT, "personal_attack", insult_weight),
        (INSULT, "reject", insult_weight),
        (ADVERT, "commercial_promotion", 1.0),
        (ADVERT, "reject", 1.0),
    ):
        others = np.concatenate([hashes[other] for other in hashes if other != text])
        own = np.isin(known, hashes[text]) & ~np.isin(known, others)
        weights[own, HEADS.index(head)] = weight
    idf = np.ones(len(known), np.float32)
    calibration = Calibration(
        np.ones(len(CATEGORIES)), np.zeros(len(CATEGORIES)), np.array([0.0, 0.5, 0.5])
    )
    return LinearModel.quantised(
        settings, known, idf, weights, np.full(len(HEADS), -4.0), calibration, known
    )


def manifest_for(model: LinearModel, version: str) -> Manifest:
    thresholds = (0.8,) * len(CATEGORIES)
    return Manifest(
        version=version,
        guidelines=GUIDELINES_VERSION,
        categories=CATEGORIES,
        languages=("en",),
        normaliser=NORMALISER_VERSION,
        terms=model.settings,
        biases=tuple(model.biases.tolist()),
        slopes=tuple(model.calibration.slopes.tolist()),
        offsets=tuple(model.calibration.offsets.tolist()),
        overall=tuple(model.calibration.overall.tolist()),
        policies={
            "assist": Policy("assist", 0.8, 0.2, thresholds),
            "automatic": Policy("automatic", 0.6, 0.6, thresholds),
        },
        provisional=("threat",),
        prevalence=0.1,
        data_digest="0" * 8,
        configuration_digest="0" * 8,
        sources={"invented": "CC0-1.0"},
        libraries={},
        trained_at="2026-11-22T00:00:00Z",
        training_rows=4,
    )


def publish_tiny(models: Path, version: str = FIRST, insult_weight: float = 1.0) -> str:
    model = tiny_model(insult_weight)
    files = {f"{name}.npy": content for name, content in stored_arrays(model).items()}
    files["golden.jsonl"] = golden_lines(model, [INSULT, PRAISE])
    publish(models, manifest_for(model, version), files)
    make_current(models, version)
    return version


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
    model = tiny_model()
    manifest = manifest_for(model, FIRST)
    return ServedModel(manifest, Scorer(model), lambda _text: ("en", 1.0), manifest.policies)


@pytest.fixture(name="wait_until")
def wait_until_fixture() -> WaitUntil:
    return wait_until


@pytest.fixture
def client(models: Path, make_client: MakeClient) -> Client:
    publish_tiny(models)
    return make_client()
