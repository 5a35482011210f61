"""A factory of running services, each with the tiny model."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.behaviour.running import Service, publish_tiny_model


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
