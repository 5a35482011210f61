"""`python -m training ablation`: what each step and each source is worth on news comments.

Every variant is fitted in three folds by group and judged on the annotated news comments that were
drawn at random and are not held back, each scored by heads that never saw its group, so choosing by
these numbers uses up no held-back comment. Only the first and the full recipe are also reported on
the held-back comments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm import tqdm

from scoring.guidelines import HEADS
from training.corpus.merge import WRITTEN, label_matrix
from training.corpus.weights import judging_weights, news_keys, row_weights
from training.evaluation.metrics import TOO_FEW, average_precision, bootstrap, roc_auc
from training.features.extract import Features, extract_features
from training.features.vocabulary import count_matrix, tf_idf
from training.fitting.build import group_folds
from training.fitting.calibrate import FEWEST_POSITIVES
from training.fitting.heads import fit_head, fit_heads
from training.resources import ONE_THREAD, Resources
from training.settings import TrainingSettings
from training.sources.labels import UNKNOWN, YES
from training.sources.registry import Registry

JUDGED: Final = ("reject", "personal_attack", "profanity", "abuse")
"""Heads with at least 50 positives among the judging comments."""
FOLDS: Final = 3
FIRST: Final = "sources alone, all rows alike"
FULL: Final = "as trained (+ written comments)"


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to weigh and label the rows.

    Attributes:
        name: What is different.
        labels: int8 (n, 12).
        weights: float64 (n).
    """

    name: str
    labels: NDArray[np.int8]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AblationData:
    """Rows shared by all variants.

    Attributes:
        rows: Training rows of a corpus, ordered by group.
        crowd_labels: int8 (n, 12), what the sources alone say of the same rows.
        features: Their features.
        labels: int8 (n, 12).
        judging: float64 (n), weights; 0 for rows that do not judge.
        fold_of: int64 (n).
    """

    rows: pd.DataFrame
    crowd_labels: NDArray[np.int8]
    features: Features
    labels: NDArray[np.int8]
    judging: NDArray[np.float64]
    fold_of: NDArray[np.int64]


def prepare(
    rows: pd.DataFrame,
    unannotated: pd.DataFrame,
    registry: Registry,
    settings: TrainingSettings,
    resources: Resources = ONE_THREAD,
) -> AblationData:
    """Extract features and fold the rows.

    Args:
        rows: Training rows of the corpus.
        unannotated: The same corpus assembled without annotations; rows are matched by key.
        registry: The sources.
        settings: How to fit.
        resources: What to compute with.

    Returns:
        What `variants` and `measure` take.
    """
    ordered = rows.sort_values("group", kind="stable").reset_index(drop=True)
    by_key = unannotated.set_index("key")
    before = label_matrix(by_key.reindex(ordered["key"]).fillna(UNKNOWN))
    return AblationData(
        ordered,
        before,
        extract_features(ordered, settings, resources),
        label_matrix(ordered),
        judging_weights(ordered, news_keys(registry), settings.prevalence),
        group_folds(ordered["group"].to_numpy(), FOLDS, settings.seed),
    )


def variants(
    data: AblationData, registry: Registry, settings: TrainingSettings
) -> Iterator[Variant]:
    """Yield every variant: the steps one by one, then each source out and doubled.

    Args:
        data: The rows.
        registry: The sources.
        settings: The weights in use.

    Yields:
        Variants; the first is the sources alone, "as trained" the full recipe.
    """
    news, weights = news_keys(registry), registry.weights()
    source = data.rows["source"].to_numpy()
    written = source == WRITTEN

    def weigh(over: dict[str, float], using: TrainingSettings = settings) -> NDArray[np.float64]:
        return row_weights(data.rows, {**weights, **over}, news, using)

    flat = weigh({}, replace(settings, annotation_weight=1.0, unsure_factor=1.0))
    alike = np.where(written, 0.0, 1.0)
    yield Variant(FIRST, data.crowd_labels, alike)
    yield Variant("+ source weights", data.crowd_labels, np.where(written, 0.0, flat))
    yield Variant("+ annotations, weight 1", data.labels, np.where(written, 0.0, flat))
    yield Variant("+ annotation weight", data.labels, np.where(written, 0.0, weigh({})))
    yield Variant(FULL, data.labels, weigh({}))
    for key in sorted(set(source)):
        yield Variant(f"without {key}", data.labels, np.where(source == key, 0.0, weigh({})))
    for key in sorted(set(source)):
        doubled = np.where((source == key) & ~data.rows["annotated"], 2.0, 1.0) * weigh({})
        yield Variant(f"{key} doubled", data.labels, doubled)


