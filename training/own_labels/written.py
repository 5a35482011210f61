"""Comments written for this project: invented, labelled by their writer, free to use (CC0)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from scoring.guidelines import ABUSE_KINDS, CATEGORIES
from training.errors import TrainingError
from training.keys import fold_key
from training.sources.labels import NO, REJECT, YES
from training.sources.table import build_table

SOURCE: Final = "written"
SECOND_READING: Final = "second_reading.csv"
_KEYS: Final = {"text", "decision", "categories", "topic", "pair"}


class WrittenError(TrainingError):
    """A line of a written file is malformed."""


def read_written(folder: Path) -> pd.DataFrame:
    """Read all written files of a folder.

    Args:
        folder: Holds JSON Lines files: text, decision, categories, topic and an optional pair.

    Returns:
        A row table (training.sources.table), every label known; minimal pairs share a group.

    Raises:
        WrittenError: A line is not valid; the message names file and line.
    """
    rows = [row for path in sorted(folder.glob("*.jsonl")) for row in _read_file(path)]
    categories = [set(row["categories"]) for row in rows]
    decisions = np.array([row["decision"] == "reject" for row in rows], dtype=bool)
    labels = {REJECT: np.where(decisions, YES, NO).astype(np.int8)}
    for key in CATEGORIES:
        labels[key] = np.array([YES if key in named else NO for named in categories], dtype=np.int8)
    return build_table(
        SOURCE,
        [row["text"] for row in rows],
        [row["row_id"] for row in rows],
        labels,
        groups=[row["group"] for row in rows],
    )


def read_second_reading(folder: Path) -> pd.DataFrame:
    """Pair the labels of written comments with those of a second reader who did not see them.

    Args:
        folder: The folder data/written, with `second_reading.csv` (key, file, decision, categories,
            certainty) in it or not.

    Returns:
        One row a comment read twice: `decision_1` and `categories_1` (the writer's), `decision_2`
        and `categories_2` (the reader's); categories are keys separated by spaces, in the order of
        `CATEGORIES`.

    Raises:
        WrittenError: A written file is malformed.
    """
    path = folder / SECOND_READING
    columns = ["decision_1", "categories_1", "decision_2", "categories_2"]
    if not path.exists():
        return pd.DataFrame({column: pd.Series(dtype=str) for column in columns})
    rows = [row for path in sorted(folder.glob("*.jsonl")) for row in _read_file(path)]
    written = pd.DataFrame(
        {
            "key": [fold_key(row["text"]) for row in rows],
            "decision": [row["decision"] for row in rows],
            "categories": [
                " ".join(key for key in CATEGORIES if key in row["categories"]) for row in rows
            ],
        }
    ).drop_duplicates("key")
    second = pd.read_csv(path, dtype=str, keep_default_na=False)
    both = written.merge(second, on="key", suffixes=("_1", "_2"), validate="one_to_one")
    return both[columns]


def _read_file(path: Path) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line.strip():
            rows.append(_read_line(line, path, number))
    return rows


def _read_line(line: bytes, path: Path, number: int) -> dict[str, Any]:
    where = f"{path} line {number}"
    try:
        row = json.loads(line.decode())
    except ValueError as error:
        raise WrittenError(f"{where}: not JSON: {error}") from error
    if not isinstance(row, dict) or not {"text", "decision", "categories"} <= set(row) <= _KEYS:
        raise WrittenError(f"{where}: needs text, decision, categories; may have topic, pair")
    named = row["categories"]
    if not isinstance(row["text"], str) or not row["text"].strip():
        raise WrittenError(f"{where}: text must be a string with something in it")
    if not isinstance(named, list) or not all(isinstance(key, str) for key in named):
        raise WrittenError(f"{where}: categories must be a list of keys, it is {named!r}")
    if row["decision"] not in ("approve", "reject") or not set(named) <= set(CATEGORIES):
        raise WrittenError(
            f"{where}: decision {row['decision']!r} or categories {named!r} not allowed"
        )
    if (row["decision"] == "approve" and named) or (
        set(named) & set(ABUSE_KINDS) and "abuse" not in named
    ):
        raise WrittenError(f"{where}: decision and categories {named!r} contradict each other")
    pair = row.get("pair")
    group = f"{path.stem}:{pair}" if pair else ""
    return {**row, "row_id": f"{path.stem}:{number}", "group": group}
