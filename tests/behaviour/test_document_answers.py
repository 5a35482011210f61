"""What `/docs` says that the service answers is what it answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.documents.examples import example_answers
from tests.fixtures.document_answers import ask_every_route

pytestmark = pytest.mark.slow


def test_the_answers_shown_are_those_given(kernel_cache: Path) -> None:
    shown = example_answers()
    for route, asked in ask_every_route(kernel_cache).items():
        assert shown[route] == asked, f"{route}: python -m tests.fixtures.document_answers"
