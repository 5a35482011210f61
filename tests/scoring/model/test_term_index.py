"""Every term is found in its row, crowded buckets included, and no other term is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.model._index import MIXER, WINDOW, TermIndex, find_rows
from scoring.model.index import index_terms


def found(index: TermIndex, terms: NDArray[np.uint64]) -> list[int]:
    rows, strays = np.empty(len(terms), np.int32), np.empty(len(terms) + 1, np.int32)
    find_rows(terms, len(terms), index, rows, strays)
    return list(rows)


def some_terms(size: int) -> NDArray[np.uint64]:
    return np.random.default_rng(size).integers(1, 2**64, size, dtype=np.uint64)


def crowded(size: int) -> NDArray[np.uint64]:
    """Hashes whose mixed values all lie in the first bucket, in a random order."""
    unmixer = np.uint64(pow(int(MIXER), -1, 1 << 64))
    return np.random.default_rng(0).permutation(np.arange(1, size + 1, dtype=np.uint64)) * unmixer


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 32, 1000, 70_000])
def test_every_term_is_found_where_it_was(size: int) -> None:
    assert found(index_terms(some_terms(size)), some_terms(size)) == list(range(size))


@pytest.mark.parametrize("size", [WINDOW, WINDOW + 1, 3 * WINDOW, 100])
def test_more_terms_than_a_window_in_one_bucket_are_found(size: int) -> None:
    index = index_terms(crowded(size))
    assert index.offsets[1] == size
    assert found(index, crowded(size)) == list(range(size))


@pytest.mark.parametrize("size", [0, 1, 5, 1000])
def test_an_unknown_term_has_the_row_past_the_last(size: int) -> None:
    terms = some_terms(size + 500)
    assert set(found(index_terms(terms[:size]), terms[size:])) == {size}


def test_the_neighbours_in_a_crowded_bucket_are_unknown() -> None:
    terms = crowded(40)
    assert set(found(index_terms(terms[:20]), terms[20:])) == {20}


def test_what_cannot_be_hashes_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1000 term hashes lie in one of .* allowed: 255"):
        index_terms(crowded(1000))
