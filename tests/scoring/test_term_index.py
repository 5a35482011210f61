"""Every term is found in its row, crowded buckets included, and no other term is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.index_kernel import MIXER, WINDOW, bucket_shift, find_rows
from scoring.term_index import TermIndex, index_terms


def found(index: TermIndex, terms: NDArray[np.uint64]) -> NDArray[np.int32]:
    rows, strays = np.empty(len(terms), np.int32), np.empty(len(terms) + 1, np.int32)
    shift = bucket_shift(index.starts)
    find_rows(terms, len(terms), index.starts, index.keys, shift, rows, strays)
    return rows


def crowded(keys: int) -> NDArray[np.uint64]:
    """Hashes whose mixed values all lie in the first bucket, in a random order."""
    unmixer = np.uint64(pow(int(MIXER), -1, 1 << 64))
    return np.random.default_rng(0).permutation(np.arange(1, keys + 1, dtype=np.uint64)) * unmixer


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 8, 9, 1000])
def test_every_term_is_found_where_it_was(size: int) -> None:
    terms = np.random.default_rng(size).integers(1, 2**64, size, dtype=np.uint64)
    index = index_terms(terms)
    np.testing.assert_array_equal(index.order[found(index, terms)], np.arange(size))


@pytest.mark.parametrize("size", [WINDOW, WINDOW + 1, 3 * WINDOW, 100])
def test_more_terms_than_a_window_in_one_bucket_are_found(size: int) -> None:
    terms = crowded(size)
    index = index_terms(terms)
    assert index.starts[1] == size
    np.testing.assert_array_equal(index.order[found(index, terms)], np.arange(size))


@pytest.mark.parametrize("size", [0, 1, 5, 1000])
def test_an_unknown_term_has_the_row_past_the_last(size: int) -> None:
    terms = np.random.default_rng(size).integers(1, 2**64, size + 500, dtype=np.uint64)
    index = index_terms(terms[:size])
    assert set(found(index, terms[size:]).tolist()) == {size}


def test_the_neighbours_of_a_crowded_bucket_are_unknown() -> None:
    terms = crowded(40)
    index = index_terms(terms[:20])
    assert set(found(index, terms[20:]).tolist()) == {20}
