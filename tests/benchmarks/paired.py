"""Paired measurement: the sides take turns in one run, so that a slow minute slows them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, TypeVar

T = TypeVar("T")

FEWEST_ROUNDS: Final = 5
SHORTEST_SAMPLE: Final = 0.3
"""Seconds: a side that is quicker is repeated until its sample is this long."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What several rounds say together.

    Attributes:
        median: The middle round.
        low: The smallest.
        high: The largest.
    """

    median: float
    low: float
    high: float


def alternate(
    sides: Mapping[str, Callable[[], T]], rounds: int, *, warm_up: bool = True
) -> dict[str, list[T]]:
    """Measure sides in turn: A, B, A, B and so on.

    Args:
        sides: For each side, a function that does its work and returns what was measured.
        rounds: How often each side is measured.
        warm_up: Whether each side runs once before, unrecorded.

    Returns:
        What each side measured, one entry a round.
    """
    if warm_up:
        for measure in sides.values():
            measure()
    measured: dict[str, list[T]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            measured[name].append(measure())
    return measured


def seconds_of(
    work: Callable[[], object],
    *,
    before: Callable[[], object] = lambda: None,
    at_least: float = SHORTEST_SAMPLE,
    clock: Callable[[], float] = time.perf_counter,
) -> Callable[[], float]:
    """Make a side of some work: how many seconds one run of it takes.

    Args:
        work: What to time.
        before: What to do before each run, untimed.
        at_least: Seconds; the work is repeated until its runs took this long together.
        clock: Returns seconds that only grow.

    Returns:
        A function that runs the work and returns the mean seconds of a run.
    """

    def measure() -> float:
        runs, elapsed = 0, 0.0
        while runs == 0 or elapsed < at_least:
            before()
            started = clock()
            work()
            elapsed += clock() - started
            runs += 1
        return elapsed / runs

    return measure


def spread(values: Sequence[float]) -> Spread:
    """Return the median of some rounds and how far they lie apart.

    Args:
        values: One entry a round, at least one.
    """
    return Spread(median(values), min(values), max(values))


def ratios(over: Sequence[float], under: Sequence[float]) -> list[float]:
    """Divide one side by the other, each round by its own partner.

    Args:
        over: One entry a round.
        under: As many, none of them 0.

    Returns:
        One ratio a round.
    """
    return [above / below for above, below in zip(over, under, strict=True)]
