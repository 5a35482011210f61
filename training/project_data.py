"""What a run reads: the corpus, what judges beside it, and how its rows are weighed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from training.corpus.augmentation import augment
from training.corpus.merge import (
    AUGMENTED,
    HELD_BACK,
    SLOTS,
    TRAIN,
    WRITTEN,
    Corpus,
    assemble,
    with_labels,
)
from training.corpus.weights import (
    Weighted,
    calibration_weights,
    crowd_row_weights,
    each_alike,
    judging_places,
    news_keys,
    row_weights,
)
from training.fitting.rows import TrainingRows
from training.own_decisions.store import SOURCE as OWN
from training.own_decisions.store import held_back_keys, own_table, read_decisions
from training.own_labels.annotations import read_annotations
from training.own_labels.held_back import read_held_back, read_listed
from training.own_labels.slots import read_known_words, read_slots
from training.own_labels.written import read_written
from training.resources import ONE_THREAD, Resources
from training.settings import TrainingSettings
from training.sources.load import LoadedSources, load_sources
from training.sources.registry import BENCHMARK, JUDGE, Registry
from training.sources.registry import TRAIN as TRAIN_ROLE

SLOTS_SEED: Final = 20261126
OTHER_SITE: Final = "c3"
_NEWS_PLACE: Final = "news"
CASES: Final = Path("tests", "behaviour", "cases")
OWN_LICENCE: Final = "the newsroom's own decisions on its readers' comments; not distributed"
WRITTEN_LICENCE: Final = "CC0-1.0 (written for this project)"


def read_corpus(
    data: Path,
    registry: Registry,
    *,
    annotated: bool = True,
    resources: Resources = ONE_THREAD,
) -> Corpus:
    """Read every source that is there, the project's own comments and labels, and merge them.

    Args:
        data: The data folder.
        registry: The sources.
        annotated: Whether the project's annotations override the sources' labels.
        resources: What to compute with.

    Returns:
        The corpus.
    """
    loaded = load_sources(registry, data / "raw", (TRAIN_ROLE, JUDGE))
    benchmarks = load_sources(registry, data / "raw", (BENCHMARK,))
    _report_sources(loaded)
    written = read_written(data / "written")
    decisions = read_decisions(data / OWN)
    annotations = read_annotations(data / "annotations")
    slots = read_slots(data / "lists", SLOTS_SEED)
    labelled = [with_labels(table, annotations) for table in loaded.tables.values()]
    corpus = assemble(
        [*labelled, written, slots, *([own_table(decisions)] if decisions else [])],
        list(benchmarks.tables.values()),
        annotations if annotated else annotations.iloc[:0],
        never_trained(data / "splits") | held_back_keys(decisions),
        {**registry.weights(), WRITTEN: 10.0, SLOTS: 1.0, OWN: 100.0},
        resources,
    )
    return corpus.without_training_on([source.key for source in registry.with_role(JUDGE)])


def judging_elsewhere(
    corpus: Corpus, registry: Registry, settings: TrainingSettings
) -> dict[str, Weighted]:
    """Gather what judges a new model besides news comments: other places, and another news site.

    Args:
        corpus: The corpus.
        registry: The sources.
        settings: The prevalence that places are re-weighted to.

    Returns:
        Rows and weights by name; only those that are there.
    """
    news, held_back = news_keys(registry), corpus.part(HELD_BACK)
    places = judging_places(held_back, news, _NEWS_PLACE, settings.prevalence)
    places.pop(_NEWS_PLACE, None)  # judged by itself
    found = {"other places'": each_alike(places)} if places else {}
    benchmarks = corpus.part(BENCHMARK)
    site = benchmarks[benchmarks["source"] == OTHER_SITE].reset_index(drop=True)
    return {**found, "another news site's": (site, np.ones(len(site)))} if len(site) else found


def never_trained(splits: Path) -> frozenset[str]:
    """Read the keys of all comments that no model of this project is trained on.

    Args:
        splits: The folder data/splits.

    Returns:
        What is held back, what was drawn elsewhere to judge, and the cases that judge and are kept
        elsewhere, where they are listed.

    Raises:
        HeldBackError: The held-back list is missing, or a line is not a key.
    """
    others = [splits / "other_places.txt", splits / "cases.txt"]
    return read_held_back(splits / "held_back.txt").union(*map(read_listed, others))


def _report_sources(loaded: LoadedSources) -> None:
    for note in loaded.notes:
        report(str(note))
    if not loaded.tables:
        report(
            "NO SOURCE COULD BE READ: training on the comments written for this project alone "
            "(data/written). Run `make data`, or see data/README.md for the files it looks for."
        )


def augmented_rows(data: Path, corpus: Corpus, registry: Registry, seed: int) -> pd.DataFrame:
    """Take what trains, and disguise and weave some of it.

    Args:
        data: The data folder.
        corpus: The corpus.
        registry: The sources.
        seed: Of what is disguised and woven.

    Returns:
        Training rows, ordered by group.
    """
    apart = never_trained(data / "splits")
    return augment(corpus.part(TRAIN), apart, news_keys(registry), seed)


def training_rows(
    data: Path, rows: pd.DataFrame, registry: Registry, settings: TrainingSettings
) -> TrainingRows:
    """Weigh the rows of a corpus for training and calibration, and read the words that are known.

    Args:
        data: The data folder.
        rows: As `augmented_rows` gives them.
        registry: The sources.
        settings: Weights and prevalence.

    Returns:
        What `build_model` takes.
    """
    news = news_keys(registry)
    return TrainingRows(
        rows,
        row_weights(rows, registry.weights(), news, settings),
        calibration_weights(rows, news, settings),
        # disguised words would pass for English ones
        rows.loc[rows["source"] != AUGMENTED, "text"].tolist(),
        crowd_row_weights(rows, news, settings),
        read_known_words(data / "lists"),
    )


def licences(rows: pd.DataFrame, registry: Registry) -> dict[str, str]:
    """Return the licence of each source that has rows.

    Args:
        rows: Training rows.
        registry: The sources.

    Returns:
        Licence by source key.
    """
    known = {source.key: source.licence for source in registry.sources} | {
        **dict.fromkeys((WRITTEN, SLOTS, AUGMENTED), WRITTEN_LICENCE), OWN: OWN_LICENCE
    }  # fmt: skip
    return {key: known[key] for key in sorted(set(rows["source"]))}


def report(line: str) -> None:
    """Tell the person at the terminal.

    Args:
        line: What to say; never a comment's text.
    """
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
