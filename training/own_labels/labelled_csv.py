"""Reading an analyst's own labelled comments: a CSV, line by line, into the row table.

Columns: `text`, `decision` (approve or reject) and, where there are any, `categories` (keys of
scoring/guidelines.py, separated by spaces or commas), `source` and `thread`. Others are ignored.

What the labels mean: an approved comment breaks no category. A rejected one breaks those it names
and no other, except that the kinds of abuse it does not name are unknown where it names one of them
or `abuse` itself; a rejected comment that names none leaves every category unknown.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from scoring.guidelines import ABUSE_KINDS, CATEGORIES
from training.errors import TrainingError
from training.own_labels.written import read_written
from training.sources.labels import NO, REJECT, UNKNOWN, YES, LabelArray
from training.sources.table import build_table

NEEDED: Final = ("text", "decision")
OPTIONAL: Final = ("categories", "source", "thread")
DECISIONS: Final = ("approve", "reject")
SOURCE: Final = "own"
"""Source of the rows that name none."""
EXAMPLE_ROWS: Final = 600
_SEPARATORS: Final = re.compile(r"[\s,]+")


class OwnCommentsError(TrainingError):
    """A file of labelled comments, or what is asked of it, is wrong."""


@dataclass(frozen=True, slots=True)
class _Comment:
    """One line of the file, checked."""

    line: int
    text: str
    rejected: bool
    named: frozenset[str]
    source: str
    thread: str


def read_own_comments(path: Path) -> pd.DataFrame:
    """Read labelled comments.

    Args:
        path: A CSV file in UTF-8, with or without a byte-order mark.

    Returns:
        A row table (training.sources.table): `row_id` is the comment's line in the file, `group`
        its thread. Comments without text are dropped and counted in `attrs["dropped"]`; columns of
        the file that mean nothing here are in `attrs["ignored_columns"]`.

    Raises:
        OwnCommentsError: The file is missing, is not UTF-8 or not CSV, lacks a column, holds a
            value that is not allowed, or has no comments; says where and what is allowed.
    """
    records = _records(path, _decoded(path))
    header = next(records)[1]
    _check_header(path, header)
    comments = [_comment(path, line, dict(zip(header, cells, strict=True)))
                for line, cells in records]  # fmt: skip
    if not comments:
        raise OwnCommentsError(f"{path} has a header and no comments")
    table = build_table(
        SOURCE,
        [comment.text for comment in comments],
        [str(comment.line) for comment in comments],
        _labels(comments),
        [comment.thread for comment in comments],
    )
    table["source"] = table["row_id"].map({str(c.line): c.source for c in comments})
    table.attrs["ignored_columns"] = [name for name in header if name not in (*NEEDED, *OPTIONAL)]
    return table


def _decoded(path: Path) -> str:
    """Read a file as UTF-8, or say on which line it is not."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OwnCommentsError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise OwnCommentsError(
            f"{path} line {line}: byte 0x{content[error.start]:02x} is not UTF-8; save the file "
            "as 'CSV UTF-8' and try again"
        ) from error


def _records(path: Path, content: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which a record begins, and its cells; the header first."""
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    begins, width = 1, 0
    try:
        for cells in reader:
            width = width or len(cells)
            if cells and len(cells) != width:
                raise OwnCommentsError(
                    f"{path} line {begins}: {len(cells)} cells, the header has {width}; put a text "
                    "that holds commas between double quotes"
                )
            if cells:
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise OwnCommentsError(f"{path} line {begins}: not CSV: {error}") from error
    if not width:
        raise OwnCommentsError(f"{path} is empty; its first line must name the columns")


def _check_header(path: Path, header: list[str]) -> None:
    header[:] = [name.strip().lower() for name in header]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        hint = "; separate columns by commas, not semicolons" if ";" in header[0] else ""
        raise OwnCommentsError(
            f"{path} has no column {' and no column '.join(missing)}; it has {', '.join(header)}; "
            f"needed are {', '.join(NEEDED)}, optional {', '.join(OPTIONAL)}{hint}"
        )
    twice = [name for name in (*NEEDED, *OPTIONAL) if header.count(name) > 1]
    if twice:
        raise OwnCommentsError(f"{path} has column {twice[0]} twice; keep one")


def _comment(path: Path, line: int, cells: Mapping[str, str]) -> _Comment:
    """Check one record."""
    decision = cells["decision"].strip().lower()
    if decision not in DECISIONS:
        raise OwnCommentsError(
            f"{path} line {line}: decision is {cells['decision']!r}, allowed are "
            f"{', '.join(DECISIONS)}"
        )
    named = frozenset(_SEPARATORS.split(cells.get("categories", "").strip().lower())) - {""}
    unknown = sorted(named - set(CATEGORIES))
    if unknown:
        raise OwnCommentsError(
            f"{path} line {line}: {unknown[0]!r} is no category; allowed are "
            f"{', '.join(CATEGORIES)}"
        )
    if named and decision == "approve":
        raise OwnCommentsError(
            f"{path} line {line}: approved, yet it names {', '.join(sorted(named))}; an approved "
            "comment breaks no category"
        )
    return _Comment(
        line,
        cells["text"],
        decision == "reject",
        named,
        cells.get("source", "").strip() or SOURCE,
        cells.get("thread", "").strip(),
    )


def _labels(comments: list[_Comment]) -> dict[str, LabelArray]:
    labels = {REJECT: [YES if comment.rejected else NO for comment in comments]}
    for key in CATEGORIES:
        labels[key] = [_label(comment, key) for comment in comments]
    return {key: np.array(values, dtype=np.int8) for key, values in labels.items()}


def _label(comment: _Comment, key: str) -> int:
    if key in comment.named:
        return YES
    if comment.rejected and not comment.named:
        return UNKNOWN
    which_kind_is_open = bool(comment.named & {"abuse", *ABUSE_KINDS})
    return UNKNOWN if key in ABUSE_KINDS and which_kind_is_open else NO


def write_example(written: Path, path: Path, *, rows: int = EXAMPLE_ROWS) -> Path:
    """Write an example of such a file, from comments that were written for this project.

    Models are trained on these comments: what a model scores on the file is not an evaluation.

    Args:
        written: The folder data/written.
        path: The CSV file to write.
        rows: How many comments, taken at even steps from all of them.

    Returns:
        The path.

    Raises:
        OwnCommentsError: The folder holds no comments.
        OSError: The file cannot be written.
    """
    table = read_written(written)
    if not len(table):
        raise OwnCommentsError(f"{written} holds no comments to make an example of")
    chosen = table.iloc[np.unique(np.linspace(0, len(table) - 1, rows).astype(int))]
    example = pd.DataFrame(
        {
            "text": chosen["text"],
            "decision": np.where(chosen[REJECT] == YES, "reject", "approve"),
            "categories": [
                " ".join(key for key in CATEGORIES if row[key] == YES)
                for row in chosen[list(CATEGORIES)].to_dict("records")
            ],
            "thread": chosen["group"],
        }
    )
    example.to_csv(path, index=False, encoding="utf-8")
    return path
