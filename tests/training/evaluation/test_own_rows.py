"""What a training says at its end about the newsroom's own comments."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from training.evaluation.own_rows import (
    FEWEST_OWN,
    OwnShares,
    change_in_words,
    is_enough,
    own_rows,
)

MakeTable = Callable[..., pd.DataFrame]


def test_only_own_rows_with_a_decision_count(make_table: MakeTable) -> None:
    own = make_table("own", ["a", "b", "c"], reject=[1, 0, -1])
    both = pd.concat([own, make_table("news", ["d"], reject=[1])], ignore_index=True)
    assert own_rows(both)["text"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("rows", "rejected", "enough"),
    [(FEWEST_OWN, 50, True), (FEWEST_OWN - 1, 50, False), (FEWEST_OWN, 49, False),
     (FEWEST_OWN, FEWEST_OWN - 49, False)],
)  # fmt: skip
def test_how_many_are_enough(
    make_table: MakeTable, rows: int, rejected: int, *, enough: bool
) -> None:
    reject = (np.arange(rows) < rejected).astype(int)
    table = make_table("own", [f"comment {i}" for i in range(rows)], reject=reject)
    assert is_enough(table) is enough


def test_the_change_is_told_in_words() -> None:
    told = change_in_words(300, OwnShares(10, 20, 270, 30, 4), OwnShares(50, 20, 230, 3, 2))
    assert "On your latest 300 decisions" in told
    assert "approved though your moderators rejected them: 30 before, 3 now" in told
    assert "before" not in change_in_words(300, None, OwnShares(1, 1, 1, 1, 1))
