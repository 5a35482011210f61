"""Compiled code stays inside its arrays: what it does not check in use is checked here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


ROOT = Path(__file__).parents[3]
LONG = ["ab " * 700, "ab" * 1000, "you are an idiot " * 100, "ﷺ" * 300, "x-" * 500, "a" * 2000]

SCORE = """
import json, sys
from dataclasses import replace
from pathlib import Path
from numba.core import config
from scoring.classify import classify
from scoring.result_json import render
from scoring.model.scorer import Scorer
from scoring.artifacts.versions import load_current
from scoring.ngrams.extract import TermSettings
import pytest
texts = json.loads(sys.stdin.read())
published = load_current(Path("models"))
policy, undeclared = published.manifest.policies["assist"], [None] * len(texts)
for sizes in ((2, 2, 5), (1, 1, 1), (4, 2, 9), (1, 5, 5)):
    scorer = Scorer(replace(published.model, settings=TermSettings(*sizes)))
    for explained in (True, False):  # at first nothing is remembered
        identify = lambda text: ("de", 0.9)
        render(classify(scorer, identify, policy, texts, undeclared, explained=explained))
print(config.BOUNDSCHECK)
"""


def test_no_index_leaves_its_array(fuzz_texts: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCORE],
        cwd=ROOT,
        env={**os.environ, "NUMBA_BOUNDSCHECK": "1"},
        input=json.dumps([*fuzz_texts, *LONG]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.strip()) == (0, "1"), run.stderr[-500:]
