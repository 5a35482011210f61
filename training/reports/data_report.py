"""`python -m training data-report`: what the labelled comments are, counted from the files."""

from __future__ import annotations

import contextlib
import re
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from scoring.guidelines import CATEGORIES, HEADS
from training.corpus.merge import HELD_BACK, TRAIN, WRITTEN
from training.corpus.weights import news_folders
from training.evaluation.metrics import TOO_FEW
from training.fitting.calibrate import FEWEST_POSITIVES
from training.own_labels.annotations import read_annotations
from training.own_labels.held_back import read_held_back, read_listed
from training.own_labels.written import read_second_reading, read_written
from training.project_data import WRITTEN_LICENCE, read_corpus
from training.reports.markdown import markdown_table
from training.reports.markers import write_between_markers
from training.settings import TrainingSettings
from training.sources.labels import NO, REJECT, UNKNOWN, YES
from training.sources.load import load_sources
from training.sources.registry import ROLES, Registry, Source, load_registry

COMMENT_LIKE: Final = ("news", "wiki", "video")
"""Domains whose texts are comments under something that somebody else published."""
SILENT: Final = "–"
RESAMPLES: Final = 2000
_GITHUB: Final = re.compile(
    r"https://raw\.githubusercontent\.com/([^/]+/[^/]+)/([0-9a-f]{10})([0-9a-f]*)/"
)


def data_report(data: Path) -> str:
    """Count what there is; a source that cannot be read is listed as such.

    Args:
        data: The data folder.

    Returns:
        Markdown: tables of sources, totals, annotation agreement, strata and held-back comments.

    Raises:
        TrainingError: The project's own data is malformed.
    """
    registry = load_registry(data / "sources.toml")
    annotations = read_annotations(data / "annotations")
    twice = _read_twice(annotations)
    folders = news_folders(registry)
    written = read_second_reading(data / "written")
    sources = _source_table(registry, data)
    # what was read and what was skipped is news for the terminal, not part of the report
    with contextlib.redirect_stdout(sys.stderr):
        rows = read_corpus(data, registry).rows
    listed = read_held_back(data / "splits" / "held_back.txt")
    elsewhere = read_listed(data / "splits" / "other_places.txt")
    held_back = int((rows["split"] == HELD_BACK).sum())
    parts = [
        "### Rows of each source",
        f"Rows as the readers return them, before copies are merged; `{SILENT}` where a source "
        "says nothing about a category, else the comments it says yes to.",
        sources,
        "### Training rows, after merging copies and leaving out held-back comments",
        _totals_table(rows[rows["split"] == TRAIN], registry),
        "### Agreement of the two annotation passes",
        _agreement_text(annotations),
        _agreement_table(twice, _parts(twice, folders), seed=TrainingSettings().seed),
        "### Agreement of the written comments' labels with a second, blind reading",
        _agreement_text(written),
        _agreement_table(written, {"decision": written}, seed=TrainingSettings().seed),
        "### Strata of the annotations",
        _strata_table(annotations, folders, elsewhere),
        "### Held-back comments",
        f"{len(listed):,} keys are on the held-back list; {held_back:,} of these comments could be "
        "read and are kept out of training.",
    ]
    return "\n\n".join(parts) + "\n"


def _source_table(registry: Registry, data: Path) -> str:
    """Describe every source, the comments written for the project last."""
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


def _totals_table(rows: pd.DataFrame, registry: Registry) -> str:
    """Count the positives of each head among the training rows, by where they come from."""
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


def _read_twice(annotations: pd.DataFrame) -> pd.DataFrame:
    return annotations[annotations["decision_2"] != ""]


def _agreement_text(annotations: pd.DataFrame) -> str:
    """Say how many comments were read and how many the two passes label alike."""
    twice = _read_twice(annotations)
    once = len(annotations) - len(twice)
    decision = twice["decision_1"] == twice["decision_2"]
    alike = decision & (twice["categories_1"] == twice["categories_2"])
    return (
        f"{once:,} comments were read once, to train alone, and {len(twice):,} twice: "
        f"{int(alike.sum()):,} got the same labels, "
        f"{int((~decision).sum()):,} another decision, {int((decision & ~alike).sum()):,} the same "
        "decision for other categories. Cohen's kappa with a 95 % bootstrap interval; `yes` counts "
        "what each pass rejects or names."
    )


