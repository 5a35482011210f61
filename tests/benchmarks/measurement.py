"""What a benchmark found: figures with every round, their goals, and whether they were reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from tests.benchmarks.paired import Spread, ratios, spread

Cell = str | int | float
Fact = str | int | float | bool

AT_LEAST: Final = "≥"
AT_MOST: Final = "≤"
BELOW: Final = "<"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be.

    Attributes:
        relation: `AT_LEAST`, `AT_MOST` or `BELOW`.
        bound: In the figure's unit.
        moonshot: A bound to hope for, or None.
    """

    relation: str
    bound: float
    moonshot: float | None = None

    def reached(self, value: float) -> bool:
        """Tell whether a figure is what it should be."""
        if self.relation == AT_LEAST:
            return value >= self.bound
        return value < self.bound if self.relation == BELOW else value <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value.

    Attributes:
        name: What was measured.
        unit: Of value and goal; `times` for a ratio.
        found: Median, smallest and largest round.
        goal: What it should be, or None.
        rounds: Every round of every side, in the sides' own unit.
        group: Name of figures with one goal, of which a summary shows the worst; empty for none.
    """

    name: str
    unit: str
    found: Spread
    goal: Goal | None = None
    rounds: Mapping[str, Sequence[float]] = field(default_factory=dict)
    group: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the median reached the goal; None without one."""
        return None if self.goal is None else self.goal.reached(self.found.median)


@dataclass(frozen=True, slots=True)
class Table:
    """Figures that belong side by side and have no goal each.

    Attributes:
        title: Above the table.
        header: Column names.
        rows: One cell a column.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def column(self, name: str) -> list[Any]:
        """Return the cells of one column."""
        at = list(self.header).index(name)
        return [row[at] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Part:
    """What one benchmark found.

    Attributes:
        name: As `--only` takes it.
        title: Above its tables.
        figures: Measured values.
        facts: What a reader must know to judge them.
        tables: Further figures.
        skipped: Why nothing was measured; empty if it was.
    """

    name: str
    title: str
    figures: Sequence[Figure] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    tables: Sequence[Table] = ()
    skipped: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the part as plain values, each figure with `reached`."""
        figures = [{**asdict(figure), "reached": figure.reached} for figure in self.figures]
        return {**asdict(self), "figures": figures}

    def table(self, title: str) -> Table | None:
        """Return the table of a title, or None."""
        return next((table for table in self.tables if table.title == title), None)


def ratio_figure(
    name: str,
    over: tuple[str, Sequence[float]],
    under: tuple[str, Sequence[float]],
    goal: Goal | None = None,
    group: str = "",
) -> Figure:
    """Make the figure of a paired ratio.

    Args:
        name: What was measured.
        over: Name and rounds of the side to divide.
        under: Name and rounds of the side to divide by.
        goal: What the ratio should be.
        group: See `Figure`.

    Returns:
        The median of the rounds' ratios, and all rounds.
    """
    found = spread(ratios(over[1], under[1]))
    rounds = {over[0]: list(over[1]), under[0]: list(under[1])}
    return Figure(name, "times", found, goal, rounds, group)


def part_from_json(stored: Mapping[str, Any]) -> Part:
    """Read a part back.

    Args:
        stored: As `Part.to_json` returns it.

    Returns:
        The part.
    """
    figures = [
        Figure(
            raw["name"],
            raw["unit"],
            Spread(**raw["found"]),
            Goal(**raw["goal"]) if raw["goal"] else None,
            raw["rounds"],
            raw["group"],
        )
        for raw in stored["figures"]
    ]
    tables = [Table(**raw) for raw in stored["tables"]]
    return Part(
        stored["name"], stored["title"], figures, stored["facts"], tables, stored["skipped"]
    )
