"""Everything that is known of the shipped model, measured in one run and told as plain values."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from scoring.artifacts.versions import PublishedModel
from training.corpus.weights import Weighted, each_alike, judging_places, news_keys
from training.evaluation.behaviour import Case, run_cases
from training.evaluation.evaluate import evaluate
from training.evidence.benchmarks import measure_benchmarks
from training.evidence.bias import (
    filler_spread,
    group_bias,
    madlibs_bias,
    read_group_sentences,
)
from training.evidence.calibration import cut_history, measure_calibration
from training.evidence.capabilities import capability_shares
from training.evidence.evasion import measure_evasion
from training.evidence.explanations import deletion_test, toxic_spans
from training.evidence.own_split import measure_own_splits
from training.evidence.published import Published, read_published
from training.settings import TrainingSettings
from training.sources.errors import SourceError
from training.sources.load import load_sources, read_source
from training.sources.registry import BENCHMARK, Registry
from training.sources.table import concat_tables

FORMAT: Final = 1
FEWEST: Final = 100
"""Held-back comments of one place that are told by themselves."""
NEWS_PLACE: Final = "news sites (Civil Comments)"
ALL_PLACES: Final = "all places alike"
FILLERS: Final = 300
_TRAINED_ON_THEIR_OWN: Final = ("edos", "olid", "jigsaw-pc2", "youtube-spam-uci")
_SPANS: Final = "civil-toxicspans-test"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a model is measured on.

    Attributes:
        data: The folder data/.
        registry: The sources.
        held_back: Held-back rows of the corpus; may be empty.
        cases: The behaviour suite.
        group_sentences: The folder of sentences that groups are put into.
        history: What `CUT` has meant in versions before, from the last report.
        own_splits: What training on the benchmarks' own parts gave in the last report, which no
            model changes; None to measure it anew, which takes minutes.
        seeds: What retrains on other seeds gave, as `read_seeds` reads it; may be empty.
    """

    data: Path
    registry: Registry
    held_back: pd.DataFrame
    cases: Sequence[Case]
    group_sentences: Path
    history: list[dict[str, Any]] = field(default_factory=list)
    own_splits: list[dict[str, Any]] | None = None
    seeds: dict[str, Any] = field(default_factory=dict)


def collect(
    published: PublishedModel, inputs: Inputs, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Measure a model on everything that is there.

    Args:
        published: The model.
        inputs: What it is measured on.
        progress: Told what is being measured, in a line.

    Returns:
        Plain values that JSON can hold; what could not be read is left out and named in `missing`.
    """
    loaded = load_sources(inputs.registry, inputs.data / "raw", (BENCHMARK,))
    tables, others = loaded.tables, read_published(inputs.data)
    progress("held-back comments")
    parts = held_back_parts(inputs.held_back, inputs.registry)
    held_back = {
        name: evaluate(published, rows, weights, seed=TrainingSettings().seed)
        for name, (rows, weights) in parts.items()
    }
    progress("benchmarks")
    found: dict[str, Any] = {
        "format": FORMAT,
        "model": published.manifest.version,
        "date": datetime.now(UTC).date().isoformat(),
        "missing": [note.key for note in loaded.notes if note.skipped],
        "held_back": held_back,
        "behaviour": capability_shares(inputs.cases, run_cases(published, inputs.cases)),
        "benchmarks": measure_benchmarks(published, tables, others),
    }
    progress("bias, evasion, calibration, explanations")
    found["bias"] = _bias(published, inputs, tables, others.get("madlibs", Published()))
    found["evasion"] = measure_evasion(published, inputs.cases)
    found["calibration"] = measure_calibration(published, parts)
    found["cut_history"] = cut_history(
        published.manifest.version, found["calibration"], inputs.history
    )
    found["seeds"] = inputs.seeds
    found["explanations"] = _explanations(published, inputs, tables)
    found["own_splits"] = inputs.own_splits
    if inputs.own_splits is None:
        own = tables | _own_tables(inputs, progress)
        found["own_splits"] = measure_own_splits(own, others, progress)
    return found


def held_back_parts(held_back: pd.DataFrame, registry: Registry) -> dict[str, Weighted]:
    """Give what was held back: Civil Comments, each other place, and all places alike.

    Args:
        held_back: Held-back rows of the corpus; may be empty.
        registry: The sources.

    Returns:
        Rows and weights by name, re-weighted to the stated prevalence; in the last, each place
        weighs as much. Places of fewer than `FEWEST` comments are left out.
    """
    if not len(held_back):
        return {}
    news, prevalence = news_keys(registry), TrainingSettings().prevalence
    places = judging_places(held_back, news, NEWS_PLACE, prevalence)
    parts = {name: part for name, part in places.items() if len(part[0]) >= FEWEST}
    return {**parts, ALL_PLACES: each_alike(parts)} if len(parts) > 1 else parts


def _bias(
    published: PublishedModel,
    inputs: Inputs,
    tables: dict[str, pd.DataFrame],
    others: Published,
) -> dict[str, Any]:
    sentences, madlibs = read_group_sentences(inputs.group_sentences), tables.get("madlibs")
    return {
        "madlibs": None if madlibs is None else madlibs_bias(published, madlibs, others),
        "groups": group_bias(published, sentences),
        "spread": filler_spread(published, _fillers(inputs.data / "lists")),
    }


def _fillers(lists: Path) -> dict[str, list[str]]:
    """Take every n-th name of the lists that are there, and all peoples."""
    names = {"first name": "first_names", "surname": "surnames", "place": "places"}
    paths = {kind: lists / f"{name}.txt" for kind, name in names.items()}
    found = {}
    for kind, path in paths.items():
        words = path.read_text(encoding="utf-8").split() if path.exists() else []
        found[kind] = [word.title() for word in words[:: max(1, len(words) // FILLERS)]]
    peoples = lists / "fillers.toml"
    if peoples.exists():
        found["people"] = list(tomllib.loads(peoples.read_text(encoding="utf-8"))["group"])
    return found


def _explanations(
    published: PublishedModel, inputs: Inputs, tables: dict[str, pd.DataFrame]
) -> dict[str, Any]:
    texts = concat_tables([tables[key] for key in (_SPANS, "wiki-nonfuzzed") if key in tables])
    sources = {source.key: source for source in inputs.registry.sources}
    return {
        "deletion": deletion_test(published, texts["text"].tolist()) if len(texts) else None,
        "spans": toxic_spans(published, inputs.data / "raw" / sources[_SPANS].folder)
        if _SPANS in tables
        else None,
    }


def _own_tables(inputs: Inputs, progress: Callable[[str], None]) -> dict[str, pd.DataFrame]:
    found = {}
    for source in inputs.registry.sources:
        if source.key in _TRAINED_ON_THEIR_OWN:
            try:
                found[source.key] = read_source(source, inputs.data / "raw")
            except SourceError as error:
                progress(f"{source.key}: skipped, {error}")
    return found