def _parts(annotations: pd.DataFrame, folders: frozenset[str]) -> dict[str, pd.DataFrame]:
    news = annotations["folder"].isin(folders)
    drawn = annotations["inclusion_probability"].notna()
    return {"decision, all": annotations, "decision, news": annotations[news],
            "decision, news drawn at random": annotations[news & drawn],
            "decision, other": annotations[~news]}  # fmt: skip


def _agreement_table(
    annotations: pd.DataFrame, parts: dict[str, pd.DataFrame], *, seed: int
) -> str:
    """Measure the agreement of both passes, on the decision and on each category."""
    passes = {
        name: ((part["decision_1"] == "reject"), (part["decision_2"] == "reject"))
        for name, part in parts.items()
    }
    for key in CATEGORIES:
        first, second = (
            annotations[column].map(lambda cell, key=key: key in cell.split())
            for column in ("categories_1", "categories_2")
        )
        passes[key] = (first, second)
    lines = [
        (name, *agreement_cells(first.to_numpy(bool), second.to_numpy(bool), seed=seed))
        for name, (first, second) in passes.items()
    ]
    header = ("label", "n", "yes, first pass", "yes, second pass", "yes, both", "kappa")
    return markdown_table(header, lines, numbers=range(1, 5))


def agreement_cells(
    first: NDArray[np.bool_], second: NDArray[np.bool_], *, seed: int
) -> tuple[str, ...]:
    """Compare two passes over the same comments.

    Args:
        first: bool (n), what the first pass says.
        second: bool (n), what the second says.
        seed: Of the bootstrap.

    Returns:
        n, yes of the first pass, of the second, of both, and kappa with its interval: "too few to
        judge" where fewer than 50 comments have a yes, or a no, from either pass.
    """
    counts = np.array([(~first & ~second).sum(), (first ^ second).sum(), (first & second).sum()])
    cells = [f"{n:,}" for n in (len(first), int(first.sum()), int(second.sum()), counts[2])]
    if counts[1] + min(counts[0], counts[2]) < FEWEST_POSITIVES:
        return (*cells, TOO_FEW)
    kappa = float(cohen_kappa_score(first, second))
    generator = np.random.default_rng(seed)
    four = np.bincount(2 * first + second, minlength=4)
    drawn = generator.multinomial(len(first), four / len(first), size=RESAMPLES) / len(first)
    observed = drawn[:, 0] + drawn[:, 3]
    yes_1, yes_2 = drawn[:, 2] + drawn[:, 3], drawn[:, 1] + drawn[:, 3]
    expected = yes_1 * yes_2 + (1 - yes_1) * (1 - yes_2)
    low, high = np.percentile((observed - expected) / (1 - expected), [2.5, 97.5])
    return (*cells, f"{kappa:.3f} ({low:.3f} to {high:.3f})")


def _strata_table(
    annotations: pd.DataFrame, folders: frozenset[str], elsewhere: frozenset[str]
) -> str:
    """Count the annotated comments of each stratum and say what they may be used for."""
    lines = []
    for (folder, stratum), part in annotations.groupby(["folder", "stratum"], sort=True):
        inclusion = part["inclusion_probability"]
        chances = sorted({f"{value:.3f}" for value in inclusion.dropna()})
        rejected = int((part["decision"] == "reject").sum())
        use = "judging, training" if inclusion.notna().all() and folder in folders else "training"
        if part["key"].isin(elsewhere).all():
            use = "judging"
        lines.append((str(folder), str(stratum), f"{len(part):,}", f"{rejected:,}",
                      ", ".join(chances) or "none", use))  # fmt: skip
    header = ("folder", "stratum", "comments", "rejected", "inclusion probability", "for")
    return markdown_table(header, lines, numbers=(2, 3))


def source_details(registry: Registry) -> str:
    """Say in words where each source comes from, what it teaches and what is wrong with it.

    Args:
        registry: The sources.

    Returns:
        Markdown.
    """
    return "\n\n".join(
        f"#### `{s.key}`: {s.title}\n\n{s.domain}, {s.role}, weight {s.weight:g}; {s.licence}; "
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


def write_data_report(data: Path, path: Path | None) -> None:
    """Print the report, or put it and the sources' details between a file's markers.

    Args:
        data: The data folder.
        path: A file with the markers `data-report` and `sources`; None prints.

    Raises:
        TrainingError: The project's own data is malformed, or the file has no place for it.
        OSError: The file cannot be read or written.
    """
    content = data_report(data)
    if path is None:
        sys.stdout.write(content)
        return
    write_between_markers(path, "data-report", content)
    write_between_markers(path, "sources", source_details(load_registry(data / "sources.toml")))
