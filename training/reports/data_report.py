"""`python -m training data-report`: what the labelled comments are, counted from the files."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.corpus.merge import HELD_BACK, TRAIN
from training.corpus.weights import news_folders
from training.own_labels.annotations import read_annotations
from training.own_labels.held_back import read_held_back, read_listed
from training.own_labels.written import read_second_reading
from training.project_data import read_corpus
from training.reports.annotation_tables import (
    agreement_text,
    category_agreement,
    decision_agreement,
    strata_table,
)
from training.reports.markers import write_between_markers
from training.reports.source_tables import SILENT, source_details, source_table, totals_table
from training.settings import TrainingSettings
from training.sources.registry import Registry, load_registry

DATASHEET: Final = Path("data/README.md")
PAGES: Final = Path("docs/data")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the report.

    Attributes:
        name: Of its markers.
        title: Its heading in a terminal; documents have headings of their own.
        content: Markdown.
        document: The document that it belongs to, from the repository's root.
    """

    name: str
    title: str
    content: str
    document: Path


def label_parts(data: Path, registry: Registry) -> list[Part]:
    """Tell of the project's own labels, for which no source need be there.

    Args:
        data: The data folder.
        registry: The sources.

    Returns:
        Agreement, strata, and what the registry says of the sources.

    Raises:
        TrainingError: The project's own data is malformed.
    """
    annotations = read_annotations(data / "annotations")
    written = read_second_reading(data / "written")
    elsewhere = read_listed(data / "splits" / "other_places.txt")
    folders, seed = news_folders(registry), TrainingSettings().seed
    by_category = [
        f"{agreement_text(labels)}\n\n{category_agreement(labels, seed=seed)}"
        for labels in (annotations, written)
    ]
    return [
        Part("decision-agreement", "Agreement of two readings on the decision",
             decision_agreement(annotations, written, folders, seed=seed), DATASHEET),
        Part("annotation-agreement", "Agreement of the two annotation passes",
             by_category[0], PAGES / "annotations.md"),
        Part("written-agreement", "Agreement of the written comments' labels with a second, blind "
             "reading", by_category[1], PAGES / "written.md"),
        Part("strata", "Strata of the annotations",
             strata_table(annotations, folders, elsewhere), PAGES / "annotations.md"),
        Part("sources", "What each source teaches", source_details(registry),
             PAGES / "sources.md"),
    ]  # fmt: skip


def row_parts(data: Path, registry: Registry) -> list[Part]:
    """Count the rows; a source that cannot be read is listed as such.

    Args:
        data: The data folder.
        registry: The sources.

    Returns:
        Rows of each source, training rows, held-back comments.

    Raises:
        TrainingError: The project's own data is malformed.
    """
    sources = (
        f"Rows as the readers return them, before copies are merged; `{SILENT}` where a source "
        f"says nothing about a category, else the comments it says yes to.\n\n"
        f"{source_table(registry, data)}"
    )
    # what was read and what was skipped is news for the terminal, not part of the report
    with contextlib.redirect_stdout(sys.stderr):
        rows = read_corpus(data, registry).rows
    listed = read_held_back(data / "splits" / "held_back.txt")
    held_back = int((rows["split"] == HELD_BACK).sum())
    kept = (
        f"{len(listed):,} keys are on the held-back list; {held_back:,} comments could be read "
        "and are kept out of training, those of other places and cases that judge among them."
    )
    return [
        Part("source-rows", "Rows of each source", sources, PAGES / "sources.md"),
        Part("training-rows", "Training rows, after merging copies and leaving out held-back "
             "comments", totals_table(rows[rows["split"] == TRAIN], registry), DATASHEET),
        Part("held-back", "Held-back comments", kept, PAGES / "annotations.md"),
    ]  # fmt: skip


def data_report(data: Path) -> list[Part]:
    """Count what there is.

    Args:
        data: The data folder.

    Returns:
        The parts of the report.

    Raises:
        TrainingError: The project's own data is malformed.
    """
    registry = load_registry(data / "sources.toml")
    return [*row_parts(data, registry), *label_parts(data, registry)]


def printed(parts: Sequence[Part]) -> str:
    """Lay the report out for a terminal.

    Args:
        parts: As `data_report` returns them.

    Returns:
        Markdown.
    """
    return "\n".join(f"## {part.title}\n\n{part.content}\n" for part in parts)


def write_data_report(data: Path, *, write: bool) -> None:
    """Print the report, or put its parts between the markers of their documents.

    Args:
        data: The data folder; the documents are those beside it.
        write: Whether to write the documents.

    Raises:
        TrainingError: The project's own data is malformed, or a document lacks a marker.
        OSError: A document cannot be read or written.
    """
    parts = data_report(data)
    if not write:
        sys.stdout.write(printed(parts))
        return
    for part in parts:
        write_between_markers(data.parent / part.document, part.name, part.content)
