"""Tiny models whose answers a reader works out by hand, their manifests, and versions of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scoring.artifacts.files import stored_arrays
from scoring.artifacts.manifest import Manifest
from scoring.artifacts.selection import make_current
from scoring.artifacts.versions import golden_lines, publish
from scoring.decisions.policy import Policy
from scoring.guidelines import CATEGORIES, GUIDELINES_VERSION, HEADS
from scoring.model.arrays import Calibration, LinearModel
from scoring.ngrams.extract import TermSettings, extract_terms, hash_term
from scoring.text.normalise import NORMALISER_VERSION, normalise

INSULT = "you are an idiot"
PRAISE = "thank you for a clear and honest article"
ADVERT = "buy cheap pills in my shop now"
PLAIN = "the council voted for the new law on monday"
FIRST, SECOND = "2026-11-22T000000Z-first", "2026-11-23T000000Z-second"


def model_of_sentences(insult_weight: float = 1.0) -> LinearModel:
    """A model that knows four sentences: one head for insults, one for adverts."""
    settings = TermSettings()
    hashes = {
        text: extract_terms(normalise(text), settings).hashes
        for text in (INSULT, PRAISE, ADVERT, PLAIN)
    }
    known = np.unique(np.concatenate(list(hashes.values())))
    weights = np.zeros((len(known), len(HEADS)), np.float32)
    for text, head, weight in (
        (INSULT, "personal_attack", insult_weight),
        (INSULT, "reject", insult_weight),
        (ADVERT, "commercial_promotion", 1.0),
        (ADVERT, "reject", 1.0),
    ):
        others = np.concatenate([hashes[other] for other in hashes if other != text])
        own = np.isin(known, hashes[text]) & ~np.isin(known, others)
        weights[own, HEADS.index(head)] = weight
    ones = np.ones(len(CATEGORIES))
    calibration = Calibration(ones, 0 * ones, np.array([0.0, 0.5, 0.5]))
    biases, idf = np.full(len(HEADS), -4.0), np.ones(len(known), np.float32)
    return LinearModel.quantised(settings, known, idf, weights, biases, calibration, known)


def model_of_words(
    weights: Mapping[str, Mapping[str, float]], calibration: Calibration
) -> LinearModel:
    """A model that knows some words of one token: their weights by head."""
    words = sorted({word for known in weights.values() for word in known})
    hashes = np.array([hash_term(word, word=True) for word in words], np.uint64)
    table = np.zeros((len(words), len(HEADS)), np.float32)
    for head, known in weights.items():
        for word, weight in known.items():
            table[words.index(word), HEADS.index(head)] = weight
    order = np.argsort(hashes)
    return LinearModel.quantised(
        TermSettings(), hashes[order], np.ones(len(words), np.float32), table[order],
        np.zeros(len(HEADS)), calibration, hashes[order],
    )  # fmt: skip


def manifest_of(model: LinearModel, **fields: Any) -> Manifest:
    """The manifest of a model; fields may be replaced."""
    calibration, thresholds = model.calibration, (0.8,) * len(CATEGORIES)
    values: dict[str, Any] = {
        "version": FIRST, "guidelines": GUIDELINES_VERSION, "categories": CATEGORIES,
        "languages": ("en",), "normaliser": NORMALISER_VERSION, "terms": model.settings,
        "biases": tuple(model.biases.tolist()),
        "slopes": tuple(calibration.slopes.tolist()),
        "offsets": tuple(calibration.offsets.tolist()),
        "overall": tuple(calibration.overall.tolist()),
        "policies": {
            "assist": Policy("assist", 0.8, 0.2, thresholds),
            "automatic": Policy("automatic", 0.6, 0.6, thresholds),
        },
        "provisional": ("threat",), "prevalence": 0.1, "data_digest": "0" * 12,
        "configuration_digest": "1" * 12, "sources": {"invented": "CC0-1.0"},
        "libraries": {"numpy": "2"}, "trained_at": "2026-11-22T00:00:00Z", "training_rows": 4,
    }  # fmt: skip
    return Manifest(**{**values, **fields})


def model_files(model: LinearModel, golden: list[str]) -> dict[str, bytes]:
    """The files of a version, the manifest and the checksums left out."""
    files = {f"{name}.npy": content for name, content in stored_arrays(model).items()}
    return {**files, "golden.jsonl": golden_lines(model, golden)}


def publish_tiny(models: Path, version: str = FIRST, insult_weight: float = 1.0) -> str:
    """Publish `model_of_sentences` and take it into use."""
    model = model_of_sentences(insult_weight)
    publish(models, manifest_of(model, version=version), model_files(model, [INSULT, PRAISE]))
    make_current(models, version)
    return version
