"""The table that training finds terms in."""

from __future__ import annotations

import numpy as np
import pytest

from training.features._hash_table import lookup_table


@pytest.mark.parametrize("size", [0, 1, 8, 9, 1000])
def test_the_table_finds_every_hash_and_is_half_empty(size: int) -> None:
    hashes = np.random.default_rng(0).integers(1, 2**64, size, dtype=np.uint64)
    keys, rows = lookup_table(hashes)
    filled = keys != 0
    assert len(keys) >= 2 * size
    assert len(keys) & (len(keys) - 1) == 0
    assert sorted(rows[filled].tolist()) == list(range(size))
    assert (hashes[rows[filled]] == keys[filled]).all()


@pytest.mark.parametrize(("hashes", "position"), [([5, 0], 1), ([5, 7, 5], 2)])
def test_the_table_refuses_zero_and_repetitions(hashes: list[int], position: int) -> None:
    with pytest.raises(ValueError, match=f"term hash number {position} is 0 or occurs twice"):
        lookup_table(np.array(hashes, np.uint64))
