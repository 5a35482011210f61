"""The shipped model answers 500 frozen texts as it did: structure may change, answers may not."""

from __future__ import annotations

import json

from scoring.artifacts.versions import load_version
from tests.fixtures.freeze import ANSWERS, REPOSITORY, answers_to


def test_answers_are_those_frozen() -> None:
    lines = [json.loads(line) for line in ANSWERS.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 500
    model = load_version(REPOSITORY / "models", lines[0]["model"])
    for line, answer in zip(lines, answers_to([x["text"] for x in lines], model), strict=True):
        assert answer == line["answer"], line["text"]
