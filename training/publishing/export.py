"""From a built model to a published version: manifest, files, card, publication."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from scoring.artifacts.files import stored_arrays
from scoring.artifacts.manifest import Manifest
from scoring.artifacts.verified_files import MANIFEST
from scoring.artifacts.versions import GOLDEN, PublishedModel, golden_lines, model_from_bytes
from scoring.guidelines import CATEGORIES, GUIDELINES_VERSION, HEADS
from scoring.text.normalise import NORMALISER_VERSION
from training.fitting.build import BuiltModel
from training.fitting.thresholds import JudgedRows
from training.publishing.golden import GOLDEN_TEXTS
from training.settings import TrainingSettings
from training.sources.labels import LABELS

LIBRARIES: Final = ("numpy", "numba", "scipy", "scikit-learn", "pandas", "joblib")


def data_digest(rows: pd.DataFrame) -> str:
    """Digest what a model is trained on: every key, source and label, in order.

    Args:
        rows: Training rows of a corpus.

    Returns:
        The first 12 hexadecimal digits of a SHA-256.
    """
    columns = rows[["key", "source", "certainty", *LABELS]]
    content = columns.to_csv(index=False, lineterminator="\n").encode()
    return hashlib.sha256(content).hexdigest()[:12]


def make_manifest(
    built: BuiltModel,
    rows: pd.DataFrame,
    settings: TrainingSettings,
    sources: dict[str, str],
    trained_at: datetime,
) -> Manifest:
    """Describe a built model.

    Args:
        built: The model.
        rows: The rows it was trained on.
        settings: How it was fitted.
        sources: Licence of each training source by key.
        trained_at: UTC time of training.

    Returns:
        The manifest; the version is the time and a digest of data and settings.
    """
    data, configuration = data_digest(rows), settings.digest()
    inputs = hashlib.sha256(f"{data} {configuration}".encode()).hexdigest()[:8]
    calibration = built.model.calibration
    return Manifest(
        version=f"{trained_at:%Y%m%dT%H%M%SZ}-{inputs}",
        guidelines=GUIDELINES_VERSION,
        categories=CATEGORIES,
        languages=("en",),
        normaliser=NORMALISER_VERSION,
        terms=settings.terms,
        biases=tuple(built.model.biases.tolist()),
        slopes=tuple(calibration.slopes.tolist()),
        offsets=tuple(calibration.offsets.tolist()),
        overall=tuple(calibration.overall.tolist()),
        policies=built.policies,
        provisional=built.provisional,
        prevalence=settings.prevalence,
        data_digest=data,
        configuration_digest=configuration,
        sources=sources,
        libraries={name: importlib.metadata.version(name) for name in LIBRARIES},
        trained_at=f"{trained_at:%Y-%m-%dT%H:%M:%SZ}",
        training_rows=len(rows),
        score_deciles=score_deciles(built.judged),
        sentences=built.model.sentences,
    )


def score_deciles(judged: JudgedRows) -> dict[str, tuple[float, ...]]:
    """Give the inner deciles of each head's probabilities, for the service's drift gauge.

    Args:
        judged: The out-of-fold rows that calibrated the model, n of them.

    Returns:
        Nine probabilities by key of `HEADS`, ascending, by the rows' weights.
    """
    probabilities = np.column_stack([judged.category_probabilities, judged.reject_probability])
    shares = np.arange(1, 10) / 10
    found = {}
    for place, head in enumerate(HEADS):
        order = np.argsort(probabilities[:, place], kind="stable")
        reached = np.cumsum(judged.weights[order]) / judged.weights.sum()
        places = np.minimum(np.searchsorted(reached, shares), len(order) - 1)
        found[head] = tuple(probabilities[order[places], place].round(6).tolist())
    return found


def model_files(built: BuiltModel) -> dict[str, bytes]:
    """Return a model's arrays and golden comments as files.

    Args:
        built: The model.

    Returns:
        Contents by file name.
    """
    files = {f"{name}.npy": content for name, content in stored_arrays(built.model).items()}
    files[GOLDEN] = golden_lines(built.model, list(GOLDEN_TEXTS))
    return files


def reloaded(manifest: Manifest, files: Mapping[str, bytes]) -> PublishedModel:
    """Load a model from the bytes that would be stored.

    Args:
        manifest: Its manifest.
        files: As `model_files` returns them.

    Returns:
        The model, ready to score; on no disk.

    Raises:
        ArtifactDamaged: The bytes do not make a model.
    """
    stored = {MANIFEST: manifest.to_json().encode(), **files}
    return model_from_bytes(stored, manifest.version)


def json_file(content: object) -> bytes:
    """Return a value as an indented JSON file.

    Args:
        content: Plain values.

    Returns:
        UTF-8 bytes with a final newline.
    """
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
