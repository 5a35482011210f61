"""`make train`: from sources to a published version, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.artifacts.manifest import Manifest
from scoring.artifacts.selection import use_version
from scoring.artifacts.versions import (
    PublishedModel,
    load_current,
    load_version,
    publish,
)
from scoring.errors import ArtifactError, ArtifactMissing
from scoring.parallel.chunk_map import ChunkMap, ThreadMap
from training.corpus.merge import HELD_BACK
from training.corpus.weights import (
    judging_weights,
    news_keys,
)
from training.evaluation.behaviour import read_cases
from training.evaluation.evaluate import evaluate
from training.evaluation.gate import Evidence, GateResult, judge
from training.evaluation.own_rows import (
    FEWEST_OWN,
    change_in_words,
    is_enough,
    own_rows,
    own_shares,
)
from training.fitting.build import BuiltModel, build_model
from training.fitting.calibrate import FEWEST_POSITIVES
from training.project_data import (
    CASES,
    augmented_rows,
    judging_elsewhere,
    licences,
    read_corpus,
    report,
    training_rows,
)
from training.publishing.export import json_file, make_manifest, model_files, reloaded
from training.publishing.model_card import comparison_table, model_card
from training.resources import Resources
from training.settings import TrainingSettings
from training.sources.registry import Registry, load_registry


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a run reads and writes.

    Attributes:
        data: Holds sources.toml, written/, annotations/, splits/ and raw/.
        models: The folder of versions.
    """

    data: Path
    models: Path


def train(
    folders: Folders,
    settings: TrainingSettings,
    *,
    force: bool = False,
    publish_it: bool = True,
    chunk_map: ChunkMap | None = None,
) -> GateResult:
    """Train, publish, evaluate and, where the gate passes, make current.

    Args:
        folders: Where to read and write.
        settings: How to fit.
        force: Use the version whatever the gate says.
        publish_it: Use it at once where the gate passes; else it waits for `models use`.
        chunk_map: What runs chunks of texts; this process's threads where None.

    Returns:
        The gate's answer.

    Raises:
        TrainingError: The project's own data is malformed.
        OSError: The disk is full.
    """
    registry = load_registry(folders.data / "sources.toml")
    resources = Resources(chunk_map or ThreadMap(settings.jobs))
    corpus = read_corpus(folders.data, registry, resources=resources)
    rows = augmented_rows(folders.data, corpus, registry, settings.seed)
    data = training_rows(folders.data, rows, registry, settings)
    built = build_model(data, settings, resources)
    manifest = make_manifest(built, rows, settings, licences(rows, registry), datetime.now(UTC))
    held_back = corpus.part(HELD_BACK)
    weights = judging_weights(held_back, news_keys(registry), settings.prevalence)
    new = publish_evaluated(
        folders.models, manifest, built, rows, held_back, weights, registry, settings.seed
    )
    cases = read_cases(folders.data.parent / CASES)
    elsewhere = judging_elsewhere(corpus, registry, settings)
    evidence = Evidence(held_back, weights, own_rows(held_back), cases, elsewhere)
    result = compare_with_current(folders.models, new, evidence, settings.seed)
    if result.comparisons:
        report(f"\n{comparison_table(result.comparisons)}")
    report_own(folders.models, new, own_rows(held_back))
    if publish_it and (result.passed or force):
        use_version(folders.models, manifest.version)
        report(f"published {manifest.version} and made it current: {_because(result)}")
    else:
        why = result.reason if publish_it else f"as asked, though {result.reason}"
        report(
            f"published {manifest.version}; CURRENT stays: {why}.\n"
            f"To use it: python -m scoring models use {manifest.version}"
        )
    return result


def _because(result: GateResult) -> str:
    return result.reason if result.passed else f"forced, though {result.reason}"


def current_or_none(models: Path) -> PublishedModel | None:
    """Load the model in use, or None where there is none yet.

    Args:
        models: The folder of versions.

    Raises:
        ArtifactError: There is one but it does not verify.
    """
    try:
        return load_current(models)
    except ArtifactMissing:
        return None


def compare_with_current(
    models: Path, new: PublishedModel, evidence: Evidence, seed: int
) -> GateResult:
    """Ask the gate about a new version; one that cannot be compared does not pass.

    Args:
        models: The folder of versions.
        new: The model to judge.
        evidence: What it is judged on.
        seed: Of the resampling.

    Returns:
        The gate's answer.
    """
    try:
        current = current_or_none(models)
    except ArtifactError as error:
        return GateResult(False, f"the current model cannot be loaded to compare with: {error}")
    return judge(current, new, evidence, seed=seed)


def report_own(models: Path, new: PublishedModel, rows: pd.DataFrame) -> None:
    """Say what changes on the newsroom's own held-back decisions, if there are any.

    Args:
        models: The folder of versions.
        new: The new model.
        rows: As `own_rows` returns them.
    """
    if not len(rows):
        return
    try:
        current = current_or_none(models)
    except ArtifactError:  # the gate has told
        current = None
    before = None if current is None else own_shares(current, rows)
    report(f"\n{change_in_words(len(rows), before, own_shares(new, rows))}\n")
    if not is_enough(rows):
        report(
            f"Too few to judge a model by: needs {FEWEST_OWN} held back, {FEWEST_POSITIVES} of "
            "each decision."
        )


def publish_evaluated(
    models: Path,
    manifest: Manifest,
    built: BuiltModel,
    rows: pd.DataFrame,
    held_back: pd.DataFrame,
    weights: NDArray[np.float64],
    registry: Registry,
    seed: int,
) -> PublishedModel:
    """Store a model, reload what was stored, evaluate that, and publish both together.

    Args:
        models: The folder of versions.
        manifest: The version's manifest.
        built: The model.
        rows: Training rows.
        held_back: Rows to evaluate on; may be empty.
        weights: float64 (held-back rows), re-weighted to the stated prevalence.
        registry: The sources.
        seed: Of the bootstrap.

    Returns:
        The published version, as loaded from the disk.
    """
    files = model_files(built)
    stored = reloaded(manifest, files)
    metrics: dict[str, Any] = {}
    if weights.any():
        metrics["held-back news comments"] = evaluate(stored, held_back, weights, seed=seed)
    counts = {str(key): int(count) for key, count in rows["source"].value_counts().items()}
    files["metrics.json"] = json_file({"version": manifest.version, "evaluations": metrics})
    citations = {source.key: source.citation for source in registry.sources}
    files["model_card.md"] = model_card(manifest, metrics, counts, citations).encode()
    publish(models, manifest, files)
    return load_version(models, manifest.version)
