"""`python -m training seeds`: train the recipe of the model in use again, on other seeds."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from scoring.artifacts.versions import PublishedModel, load_current
from training.corpus.merge import HELD_BACK
from training.corpus.weights import Weighted
from training.errors import TrainingError
from training.evidence.collect import held_back_parts
from training.evidence.seeds import preset_precisions
from training.fitting.build import build_model
from training.project_data import augmented_rows, licences, read_corpus, training_rows
from training.publishing.export import data_digest, make_manifest, model_files, reloaded
from training.reports.evidence_robustness import seeds_table
from training.reports.markdown import markdown_table
from training.resources import Resources
from training.settings import TrainingSettings
from training.sources.registry import Registry, load_registry

SEEDS_FILE: Final = "seeds.json"


class SeedsError(TrainingError):
    """The model in use cannot be trained again: its data or settings are not these."""


def add_seeds(
    steps: argparse._SubParsersAction[argparse.ArgumentParser], out: Path
) -> argparse.ArgumentParser:
    """Add the step `seeds` to a command line.

    Args:
        steps: The steps of the command line.
        out: The folder of the evaluation.

    Returns:
        The step.
    """
    step = steps.add_parser(
        "seeds", help="train the model in use again on other seeds, and compare the presets"
    )
    step.add_argument("seeds", type=int, nargs="+", metavar="SEED", help="any whole numbers")
    step.add_argument("--out", type=Path, default=out, help=f"folder of the report ({out})")
    return step


def run_seeds(
    data: Path,
    models: Path,
    options: argparse.Namespace,
    resources: Resources,
    report: Callable[[str], None],
) -> None:
    """Train on each seed and write what it changed, after each: a stopped run loses one training.

    Args:
        data: The folder data/.
        models: The folder of versions.
        options: `seeds` and `out`.
        resources: What to compute with.
        report: Told each line.

    Raises:
        SeedsError: The model in use was trained on other data, or with other settings.
        OSError: The report cannot be written.
    """
    registry, settings = load_registry(data / "sources.toml"), TrainingSettings()
    current, corpus = load_current(models), read_corpus(data, registry, resources=resources)
    train = augmented_rows(data, corpus, registry, settings.seed)
    _check_recipe(current, train, settings)
    parts = held_back_parts(corpus.part(HELD_BACK), registry)
    path, version = options.out / SEEDS_FILE, current.manifest.version
    runs = {settings.seed: _run(settings.seed, current, parts)}
    for run in read_seeds(path, version).get("runs", ()):
        runs.setdefault(run["seed"], run)
    for seed in options.seeds:
        if seed not in runs:
            report(f"seed {seed}")
            rows = augmented_rows(data, corpus, registry, seed)
            again = _trained(data, rows, registry, replace(settings, seed=seed), resources)
            runs[seed] = _run(seed, again, parts)
        _write(path, version, list(runs.values()))
    table = seeds_table(read_seeds(path, version))
    report(f"\n{table.title}\n{markdown_table(table.header, table.rows)}\n\nwritten: {path}")


def _check_recipe(current: PublishedModel, rows: pd.DataFrame, settings: TrainingSettings) -> None:
    manifest = current.manifest
    for what, theirs, ours in (
        ("data", manifest.data_digest, data_digest(rows)),
        ("settings", manifest.configuration_digest, settings.digest()),
    ):
        if theirs != ours:
            raise SeedsError(
                f"{manifest.version} was trained with {what} {theirs}, here are {ours}: what "
                "another seed changes could not be told from what they change; run `make train`"
            )


def _trained(
    data: Path,
    rows: pd.DataFrame,
    registry: Registry,
    settings: TrainingSettings,
    resources: Resources,
) -> PublishedModel:
    """Train a model that is kept in memory alone."""
    built = build_model(training_rows(data, rows, registry, settings), settings, resources)
    manifest = make_manifest(built, rows, settings, licences(rows, registry), datetime.now(UTC))
    return reloaded(manifest, model_files(built))


def _run(seed: int, published: PublishedModel, parts: dict[str, Weighted]) -> dict[str, Any]:
    return {"seed": seed, "precisions": preset_precisions(published, parts)}


def _write(path: Path, version: str, runs: list[dict[str, Any]]) -> None:
    found = {"model": version, "date": datetime.now(UTC).date().isoformat(), "runs": runs}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def read_seeds(path: Path, version: str) -> dict[str, Any]:
    """Read what retrains on other seeds gave.

    Args:
        path: `seeds.json`.
        version: The model it must be about.

    Returns:
        `model`, `date` and `runs` (`seed`, `precisions`), that of the model first; empty where the
        file is missing or about another model.

    Raises:
        OSError: It cannot be read.
    """
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found if found["model"] == version else {}
