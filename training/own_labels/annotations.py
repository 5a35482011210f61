"""The project's own labels of public comments: keys, decisions and categories, never texts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from scoring.guidelines import ABUSE_KINDS, CATEGORIES
from training.errors import TrainingError
from training.sources.labels import LABELS, NO, REJECT, YES

COLUMNS: Final = (
    "key", "folder", "file", "row", "stratum", "inclusion_probability",
    "decision_1", "categories_1", "certainty_1",
    "decision_2", "categories_2", "certainty_2",
    "decision", "categories", "certainty",
)  # fmt: skip
"""One line a comment: two independent passes, then the label that counts; what only trains may have
one pass, and then the cells of the second are empty."""
_VALUES: Final = {"decision": ("approve", "reject"), "certainty": ("sure", "unsure")}
_KEY: Final = re.compile(r"[0-9a-f]{16}")


class AnnotationError(TrainingError):
    """An annotation file is malformed."""


def read_annotations(folder: Path) -> pd.DataFrame:
    """Read all annotation files of a folder.

    Args:
        folder: Holds CSV files with the columns of `COLUMNS`.

    Returns:
        One row a comment key: `key`, `folder`, `file`, `row`, `stratum`, `inclusion_probability`
        (NaN where a model or a word search chose the row), `decision`, `categories`, `certainty`,
        the columns of both passes, and the twelve label columns (int8, all known).

    Raises:
        AnnotationError: A file cannot be parsed, a column or value is wrong, or a key is labelled
            twice; the message names file and line.
    """
    paths = sorted(folder.glob("*.csv"))
    tables = [_read_file(path) for path in paths]
    if not tables:
        empty = pd.DataFrame(columns=[*COLUMNS, *LABELS])
        return empty.astype(dict.fromkeys(LABELS, np.int8))
    _check_repeats(paths, tables)
    table = pd.concat(tables, ignore_index=True)
    return pd.concat([table, label_columns(table)], axis=1)


def _read_file(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, index_col=False)
    except ValueError as error:  # a parser's or a decoder's
        raise AnnotationError(f"{path} cannot be parsed: {str(error).strip()}") from error
    if tuple(table.columns) != COLUMNS:
        raise AnnotationError(f"{path} has columns {list(table.columns)}, needs {list(COLUMNS)}")
    for name, allowed in _VALUES.items():
        for column in (name, f"{name}_1", f"{name}_2"):
            once = ("",) if column.endswith("_2") else ()
            wrong = table[~table[column].isin((*allowed, *once))]
            if len(wrong):
                raise AnnotationError(
                    f"{path} line {wrong.index[0] + 2}: {column} is "
                    f"{wrong[column].iloc[0]!r}, allowed are {', '.join(allowed)}"
                )
    for column in ("", "_1", "_2"):
        _check_categories(table[f"categories{column}"], table[f"decision{column}"], path)
    _check_one_pass(table, path)
    _check_keys(table["key"], path)
    table["inclusion_probability"] = _inclusion(table["inclusion_probability"], path)
    return table


def _check_one_pass(table: pd.DataFrame, path: Path) -> None:
    """Refuse half a second pass, and a row that judges on one pass alone."""
    once = (table["decision_2"] == "") | (table["certainty_2"] == "")
    whole = (table["decision_2"] == "") & (table["certainty_2"] == "")
    wrong = once & (~whole | (table["inclusion_probability"] != ""))
    if wrong.any():
        line = int(np.flatnonzero(wrong)[0]) + 2
        raise AnnotationError(
            f"{path} line {line}: a second pass lacks decision or certainty; it may be empty as a "
            "whole, and only where inclusion_probability is: what judges has two passes"
        )


def _check_repeats(paths: list[Path], tables: list[pd.DataFrame]) -> None:
    first: dict[str, str] = {}
    for path, table in zip(paths, tables, strict=True):
        for line, key in enumerate(table["key"], 2):
            here = f"{path} line {line}"
            before = first.setdefault(key, here)
            if before != here:
                raise AnnotationError(f"{here}: key {key} is annotated twice, first at {before}")


def _check_keys(keys: pd.Series[str], path: Path) -> None:
    for line, key in enumerate(keys, 2):
        if not _KEY.fullmatch(key):
            raise AnnotationError(f"{path} line {line}: key {key!r} is not 16 hexadecimal digits")


def _inclusion(cells: pd.Series[str], path: Path) -> pd.Series[float]:
    """Read the probabilities with which rows were drawn; NaN where the cell is empty."""
    numbers = pd.to_numeric(cells, errors="coerce").astype(float)
    wrong = (cells != "") & ~((numbers > 0) & (numbers <= 1))
    if wrong.any():
        line = int(np.flatnonzero(wrong)[0])
        raise AnnotationError(
            f"{path} line {line + 2}: inclusion_probability is {cells.iloc[line]!r}, it must be "
            "in (0, 1], or empty for a row that was not drawn at random"
        )
    return numbers


def _check_categories(cells: pd.Series[str], decisions: pd.Series[str], path: Path) -> None:
    for line, (cell, decision) in enumerate(zip(cells, decisions, strict=True), 2):
        named = set(cell.split())
        if named and decision == "approve":
            raise AnnotationError(f"{path} line {line}: approve, and yet categories {cell!r}")
        unknown = named - set(CATEGORIES)
        if unknown:
            raise AnnotationError(
                f"{path} line {line}: {sorted(unknown)} is no category; allowed are "
                f"{', '.join(CATEGORIES)}"
            )
        if named & set(ABUSE_KINDS) and "abuse" not in named:
            raise AnnotationError(f"{path} line {line}: a kind of abuse without abuse: {cell!r}")


def label_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Turn decisions and category lists into label columns.

    Args:
        table: With columns `decision` (approve, reject) and `categories` (keys, space-separated).

    Returns:
        int8 columns named as `LABELS`, every label known: what is not named is no.
    """
    named = [set(cell.split()) for cell in table["categories"]]
    columns = {REJECT: np.where(table["decision"] == "reject", YES, NO)}
    for key in CATEGORIES:
        columns[key] = np.array([YES if key in cell else NO for cell in named])
    return pd.DataFrame(columns, index=table.index).astype(np.int8)[list(LABELS)]
