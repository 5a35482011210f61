"""What each source of labelled comments holds, and what it teaches in words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.guidelines import CATEGORIES, HEADS
from training.corpus.merge import WRITTEN
from training.own_labels.written import read_written
from training.project_data import WRITTEN_LICENCE
from training.reports.markdown import markdown_table
from training.settings import TrainingSettings
from training.sources.labels import NO, REJECT, UNKNOWN, YES
from training.sources.load import load_sources
from training.sources.registry import ROLES, Registry, Source

COMMENT_LIKE: Final = ("news", "wiki", "video")
"""Domains whose texts are comments under something that somebody else published."""
SILENT: Final = "–"
_GITHUB: Final = re.compile(
    r"https://raw\.githubusercontent\.com/([^/]+/[^/]+)/([0-9a-f]{10})([0-9a-f]*)/"
)


def source_table(registry: Registry, data: Path) -> str:
    """Count what every source holds, the comments written for the project last.

    Args:
        registry: The sources.
        data: The data folder; a source that cannot be read is listed as such.

    Returns:
        A Markdown table.

    Raises:
        TrainingError: A line of the written comments is malformed.
    """
    tables = load_sources(registry, data / "raw", ROLES).tables
    lines = []
    for source in registry.sources:
        place = (source.key, source.domain, source.role, f"{source.weight:g}")
        lines.append((*place, *_label_counts(tables.get(source.key)), source.licence))
    weight = f"{TrainingSettings().written_weight:g}"
    written = _label_counts(read_written(data / "written"))
    lines.append((WRITTEN, "written", "train", weight, *written, WRITTEN_LICENCE))
    header = ("source", "domain", "role", "weight", "rows", "reject", "approve", *CATEGORIES,
              "licence")  # fmt: skip
    return markdown_table(header, lines, numbers=range(3, 7 + len(CATEGORIES)))


def _label_counts(table: pd.DataFrame | None) -> list[str]:
    """Return rows, rejected, approved and the positives of each category, as cells."""
    if table is None:
        return ["not there", *[""] * (len(CATEGORIES) + 2)]
    cells = [f"{len(table):,}"]
    columns = [(REJECT, YES), (REJECT, NO), *((key, YES) for key in CATEGORIES)]
    for key, label in columns:
        silent = bool((table[key] == UNKNOWN).all())
        cells.append(SILENT if silent else f"{int((table[key] == label).sum()):,}")
    return cells


def totals_table(rows: pd.DataFrame, registry: Registry) -> str:
    """Count the positives of each head among the training rows, by where they come from.

    Args:
        rows: Training rows of a corpus.
        registry: The sources.

    Returns:
        A Markdown table.
    """
    comment_like = [s.key for s in registry.sources if s.domain in COMMENT_LIKE]
    columns: dict[str, NDArray[np.bool_]] = {
        "all": np.ones(len(rows), dtype=np.bool_),
        "news, wiki and video": rows["source"].isin(comment_like).to_numpy(bool),
        "annotated here": rows["annotated"].to_numpy(bool),
        "written for the project": (rows["source"] == WRITTEN).to_numpy(bool),
    }
    lines = [("rows", "", *(f"{int(part.sum()):,}" for part in columns.values()))]
    for head in HEADS:
        labels = rows[head].to_numpy(np.int8)
        positives = [f"{int((labels[part] == YES).sum()):,}" for part in columns.values()]
        lines.append((head, f"{int((labels != UNKNOWN).sum()):,}", *positives))
    header = ("yes to", "label known", *columns)
    return markdown_table(header, lines, numbers=range(1, len(header)))


def source_details(registry: Registry) -> str:
    """Say in words where each source comes from, what it teaches and what is wrong with it.

    Args:
        registry: The sources.

    Returns:
        Markdown.
    """
    return "\n\n".join(
        f"### `{s.key}`: {s.title}\n\n{s.domain}, {s.role}, weight {s.weight:g}; {s.licence}; "
        f"{s.dates}\n\n- Origin: {_origin(s)}. {s.citation}.\n- Labelled by: {s.labeller}.\n"
        f"- Teaches: {s.teaches}\n- Known noise: {s.known_noise}"
        for s in registry.sources
    )


def _origin(source: Source) -> str:
    if source.optional:
        return "supplied by you, see below"
    places = [_GITHUB.match(file.url) for file in source.files if file.url]
    found = {
        f"[{p[1]} at {p[2]}](https://github.com/{p[1]}/tree/{p[2]}{p[3]})" for p in places if p
    }
    hidden = sum(file.url is None for file in source.files)
    history = (
        [f"{hidden} files only in the history of a repository, from a mirror"] if hidden else []
    )
    return ", ".join([*sorted(found), *history])
