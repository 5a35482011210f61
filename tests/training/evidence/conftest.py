from __future__ import annotations

import pytest

from scoring.artifacts.versions import PublishedModel, load_current
from tests.behaviour.running import ROOT


@pytest.fixture(scope="session")
def shipped() -> PublishedModel:
    """The model that git tracks."""
    return load_current(ROOT / "models")
