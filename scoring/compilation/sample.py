"""Calls every compiled function of this package once, so that all of its code is made."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.classify import classify
from scoring.compilation.jit import keep_kernels
from scoring.decisions.policy import Policy
from scoring.guidelines import CATEGORIES, HEADS
from scoring.model.arrays import Calibration, LinearModel
from scoring.model.scorer import Scorer
from scoring.ngrams.extract import TermSettings
from scoring.result_json import render

SAMPLES: Final = (
    "Thank you for a clear article.",
    "Das ist ein Kommentar, den niemand hier lesen kann.",
)
"""Invented comments: one that the scorer reads, one that the language identifier is asked about."""


def compile_into(folder: str) -> None:
    """Compile everything into a folder.

    Args:
        folder: An empty folder that only this user can write.
    """
    keep_kernels(folder)
    compile_kernels()


def compile_kernels() -> None:
    """Call every kernel with arrays of the types that a loaded model has."""
    heads, categories = len(HEADS), len(CATEGORIES)
    calibration = Calibration(np.ones(categories), np.zeros(categories), np.zeros(3))
    model = LinearModel(
        settings=TermSettings(),
        hashes=np.array([1], np.uint64),
        idf=np.ones(1, np.float32),
        weights=np.zeros((1, heads), np.int8),
        weight_scales=np.ones(heads, np.float32),
        biases=np.zeros(heads),
        calibration=calibration,
        english=np.array([1], np.uint64),
    )
    policy = Policy("any", 1.0, 0.0, (1.0,) * categories)
    undeclared = [None] * len(SAMPLES)
    render(
        classify(Scorer(model), lambda _: ("en", 1.0), policy, SAMPLES, undeclared, explained=True)
    )
