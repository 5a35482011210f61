"""The columns that scoring adds to CSV and Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from scoring.archive.row_judge import Findings
from scoring.classify import Judgements
from scoring.decisions.policy import OUTCOMES, Decision
from scoring.errors import ArchiveRefused
from scoring.guidelines import CATEGORIES
from scoring.result_json import tell

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


def added_cells(found: Findings) -> Iterator[tuple[str | float | None, ...]]:
    """Give the cells of `COLUMNS`.

    Args:
        found: What was found of each comment.

    Yields:
        For each comment one cell a column, an empty string where there is nothing to say; None in
        the place of a number that there is not.
    """
    judgements = found.judgements
    decisions, told = judgements.verdicts.decisions.tolist(), _numbers(judgements)
    judged = zip(decisions, told, _words(judgements), strict=True)
    nothing = [None] * len(NUMBERS)
    for fault in found.faults:
        if fault is None:
            decision, numbers, words = next(judged)
            yield (decision, *numbers, *words)
        else:
            yield ("", *nothing, "", "", "", fault.code)


def _numbers(judgements: Judgements) -> list[list[float]]:
    """Give each comment's cells of `NUMBERS`, as `/classify` tells them."""
    scores = judgements.scores
    rejects = np.column_stack([scores.reject_probability, scores.category_probabilities])
    told: list[list[float]] = tell(rejects).tolist()
    return told


def _words(judgements: Judgements) -> Iterator[tuple[str, str, str, str]]:
    """Give each comment's cells of `WORDS`."""
    for place, outcome in enumerate(judgements.verdicts.outcomes):
        decision, reason = OUTCOMES[outcome]
        reasons = judgements.verdicts.reasons(place) if decision is Decision.REJECT else ()
        review = str(reason) if decision is Decision.REVIEW else ""
        yield " ".join(reasons), judgements.languages.get(place, "en"), review, ""
