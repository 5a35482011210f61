"""Factories of small tables, annotation files and models; a small training run, made once."""

from __future__ import annotations

import csv
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scoring.artifacts.selection import current_version
from scoring.artifacts.versions import PublishedModel
from scoring.decisions.policy import Policy
from scoring.guidelines import CATEGORIES
from scoring.model.arrays import Calibration
from scoring.model.scorer import Scorer
from tests.tiny_models import manifest_of, model_of_words
from training.keys import fold_key
from training.own_labels.annotations import COLUMNS
from training.own_labels.held_back import append_held_back
from training.pipeline import Folders, train
from training.settings import TrainingSettings
from training.sources.table import build_table

REPOSITORY = Path(__file__).resolve().parents[2]
WRITTEN_LINES = 14

# categories start at sigmoid(-4); the overall probability follows the reject head
CALIBRATION = Calibration(
    np.ones(len(CATEGORIES)), np.full(len(CATEGORIES), -4.0), np.array([0.0, 1.0, 0.0])
)
MANIFEST = {
    "version": "20261122T000000Z-test",
    "policies": {
        "assist": Policy("assist", 0.9, 0.5, (0.5,) * len(CATEGORIES)),
        "automatic": Policy("automatic", 0.7, 0.7, (0.5,) * len(CATEGORIES)),
    },
    "provisional": ("sexism",),
    "prevalence": 0.2,
    "sources": {"seed": "CC0-1.0"},
    "training_rows": 1234,
}

MakeTable = Callable[..., pd.DataFrame]
WriteAnnotations = Callable[..., Path]
MakeModel = Callable[..., PublishedModel]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository: real written comments, annotations and sources."""
    return REPOSITORY


@pytest.fixture
def make_table() -> MakeTable:
    """A factory of row tables: source, texts, groups, and labels by key."""

    def make(
        source: str,
        texts: Sequence[str],
        groups: Sequence[str] | None = None,
        **labels: Sequence[int],
    ) -> pd.DataFrame:
        ids = [str(i) for i in range(len(texts))]
        arrays = {key: np.array(values, np.int8) for key, values in labels.items()}
        return build_table(source, texts, ids, arrays, groups)

    return make


@pytest.fixture
def write_annotations(tmp_path: Path) -> WriteAnnotations:
    """A writer of annotation files: one mapping a line, `text` gives the key; returns the folder.

    What a line does not say: a comment of civil-aayan, not drawn at random, approved, sure.
    """

    def write(*lines: Mapping[str, str], name: str = "news.csv") -> Path:
        folder = tmp_path / "annotations"
        folder.mkdir(exist_ok=True)
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            for line in lines:
                writer.writerow(_annotation(dict(line)))
        return folder

    return write


def _annotation(line: dict[str, str]) -> dict[str, str]:
    text = line.pop("text", "")
    defaults = {
        "key": fold_key(text), "folder": "civil-aayan", "file": "data__safe.csv", "row": "0",
        "stratum": "all", "inclusion_probability": "",
    }  # fmt: skip
    for suffix in ("_1", "_2", ""):
        defaults |= {
            f"decision{suffix}": line.get("decision", "approve"),
            f"categories{suffix}": line.get("categories", ""),
            f"certainty{suffix}": line.get("certainty", "sure"),
        }
    return defaults | line


@pytest.fixture
def make_model() -> MakeModel:
    """A factory of models that know some words: weights by head, words of one token."""

    def make(weights: Mapping[str, Mapping[str, float]], **fields: Any) -> PublishedModel:
        model = model_of_words(weights, CALIBRATION)
        return PublishedModel(manifest_of(model, **{**MANIFEST, **fields}), Scorer(model), model)

    return make


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a part of the real written comments and no file of any source."""
    data = tmp_path_factory.mktemp("small") / "data"
    (data / "annotations").mkdir(parents=True)
    (data / "written").mkdir()
    append_held_back(data / "splits" / "held_back.txt", [])
    shutil.copy(REPOSITORY / "data" / "sources.toml", data)
    for path in sorted((REPOSITORY / "data" / "written").glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)[:WRITTEN_LINES]
        (data / "written" / path.name).write_text("".join(lines), encoding="utf-8")
    return data


@pytest.fixture(scope="session")
def trained_models(small_data: Path) -> Path:
    """A folder of models with one version, trained on `small_data`; copy it before changing it."""
    models = small_data.parent / "models"
    train(Folders(small_data, models), TrainingSettings())
    return models


@pytest.fixture
def models(trained_models: Path, tmp_path: Path) -> Path:
    """A copy of `trained_models` for one test to change."""
    copy = tmp_path / "models"
    shutil.copytree(trained_models, copy)
    wait_for_another_second(current_version(copy))
    return copy


def wait_for_another_second(version: str) -> None:
    """Versions are named by the second: two of the same data need two seconds."""
    while version.startswith(f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"):
        time.sleep(0.05)
