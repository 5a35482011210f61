"""The folder of models: loading a version, and publishing another by rename."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from scoring.artifacts.files import parse_artifact, write_artifact
from scoring.artifacts.manifest import Manifest
from scoring.artifacts.selection import current_version
from scoring.artifacts.verified_files import read_verified, sync_folder
from scoring.errors import ArtifactDamaged, TextError
from scoring.guidelines import CATEGORIES
from scoring.language.detect import TextStatistics
from scoring.model.arrays import LinearModel
from scoring.model.scorer import Scorer

GOLDEN: Final = "golden.jsonl"
GOLDEN_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class PublishedModel:
    """A verified version, ready to score.

    Attributes:
        manifest: What it is.
        scorer: Scores texts with it.
        model: Its arrays as stored; a scorer that is in use does not need them.
    """

    manifest: Manifest
    scorer: Scorer
    model: LinearModel


def load_version(models: Path, version: str) -> PublishedModel:
    """Load and verify one version: checksums, format, shapes, values, golden comments.

    Args:
        models: The folder of versions.
        version: Which one.

    Returns:
        The model, ready to score.

    Raises:
        ArtifactMissing: There is no such version.
        ArtifactDamaged: A file is missing, changed or impossible, or a golden comment scores
            otherwise.
        FormatUnsupported: It was written for another format.
    """
    folder = models / version
    published = model_from_bytes(read_verified(folder), str(folder))
    if published.manifest.version != version:
        raise ArtifactDamaged(
            f"{folder} holds version {published.manifest.version!r}; rename the folder to that"
        )
    return published


def model_from_bytes(contents: Mapping[str, bytes], origin: str) -> PublishedModel:
    """Build a model from verified bytes and check its golden comments.

    Args:
        contents: File contents by name.
        origin: Where they came from, for error messages.

    Returns:
        The model, ready to score.

    Raises:
        ArtifactDamaged: A file is missing or impossible, or a golden comment scores otherwise.
        FormatUnsupported: It was written for another format.
    """
    manifest, model = parse_artifact(contents, origin)
    scorer = Scorer(model)
    _check_golden(scorer, contents.get(GOLDEN, b""), origin)
    return PublishedModel(manifest, scorer, model)


def load_current(models: Path) -> PublishedModel:
    """Load the version that `CURRENT` names.

    Args:
        models: The folder that holds `CURRENT`.

    Returns:
        The model, ready to score.

    Raises:
        ArtifactError: See `current_version` and `load_version`.
    """
    return load_version(models, current_version(models))


def golden_lines(model: LinearModel, texts: list[str]) -> bytes:
    """Score invented comments to be checked at every load.

    Args:
        model: The model as it will be stored.
        texts: Invented comments.

    Returns:
        JSON Lines: text, reject probability, the category probabilities, and how many words are
        known to be English.
    """
    scores = Scorer(model).score(texts)
    rows = zip(
        texts, scores.reject_probability, scores.category_probabilities, scores.statistics,
        strict=True,
    )  # fmt: skip
    lines = [
        json.dumps(
            {
                "text": text,
                "reject": float(reject),
                "categories": categories.tolist(),
                "english_words": TextStatistics(*counted.tolist()).english_words,
            },
            ensure_ascii=False,
        )
        for text, reject, categories, counted in rows
    ]
    return ("\n".join(lines) + "\n").encode()


def _check_golden(scorer: Scorer, content: bytes, origin: str) -> None:
    try:
        rows = [json.loads(line) for line in content.splitlines()]
        texts = [str(row["text"]) for row in rows]
        numbers = [[row["reject"], *row["categories"]] for row in rows]
        expected = np.array(numbers, dtype=float).reshape(len(rows), 1 + len(CATEGORIES))
        scores = scorer.score(texts)
        known = [int(row["english_words"]) for row in rows if "english_words" in row]
    except (ValueError, KeyError, TypeError, OverflowError, TextError) as error:
        raise ArtifactDamaged(
            f"{origin}: {GOLDEN} cannot be read: {type(error).__name__}: {error}; restore the "
            "version from a copy, or train again with `make train`"
        ) from error
    if not texts:
        raise ArtifactDamaged(f"{origin}: {GOLDEN} is missing or empty; train again")
    counted = [TextStatistics(*row).english_words for row in scores.statistics.tolist()]
    if known and counted != known:
        raise ArtifactDamaged(
            f"{origin}: golden comments have {sum(counted)} words known to be English, stored were "
            f"{sum(known)}: english.npy is another; train again"
        )
    found = np.column_stack([scores.reject_probability, scores.category_probabilities])
    difference = float(np.abs(found - expected).max())
    if not difference <= GOLDEN_TOLERANCE:
        raise ArtifactDamaged(
            f"{origin}: a golden comment scores {difference:.2g} away from what was stored "
            f"(allowed {GOLDEN_TOLERANCE:g}): this machine computes otherwise; train again here"
        )


def publish(models: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Path:
    """Write a version beside the others and move it into place by rename.

    Which version is in use is not touched: `scoring.artifacts.selection` does that.

    Args:
        models: The folder of versions; made if need be.
        manifest: The manifest; its version names the folder.
        files: Contents of every other file by name.

    Returns:
        The version's folder.

    Raises:
        OSError: The disk is full, or the version exists already.
    """
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".staging-", dir=models) as staging:
        inside = Path(staging) / manifest.version
        inside.mkdir()
        write_artifact(inside, manifest, files)
        target = models / manifest.version
        if target.exists():
            raise FileExistsError(f"{target} exists: a published version is never overwritten")
        inside.rename(target)
    sync_folder(models)
    return target
