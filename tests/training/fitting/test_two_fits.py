"""Two fits whose margins are added are one linear head."""

from __future__ import annotations

import numpy as np

from scoring.guidelines import HEADS
from training.fitting.build import mix
from training.fitting.heads import Heads

TERMS, ROWS = 5, 40


def fitted(seed: int, scale: float) -> tuple[Heads, np.ndarray, np.ndarray]:
    """Heads, values, and the margins that the heads give the values."""
    generator = np.random.default_rng(seed)
    values = np.random.default_rng(0).random((ROWS, TERMS))
    heads = Heads(
        (scale * generator.normal(size=(TERMS, len(HEADS)))).astype(np.float32),
        generator.normal(size=len(HEADS)),
    )
    return heads, values, values @ heads.weights + heads.biases


def test_the_sum_of_margins_is_the_margin_of_the_sum() -> None:
    one, values, first = fitted(1, 1.0)
    two, _, second = fitted(2, 30.0)
    heads, margins = mix((one, first), (two, second), np.ones(ROWS, bool), 0.3)
    np.testing.assert_allclose(values @ heads.weights + heads.biases, margins, atol=1e-4)


def test_each_has_its_share_whatever_its_scale() -> None:
    one, _, first = fitted(1, 1.0)
    two, _, second = fitted(2, 30.0)
    judging = np.ones(ROWS, bool)
    _, small = mix((one, first), (two, second), judging, 0.3)
    _, large = mix((one, first), (Heads(two.weights * 9, two.biases * 9), 9 * second), judging, 0.3)
    np.testing.assert_allclose(small, large, rtol=1e-6)
    _, none = mix((one, first), (two, second), judging, 0.0)
    np.testing.assert_array_equal(none, first)


def test_a_head_that_nobody_taught_stays_as_it_is() -> None:
    one, _, first = fitted(1, 1.0)
    never = Heads(np.zeros((TERMS, len(HEADS)), np.float32), np.full(len(HEADS), -10.0))
    _, margins = mix((one, first), (never, np.full_like(first, -10.0)), np.ones(ROWS, bool), 0.3)
    np.testing.assert_array_equal(margins, first)
