"""Chunks are done in parallel, a few at a time, and their results come in order."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from scoring.parallel.chunk_map import READ_AHEAD, ThreadMap, open_chunk_map, usable_cores


def square(power: int, chunk: int) -> int:
    return int(chunk**power)


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_order(jobs: int) -> None:
    with open_chunk_map(jobs, None) as chunk_map:
        results = chunk_map.map(lambda: 2, square, range(200))
        assert list(results) == [n * n for n in range(200)]


def test_a_slow_chunk_does_not_let_others_pass() -> None:
    free = threading.Event()

    def work(_: None, chunk: int) -> int:
        if chunk == 0:
            assert free.wait(60)
        elif chunk == 2:
            free.set()
        return chunk

    assert list(ThreadMap(2).map(lambda: None, work, range(10))) == list(range(10))


@pytest.mark.parametrize("jobs", [1, 3])
def test_no_more_is_read_than_can_be_kept_busy(jobs: int) -> None:
    read = 0

    def chunks() -> Iterator[int]:
        nonlocal read
        while read < 1000:
            read += 1
            yield read

    for given, _ in enumerate(ThreadMap(jobs).map(lambda: 1, square, chunks()), 1):
        assert read - given < jobs + READ_AHEAD


def test_what_all_chunks_need_is_made_once() -> None:
    made: list[int] = []

    def prepare() -> int:
        made.append(1)
        return 1

    assert sum(ThreadMap(4).map(prepare, square, range(50))) == sum(range(50))
    assert made == [1]


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_error_comes_in_the_place_of_its_chunk(jobs: int) -> None:
    def work(_: None, chunk: int) -> float:
        return 1 / (chunk - 5)

    results = ThreadMap(jobs).map(lambda: None, work, range(1000))
    assert [next(results) for _ in range(5)] == [1 / (n - 5) for n in range(5)]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert list(results) == []


def test_closing_ends_the_work() -> None:
    results = ThreadMap(3).map(lambda: 1, square, iter(range(10**9)))
    assert next(results) == 0
    results.close()


def test_there_is_a_core() -> None:
    assert usable_cores() >= 1
