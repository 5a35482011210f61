"""A table of evidence, and how its cells are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.evaluation.metrics import interval_text

Row = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        title: What it is about.
        about: What its figures are, in a sentence or two.
        header: Names of the columns.
        rows: Cells.
        worse: Sentences that name each figure of ours that is worse than a published one.
    """

    title: str
    about: str
    header: Row
    rows: list[Row]
    worse: tuple[str, ...] = ()


def percent(share: float | None) -> str:
    """Write a share in percent, with one decimal; a dash where there is none.

    Args:
        share: In [0, 1].
    """
    return "-" if share is None else f"{100 * share:.1f} %"


def figure(value: Mapping[str, float] | None) -> str:
    """Write a figure with its interval; a dash where there is none.

    Args:
        value: `value`, `low` and `high`.
    """
    return "-" if value is None else interval_text(value)
