"""Evaluate a published model on labelled rows: the reloaded bytes, by the service's own scorer."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.artifacts.versions import PublishedModel
from scoring.decisions.decide import decide
from scoring.decisions.policy import Decision, Policy
from scoring.guidelines import CATEGORIES, HEADS
from scoring.model.scorer import Scorer, Scores
from scoring.parallel.chunk_map import ChunkMap
from training.corpus.merge import label_matrix
from training.evaluation.metrics import calibration_error, head_metrics
from training.resources import ONE_THREAD
from training.sources.labels import UNKNOWN, YES

SCORED_AT_ONCE = 2000


def score_rows(
    published: PublishedModel, texts: list[str], chunk_map: ChunkMap = ONE_THREAD.chunk_map
) -> Scores:
    """Score many texts in pieces.

    Args:
        published: The model.
        texts: n texts.
        chunk_map: What runs the pieces.

    Returns:
        Scores of all texts, in order.
    """
    chunks = [
        texts[start : start + SCORED_AT_ONCE]
        for start in range(0, max(1, len(texts)), SCORED_AT_ONCE)
    ]
    pieces = list(chunk_map.map(partial(Scorer, published.model), Scorer.score, chunks))
    return Scores(*map(np.concatenate, zip(*pieces, strict=True)))


def evaluate(
    published: PublishedModel,
    rows: pd.DataFrame,
    weights: NDArray[np.float64],
    *,
    seed: int,
    policy: str = "assist",
    chunk_map: ChunkMap = ONE_THREAD.chunk_map,
) -> dict[str, Any]:
    """Measure a model on labelled rows it was not trained on.

    Args:
        published: The model.
        rows: Rows with `text` and the twelve label columns.
        weights: float64 (n), re-weighted to a stated prevalence, not all 0; rows of weight 0 are
            left out.
        seed: Of the bootstrap.
        policy: The preset whose thresholds apply.
        chunk_map: What runs the scoring.

    Returns:
        Plain values: `n`, `prevalence`, `heads` (metrics by key of `HEADS`), `calibration_error`
        of the overall probability, and `presets` (what each preset decides).
    """
    rows, weights = rows[weights > 0], weights[weights > 0]
    scores = score_rows(published, rows["text"].tolist(), chunk_map)
    labels = label_matrix(rows)
    reject = labels[:, len(CATEGORIES)]
    known = reject != UNKNOWN
    return {
        "n": len(rows),
        "prevalence": round(float(weights[reject == YES].sum() / weights[known].sum()), 4),
        "policy": policy,
        "heads": _heads(published.manifest.policies[policy], scores, labels, weights, seed),
        "calibration_error": round(
            calibration_error(
                reject[known] == YES, scores.reject_probability[known], weights[known]
            ),
            4,
        ),
        "presets": {
            name: preset_shares(preset, scores, reject, weights)
            for name, preset in published.manifest.policies.items()
        },
    }


def _heads(
    policy: Policy,
    scores: Scores,
    labels: NDArray[np.int8],
    weights: NDArray[np.float64],
    seed: int,
) -> dict[str, Any]:
    probabilities = np.column_stack([scores.category_probabilities, scores.reject_probability])
    thresholds = (*policy.category_thresholds, policy.reject_threshold)
    return {
        head: _head(labels[:, h], probabilities[:, h], weights, thresholds[h], seed)
        for h, head in enumerate(HEADS)
    }


def _head(
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    weights: NDArray[np.float64],
    threshold: float,
    seed: int,
) -> dict[str, Any]:
    known = labels != UNKNOWN
    metrics = head_metrics(
        labels[known] == YES, probabilities[known], weights[known], threshold, seed=seed
    )
    return metrics.as_dict()


def preset_shares(
    policy: Policy, scores: Scores, reject: NDArray[np.int8], weights: NDArray[np.float64]
) -> dict[str, float]:
    """Say what a preset does with labelled comments.

    Args:
        policy: The preset.
        scores: Scores of n texts.
        reject: int8 (n), the right decision.
        weights: float64 (n).

    Returns:
        Shares in [0, 1]: `rejected`, `approved`, `review` of all comments; `precision` of the
        rejections, `recall` of what should be rejected, `false_reject` of what should be approved,
        `missed`, the share of what should be rejected that is approved.
    """
    verdicts = decide(policy, scores.category_probabilities, scores.reject_probability)
    decisions = verdicts.decisions
    bad, good = reject == YES, (reject != YES) & (reject != UNKNOWN)
    rejected, approved = decisions == Decision.REJECT, decisions == Decision.APPROVE

    def share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float:
        total = float(weights[whole].sum())
        return round(float(weights[part & whole].sum()) / total, 4) if total > 0 else 0.0

    known = bad | good
    return {
        "rejected": share(rejected, known),
        "approved": share(approved, known),
        "review": share(decisions == Decision.REVIEW, known),
        "precision": share(bad, rejected & known),
        "recall": share(rejected, bad),
        "false_reject": share(rejected, good),
        "missed": share(approved, bad),
    }
