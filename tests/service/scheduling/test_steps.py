"""How the worker's thread is shared, and that a loaded model is compiled already."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.compilation.sample import compile_kernels
from scoring.model._accumulate import score_texts
from service.scheduling.steps import LONG_COST, STEP_COMMENTS, STEP_COST, split


@given(st.lists(st.integers(1, 3 * STEP_COST), max_size=300))
def test_steps_cover_everything_once_and_stay_small(costs: list[int]) -> None:
    steps = list(split(costs))
    assert [position for first, stop, _ in steps for position in range(first, stop)] == list(
        range(len(costs))
    )
    for first, stop, cost in steps:
        assert cost == sum(costs[first:stop])
        assert 1 <= stop - first <= STEP_COMMENTS
        assert cost <= STEP_COST or stop - first == 1
        assert max(costs[first:stop]) <= LONG_COST or stop - first == 1


def test_an_ordinary_batch_is_cut_by_number() -> None:
    assert [(first, stop) for first, stop, _ in split([100] * 140)] == [
        (0, 64),
        (64, 128),
        (128, 140),
    ]


@pytest.mark.usefixtures("client")
def test_a_loaded_model_needs_no_further_compiling() -> None:
    compile_kernels()
    compiled: Any = score_texts
    assert len(compiled.signatures) == 1
