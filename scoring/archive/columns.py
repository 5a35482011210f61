"""The columns that CSV and Parquet have, and those that scoring adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final

import numpy as np
import pyarrow as pa

from scoring.archive.layout import BLOCK_BYTES, Layout
from scoring.archive.row_judge import Findings, RowJudge
from scoring.comment_rules import Fault
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
ADDED: Final[Any] = pa.schema(
    [(name, pa.float64() if name in NUMBERS else pa.string()) for name in COLUMNS]
)
"""Schema of the added columns."""
_MISSING: Final = Fault("missing_text", "there is no text; allowed: string")


def check_columns(columns: Sequence[str], asked: Mapping[str, str], hint: str = "") -> None:
    """Check that the columns asked for are there, and those to be added are not.

    Args:
        columns: The columns that are there.
        asked: Those asked for, by the option that asks.
        hint: What else may be wrong where one is not there.

    Raises:
        ArchiveRefused: A column is not there, is there twice, or has the name of an added one.
    """
    for option, name in asked.items():
        if columns.count(name) != 1:
            found = "is there more than once" if name in columns else "is not there"
            listed = ", ".join(map(repr, columns))
            raise ArchiveRefused(f"column {name!r} {found}; name one of {listed} by {option}{hint}")
    taken = [name for name in COLUMNS if name in columns]
    if taken:
        raise ArchiveRefused(
            f"the input has a column {taken[0]!r} already: it looks scored; rename or drop its "
            f"columns that begin with {PREFIX!r}"
        )


def cut(batch: Any, done: int, most: int) -> Iterator[Any]:
    """Cut the rows of a record batch after the first `done`.

    Yields:
        Record batches of at most `most` rows and about `BLOCK_BYTES`; copies, as a slice is
        pickled with all that it was cut from.
    """
    if batch.nbytes > BLOCK_BYTES:
        most = max(1, min(most, len(batch) * BLOCK_BYTES // batch.nbytes))
    for first in range(max(0, done), len(batch), most):
        yield pa.concat_batches([batch.slice(first, most)])


def judge_columns(
    judge: RowJudge, batch: Any, layout: Layout, faults: Mapping[int, Fault]
) -> Findings:
    """Judge the comments in a record batch that has the columns asked for.

    Args:
        judge: Judges them.
        batch: A `pyarrow.RecordBatch`.
        layout: Tells which columns those are.
        faults: Why a comment cannot be judged, by its row; more may be found.
    """
    column = batch.column(layout.text_column)
    try:
        cells = column.to_pylist()
    except UnicodeDecodeError:
        # what is not UTF-8 becomes halves of UTF-16 pairs, which cost only their comment
        raw = column.cast(pa.string()).cast(pa.binary()).to_pylist()
        cells = [cell and cell.decode(errors="surrogateescape") for cell in raw]
    texts = [_MISSING if cell is None else cell for cell in cells]
    for place, fault in faults.items():
        texts[place] = fault
    if layout.language_column is None:
        return judge.judge(texts, None)
    tags = batch.column(layout.language_column).to_pylist()
    return judge.judge(texts, [tag or None for tag in tags])


def added_columns(found: Findings) -> Any:
    """Build the added columns.

    Args:
        found: What was found of n comments.

    Returns:
        A `pyarrow.RecordBatch` of n rows and the schema `ADDED`; null where there is nothing to
        say.
    """
    scores, verdicts = found.judgements.scores, found.judgements.verdicts
    numbers = tell(np.column_stack([scores.reject_probability, scores.category_probabilities]))
    reasons: list[str | None] = []
    reviews: list[str | None] = []
    for place, outcome in enumerate(verdicts.outcomes):
        decision, reason = OUTCOMES[outcome]
        rejected = decision is Decision.REJECT
        reasons.append(" ".join(verdicts.reasons(place)) if rejected else None)
        reviews.append(str(reason) if decision is Decision.REVIEW else None)
    languages = [found.judgements.languages.get(place, "en") for place in range(len(verdicts))]
    columns = [verdicts.decisions.tolist(), *numbers.T, reasons, languages, reviews]
    arrays = [pa.array(one, field.type) for one, field in zip(columns, ADDED, strict=False)]
    judged = pa.record_batch(arrays, names=COLUMNS[:-1])
    places = count()
    rows = [next(places) if fault is None else None for fault in found.faults]
    errors = [None if fault is None else fault.code for fault in found.faults]
    spread = judged.take(pa.array(rows, pa.int64())).columns
    return pa.record_batch([*spread, pa.array(errors, pa.string())], schema=ADDED)