def measure(data: AblationData, variant: Variant, settings: TrainingSettings) -> dict[str, str]:
    """Fit a variant and judge it.

    Args:
        data: The rows.
        variant: Labels and weights.
        settings: How to fit.

    Returns:
        Average precision with its 95 % interval, and ROC-AUC, by head, as table cells.
    """
    judged = np.flatnonzero(data.judging > 0)
    cells = {"variant": variant.name}
    columns = [HEADS.index(head) for head in JUDGED]
    margins = np.zeros((len(judged), len(columns)))
    for fold in range(FOLDS):
        here = np.flatnonzero(data.fold_of[judged] == fold)
        weights = np.where(data.fold_of == fold, 0.0, variant.weights)
        values = data.features.values[judged[here]]
        fits = Parallel(n_jobs=settings.jobs, prefer="threads")(
            delayed(fit_head)(data.features.values, variant.labels[:, c], weights, settings)
            for c in columns
        )
        for position, (coefficients, bias) in enumerate(fits):
            margins[here, position] = values @ coefficients + bias
    for position, column in enumerate(columns):
        positive = data.labels[judged, column] == YES
        cells[HEADS[column]] = _cell(positive, margins[:, position], data.judging[judged], settings)
    return cells


def _cell(
    positive: NDArray[np.bool_],
    margins: NDArray[np.float64],
    weights: NDArray[np.float64],
    settings: TrainingSettings,
) -> str:
    metrics = {"precision": average_precision}
    precision = bootstrap(metrics, positive, margins, weights, seed=settings.seed)["precision"]
    auc = roc_auc(positive, margins, weights)
    return f"{precision.value:.3f} ({precision.low:.2f} to {precision.high:.2f}), {auc:.3f}"


def ablation_table(data: AblationData, registry: Registry, settings: TrainingSettings) -> str:
    """Measure every variant.

    Args:
        data: The rows.
        registry: The sources.
        settings: How to fit.

    Returns:
        A Markdown table: average precision (95 % interval) and ROC-AUC by head.
    """
    judged = data.judging > 0
    counts = {head: int((data.labels[judged, HEADS.index(head)] == YES).sum()) for head in JUDGED}
    lines = [
        f"n = {int(judged.sum())} news comments drawn at random, out of fold, re-weighted to "
        f"{settings.prevalence:.0%} rejected; average precision (95 % interval), ROC-AUC.",
        "",
        "| variant | " + " | ".join(f"{head} ({counts[head]})" for head in JUDGED) + " |",
        "|---" * (len(JUDGED) + 1) + "|",
    ]
    every = list(variants(data, registry, settings))
    for variant in tqdm(every, desc="variants", disable=None):
        cells = measure(data, variant, settings)
        lines.append("| " + " | ".join(cells[key] for key in ("variant", *JUDGED)) + " |")
    return "\n".join(lines)


def held_back_table(
    data: AblationData,
    held_back: pd.DataFrame,
    weights: NDArray[np.float64],
    before: Variant,
    after: Variant,
    settings: TrainingSettings,
) -> str:
    """Report two variants on the held-back comments, every head; nothing is chosen by this table.

    Args:
        data: The rows to fit on.
        held_back: Held-back rows.
        weights: float64 (n), re-weighted to a stated prevalence; rows of weight 0 are left out.
        before: The one variant.
        after: The other.
        settings: How to fit.

    Returns:
        A Markdown table: average precision and ROC-AUC with 95 % intervals by head.
    """
    used = weights > 0
    rows, weights = held_back[used], weights[used]
    vocabulary = data.features.vocabulary
    counts = count_matrix(rows["text"].tolist(), vocabulary, ONE_THREAD.chunk_map)
    values = tf_idf(counts, vocabulary, data.features.idf)
    labels = label_matrix(rows)
    lines = [
        f"n = {len(rows)} held-back news comments, re-weighted to {settings.prevalence:.0%} "
        "rejected; average precision, ROC-AUC (95 % intervals).",
        "",
        f"| head | positives | {before.name} | {after.name} |",
        "|---|---|---|---|",
    ]
    margins = []
    for variant in (before, after):
        (heads,) = fit_heads(data.features.values, variant.labels, [variant.weights], settings)
        margins.append(values @ heads.weights + heads.biases)
    for h, head in enumerate(HEADS):
        known = labels[:, h] != UNKNOWN
        positive = labels[known, h] == YES
        cells = [
            _interval_cell(positive, margin[known, h], weights[known], settings)
            for margin in margins
        ]
        lines.append(f"| {head} | {int(positive.sum())} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def _interval_cell(
    positive: NDArray[np.bool_],
    margins: NDArray[np.float64],
    weights: NDArray[np.float64],
    settings: TrainingSettings,
) -> str:
    if int(positive.sum()) < FEWEST_POSITIVES:
        return TOO_FEW
    metrics = {"average precision": average_precision, "ROC-AUC": roc_auc}
    estimates = bootstrap(metrics, positive, margins, weights, seed=settings.seed)
    return ", ".join(f"{e.value:.3f} ({e.low:.2f} to {e.high:.2f})" for e in estimates.values())
