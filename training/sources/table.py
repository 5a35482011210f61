"""The one table that every reader returns: a comment a row, with three-valued labels.

Columns, in this order:

- `text` (str): the comment as the source has it, without lone surrogates; never empty.
- `source` (str): the key of the source in data/sources.toml.
- `row_id` (str): stable and unique within the source: the upstream id where there is one, else the
  0-based data row, as `<file stem>:<row>` where the source has several files.
- `group` (str): what must stay on one side of a split (thread, video, article, contrast pair),
  unique within the source; "" where the source has none.
- `reject`, then the eleven categories of scoring/guidelines.py (int8): 1 yes, 0 no, -1 unknown.

How many rows a reader had to drop, and why, is in `table.attrs["dropped"]` (`dropped_counts`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from training.sources.errors import TableError
from training.sources.labels import LABELS, UNKNOWN, LabelArray, Mask, apply_hierarchy

TEXT_COLUMNS: Final[tuple[str, ...]] = ("text", "source", "row_id", "group")
COLUMNS: Final[tuple[str, ...]] = (*TEXT_COLUMNS, *LABELS)

_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def build_table(
    source: str,
    texts: Sequence[str | None],
    row_ids: Sequence[str],
    labels: Mapping[str, LabelArray],
    groups: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Make a row table from what a reader knows; every label not given is unknown.

    Rows without text are dropped and counted: None is a cell that was not valid UTF-8.

    Args:
        source: Key of the source.
        texts: One comment a row (rows,).
        row_ids: One id a row, unique.
        labels: Known labels by key, int8 (rows,) each; completed by the rules of labels.py.
        groups: One group a row, or None where the source has no groups.

    Returns:
        A table with the columns of this module.

    Raises:
        TableError: Lengths differ, a key or value is not a label's, or row ids repeat.
    """
    count = len(texts)
    groups = [""] * count if groups is None else groups
    _check_shapes(source, count, {"row_ids": row_ids, "groups": groups, **labels})
    full = {key: np.full(count, UNKNOWN, dtype=np.int8) for key in LABELS}
    full.update({key: np.asarray(values, dtype=np.int8) for key, values in labels.items()})
    cleaned = [None if text is None else _SURROGATES.sub("", text) for text in texts]
    wrong = np.array([text is None for text in cleaned], dtype=np.bool_)
    empty = np.array([text is not None and not text.strip() for text in cleaned], dtype=np.bool_)
    table = pd.DataFrame(
        {
            "text": pd.Series([text or "" for text in cleaned], dtype="str"),
            "source": pd.Series([source] * count, dtype="str"),
            "row_id": pd.Series(list(row_ids), dtype="str"),
            "group": pd.Series(list(groups), dtype="str"),
            **apply_hierarchy(full),
        },
        columns=list(COLUMNS),
    )
    table = table[~(wrong | empty)].reset_index(drop=True)
    table = count_dropped(table, {"not UTF-8": int(wrong.sum()), "empty": int(empty.sum())})
    validate_table(table)
    return table


def _check_shapes(
    source: str, count: int, columns: Mapping[str, Sequence[str] | LabelArray]
) -> None:
    """Refuse unknown label keys, and columns of another length than the texts."""
    for name, values in columns.items():
        if name not in (*LABELS, "row_ids", "groups"):
            raise TableError(f"{source}: {name!r} is not a label; labels: {', '.join(LABELS)}")
        if len(values) != count:
            raise TableError(f"{source}: {name} has {len(values)} rows, the texts have {count}")


def validate_table(table: pd.DataFrame) -> None:
    """Refuse a table that breaks a rule of this module or of labels.py.

    Args:
        table: A row table, of one source or of many.

    Raises:
        TableError: The first rule that is broken, with the rows concerned.
    """
    if tuple(table.columns) != COLUMNS:
        raise TableError(f"columns are {list(table.columns)}, they must be {list(COLUMNS)}")
    labels = {key: table[key].to_numpy() for key in LABELS}
    for key, values in labels.items():
        if values.dtype != np.int8 or not np.isin(values, (-1, 0, 1)).all():
            raise TableError(
                f"{key} must be int8 with the values 1, 0 and -1, it is {values.dtype}"
            )
    for key, ruled in apply_hierarchy(labels).items():
        _refuse(table, ruled != labels[key], f"{key} breaks a rule between labels")
    _refuse(table, ~table["text"].str.strip().astype(bool).to_numpy(), "text is empty")
    repeated = table.duplicated(["source", "row_id"]).to_numpy()
    _refuse(table, repeated, "row_id repeats within its source")


def _refuse(table: pd.DataFrame, broken: Mask, rule: str) -> None:
    """Raise a TableError that names the first rows where a rule is broken, if there are any."""
    if broken.any():
        first = table.loc[broken, ["source", "row_id"]].head(3).to_numpy().tolist()
        raise TableError(f"{rule}: {int(broken.sum())} rows, first {first}")


def empty_table() -> pd.DataFrame:
    """Return a row table without rows, with the right columns and types."""
    return build_table("", [], [], {})


def concat_tables(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put row tables under one another.

    Args:
        tables: Row tables; may be none.

    Returns:
        One row table with a fresh index; its dropped counts are the sums.
    """
    if not tables:
        return empty_table()
    reasons: dict[str, int] = {}
    for table in tables:
        for reason, count in dropped_counts(table).items():
            reasons[reason] = reasons.get(reason, 0) + count
    joined = pd.concat([table.copy(deep=False) for table in tables], ignore_index=True)
    joined.attrs = {"dropped": reasons}
    return joined


def dropped_counts(table: pd.DataFrame) -> dict[str, int]:
    """Return how many rows the reader of this table dropped, by reason.

    Args:
        table: A table as a reader returned it.

    Returns:
        Counts above zero by reason; empty where nothing was dropped.
    """
    return dict(table.attrs.get("dropped", {}))


def count_dropped(table: pd.DataFrame, counts: Mapping[str, int]) -> pd.DataFrame:
    """Add to the counts of rows that a reader dropped.

    Args:
        table: A row table.
        counts: Rows dropped by reason; zeros are left out.

    Returns:
        The same table, for chaining.
    """
    dropped = dropped_counts(table)
    for reason, count in counts.items():
        if count:
            dropped[reason] = dropped.get(reason, 0) + count
    table.attrs["dropped"] = dropped
    return table
