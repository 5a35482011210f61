"""What a byte costs as comments grow, and in inputs made to be slow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final

from threadpoolctl import threadpool_limits

from tests.benchmarks.comments import LENGTH, pieces
from tests.benchmarks.measurement import AT_MOST, Figure, Goal, Part, Table, ratio_figure
from tests.benchmarks.paired import alternate, seconds_of, spread
from tests.benchmarks.setting import Setting

NAME: Final = "lengths"
SIZE: Final = 20_000
"""Bytes of UTF-8 of an input made to be slow, just below the service's limit."""
GROWTH: Final = (1, 10, 100)
GROWTH_TABLE: Final = "Cost by length"
PATHOLOGICAL_TABLE: Final = "Cost of 20 kB"
ORDINARY: Final = "ordinary comments"
UNFOLDED: Final = "U+FDFA (three bytes that fold to 18 letters)"


def measure(setting: Setting) -> Part:
    """Measure what a byte costs.

    Args:
        setting: What to measure with.

    Returns:
        Ratios to short, ordinary comments and to ordinary text of the same length.
    """
    with threadpool_limits(limits=1):
        growth_figures, growth_table = _growth(setting)
        figures, table = _pathological(setting)
    facts = {
        "lengths": f"the same words in comments of about {LENGTH} code points and of 10 and 100 "
        "times that, each length in one call",
        "inputs made to be slow": f"{SIZE:,} bytes of UTF-8 in one comment, against as many of "
        "ordinary comments joined",
        "inside": "normalising, scoring, calibration, language check and decision",
    }
    return Part(NAME, "Length", [*growth_figures, *figures], facts, [growth_table, table])


def of_bytes(unit: str, size: int = SIZE) -> str:
    """Repeat a unit to a number of bytes of UTF-8.

    Args:
        unit: What to repeat.
        size: Bytes.

    Returns:
        At most that many bytes, less than one unit short of it.
    """
    return unit * (size // len(unit.encode()))


def pathological_inputs(ordinary: Sequence[str]) -> dict[str, str]:
    """Return inputs made to be slow, after an ordinary one of their size.

    Args:
        ordinary: Comments, more than `SIZE` bytes together.

    Returns:
        Texts of at most `SIZE` bytes, by name.
    """
    joined = " ".join(ordinary).encode()[:SIZE].decode(errors="ignore")
    return {
        ORDINARY: joined,
        "one letter": of_bytes("a"),
        "distinct code points": "".join(map(chr, range(0x4E00, 0x4E00 + SIZE // 3))),
        "spaces": of_bytes(" "),
        "combining marks": of_bytes("\u0301"),
        UNFOLDED: of_bytes("\ufdfa"),
    }


def _nanoseconds_a_byte(
    setting: Setting, inputs: dict[str, Sequence[str]]
) -> dict[str, list[float]]:
    sizes = {name: sum(len(text.encode()) for text in texts) for name, texts in inputs.items()}
    sides = {
        name: seconds_of(lambda texts=texts: setting.judge(texts), at_least=0.2)  # type: ignore[misc]
        for name, texts in inputs.items()
    }
    seconds = alternate(sides, setting.rounds)
    return {name: [1e9 * s / sizes[name] for s in seconds[name]] for name in inputs}


def _growth(setting: Setting) -> tuple[list[Figure], Table]:
    words = setting.comments.texts
    inputs: dict[str, Sequence[str]] = {}
    for factor in GROWTH:
        count = len(words) // factor
        inputs[f"length × {factor}"] = list(islice(pieces(words, LENGTH * factor), count))
    costs = _nanoseconds_a_byte(setting, inputs)
    first, *longer = inputs
    figures = [
        ratio_figure(f"cost a byte, {name} over × 1", (name, costs[name]), (first, costs[first]),
                     Goal(AT_MOST, 1.3), "cost a byte as comments grow")
        for name in longer
    ]  # fmt: skip
    rows = [
        (round(sum(map(len, texts)) / len(texts)), len(texts), *_cells(costs[name]))
        for name, texts in inputs.items()
    ]
    header = ("code points a comment", "comments", "ns a byte", "low", "high")
    return figures, Table(GROWTH_TABLE, header, rows)


def _pathological(setting: Setting) -> tuple[list[Figure], Table]:
    texts = pathological_inputs(setting.comments.texts)
    costs = _nanoseconds_a_byte(setting, {name: [text] for name, text in texts.items()})
    figures = [
        ratio_figure(f"cost a byte of 20 kB, {name} over {ORDINARY}", (name, costs[name]),
                     (ORDINARY, costs[ORDINARY]), _goal(name), "cost a byte of slow inputs")
        for name in texts if name != ORDINARY
    ]  # fmt: skip
    rows = [(name, *_cells(costs[name])) for name in texts]
    return figures, Table(PATHOLOGICAL_TABLE, ("input", "ns a byte", "low", "high"), rows)


def _goal(name: str) -> Goal | None:
    """Return the bound on a byte's cost; none where a byte stands for six letters."""
    return None if name == UNFOLDED else Goal(AT_MOST, 3.0)


def _cells(costs: Sequence[float]) -> tuple[float, float, float]:
    found = spread(costs)
    return round(found.median, 2), round(found.low, 2), round(found.high, 2)
