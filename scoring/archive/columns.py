"""The columns that scoring adds to CSV and Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from scoring.archive.row_judge import Entry
from scoring.checks import Fault
from scoring.errors import ArchiveRefused
from scoring.guidelines import CATEGORIES
from scoring.judge import Judgement

PREFIX: Final = "moderation_"
NUMBERS: Final = tuple(PREFIX + name for name in ("reject", *CATEGORIES))
"""Probabilities of rejection: overall, and for each guideline."""
WORDS: Final = tuple(PREFIX + name for name in ("reasons", "language", "review_reason", "error"))
COLUMNS: Final = (PREFIX + "decision", *NUMBERS, *WORDS)
"""In the order they are added in."""


def find_column(columns: Sequence[str], name: str, option: str, hint: str = "") -> int:
    """Find a column by its name.

    Args:
        columns: The columns that are there.
        name: The one that is asked for.
        option: The option of the command line that asks for it.
        hint: What else may be wrong.

    Returns:
        Its place.

    Raises:
        ArchiveRefused: It is not there, or there twice.
    """
    if columns.count(name) == 1:
        return columns.index(name)
    found = "is there more than once" if name in columns else "is not there"
    listed = ", ".join(map(repr, columns))
    raise ArchiveRefused(f"column {name!r} {found}; name one of {listed} by {option}{hint}")


def check_free(columns: Sequence[str]) -> None:
    """Check that the added columns do not meet columns of the input.

    Args:
        columns: The columns that are there.

    Raises:
        ArchiveRefused: One of them has the name of one that scoring adds.
    """
    taken = [name for name in COLUMNS if name in columns]
    if taken:
        raise ArchiveRefused(
            f"the input has a column {taken[0]!r} already: it looks scored; rename or drop its "
            f"columns that begin with {PREFIX!r}"
        )


def millionths(entries: Sequence[Entry]) -> list[list[float]]:
    """Give probabilities of rejection as `/classify` tells them.

    Args:
        entries: What was found of each comment.

    Returns:
        For each judgement among them, in order: one number for each of `NUMBERS`.
    """
    told = [entry.told for entry in entries if isinstance(entry, Judgement)]
    return [[both[-1], *both[len(both) // 2 : -1]] for both in told]


def words(entry: Entry) -> tuple[str, str, str, str]:
    """Give the cells of `WORDS`; an empty string where there is nothing to say.

    Args:
        entry: What was found of a comment.

    Returns:
        Reasons separated by spaces, language, reason for a review, code of an error.
    """
    if isinstance(entry, Fault):
        return "", "", "", entry.code
    return " ".join(entry.verdict.reasons), entry.language, entry.review_reason or "", ""
