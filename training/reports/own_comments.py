"""What a model is worth on an analyst's own labelled comments, in tables for a notebook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.artifacts.versions import PublishedModel
from scoring.classify import judge_scores
from scoring.decisions.decide import decide
from scoring.decisions.policy import Decision, Policy
from scoring.guidelines import CATEGORIES, HEADS
from scoring.language.identifier import load_identifier
from scoring.model.scorer import Scorer, Scores
from scoring.text.normalise import normalise
from training.corpus.weights import prevalence_weights
from training.evaluation.evaluate import evaluate, preset_shares, score_rows
from training.evaluation.metrics import TOO_FEW, interval_text
from training.own_decisions.store import FILE, own_table, read_decisions
from training.own_labels.labelled_csv import OwnCommentsError, write_example
from training.own_labels.labelled_csv import read_own_comments as read_labelled_csv
from training.settings import TrainingSettings
from training.sources.labels import REJECT, YES

__all__ = [
    "OwnCommentsError",
    "OwnEvaluation",
    "evaluate_own_comments",
    "heaviest_words",
    "read_own_comments",
    "threshold_table",
    "write_example",
]

THRESHOLDS: Final = tuple(round(0.05 * step, 2) for step in range(1, 20))
WORST: Final = 20
WORDS: Final = 6
FALSE_REJECT: Final = "false reject"
MISS: Final = "miss"


def read_own_comments(path: Path) -> pd.DataFrame:
    """Read own comments: a labelled CSV, or the decisions that `import` keeps.

    Args:
        path: A CSV file, or `data/own/decisions.jsonl`.

    Returns:
        A row table (training.sources.table): `row_id` is the comment's line in the file; see
        `training.own_labels.labelled_csv` for its `attrs`.

    Raises:
        OwnCommentsError: The CSV is wrong, or the file holds no decisions.
        OwnDecisionsDamaged: A line of the decisions is not as `import` writes it.
    """
    if path.name != FILE:
        return read_labelled_csv(path)
    decisions = read_decisions(path.parent)
    if not decisions:
        raise OwnCommentsError(f"{path} holds no decisions; `import` some first")
    table = own_table(decisions)
    table["row_id"] = [str(int(place) + 1) for place in table["row_id"]]
    table.attrs["ignored_columns"] = []
    return table


@dataclass(frozen=True, slots=True)
class OwnEvaluation:
    """What a model is worth on labelled comments.

    Attributes:
        judged: The rows that the model can read; every figure but `confusion` is on these.
        scores: Their scores.
        rejected: bool (n), the right decisions.
        weights: float64 (n), re-weighted to the stated prevalence; all 1 where none was stated.
        unreadable: How many rows the model cannot read: the service answers `review`.
        metrics: As `evaluate` returns them, at `prevalence`.
        heads: One row a head: counts and metrics with their 95 % intervals, as text.
        confusion: Numbers of comments by preset and right decision (index) and by what the service
            would do (columns), unreadable ones included.
        errors: The worst false rejects and misses of the preset, with their heaviest words.
        thresholds: As `threshold_table` returns it.
    """

    judged: pd.DataFrame
    scores: Scores
    rejected: NDArray[np.bool_]
    weights: NDArray[np.float64]
    unreadable: int
    metrics: dict[str, Any]
    heads: pd.DataFrame
    confusion: pd.DataFrame
    errors: pd.DataFrame
    thresholds: pd.DataFrame


def evaluate_own_comments(
    published: PublishedModel,
    rows: pd.DataFrame,
    *,
    prevalence: float | None = None,
    preset: str = "assist",
    worst: int = WORST,
) -> OwnEvaluation:
    """Measure a model on labelled comments.

    Args:
        published: The model.
        rows: A row table, as `read_own_comments` returns it; every decision known.
        prevalence: Share of rejected comments to re-weight to, in (0, 1): the share in the
            newsroom's whole stream. None takes the rows as they are: right for a random sample.
        preset: The preset whose thresholds apply.
        worst: List at most so many false rejects and so many misses.

    Returns:
        The evaluation.

    Raises:
        OwnCommentsError: Preset or prevalence are not allowed, or the comments that can be read
            are all approved or all rejected.
    """
    policies = published.manifest.policies
    if preset not in policies:
        raise OwnCommentsError(f"there is no preset {preset!r}; presets: {', '.join(policies)}")
    every = score_rows(published, rows["text"].tolist())
    readable = _readable(policies[preset], rows["text"].tolist(), every)
    judged = rows[readable].reset_index(drop=True)
    scores = Scores._make(column[readable] for column in every)
    rejected = (judged[REJECT] == YES).to_numpy(bool)
    weights = _weights(rejected, prevalence)
    seed = TrainingSettings().seed
    metrics = evaluate(published, judged, weights, seed=seed, policy=preset)
    plain = evaluate(published, judged, np.ones(len(judged)), seed=seed, policy=preset)
    return OwnEvaluation(
        judged,
        scores,
        rejected,
        weights,
        int((~readable).sum()),
        metrics,
        _heads(metrics, plain),
        _confusion(policies, every, (rows[REJECT] == YES).to_numpy(bool), readable),
        _errors(published.scorer, policies[preset], judged, scores, worst),
        threshold_table(policies[preset], scores, rejected, weights),
    )


def _weights(rejected: NDArray[np.bool_], prevalence: float | None) -> NDArray[np.float64]:
    counts = f"{int(rejected.sum())} rejected and {int((~rejected).sum())} approved"
    if rejected.all() or not rejected.any():
        raise OwnCommentsError(f"needs comments of both kinds that can be read, there are {counts}")
    even = np.ones(len(rejected))
    if prevalence is None:
        return even
    if not 0.0 < prevalence < 1.0:
        raise OwnCommentsError(f"prevalence is {prevalence}, it must lie between 0 and 1")
    return prevalence_weights(rejected, even, prevalence)


def _readable(policy: Policy, texts: Sequence[str], scores: Scores) -> NDArray[np.bool_]:
    """Tell which texts the model was trained to judge, as the service does."""
    undeclared = [None] * len(texts)
    return judge_scores(scores, load_identifier(), policy, texts, undeclared).verdicts.readable


def _heads(metrics: dict[str, Any], plain: dict[str, Any]) -> pd.DataFrame:
    lines = {}
    for head in ("reject", *CATEGORIES):
        values, sample = metrics["heads"][head], plain["heads"][head]
        lines[head] = {
            "n": values["n"],
            "positives": values["positives"],
            "ROC-AUC": _interval(values, "roc_auc"),
            "average precision": _interval(values, "average_precision"),
            "precision": _interval(values, "precision"),
            "precision in the sample": _interval(sample, "precision"),
            "recall": _interval(values, "recall"),
            "Brier score": _interval(values, "brier"),
        }
    return pd.DataFrame.from_dict(lines, orient="index")


def _interval(values: dict[str, Any], name: str) -> str:
    if values["verdict"] == TOO_FEW:
        return TOO_FEW
    return interval_text(values[name])


def _confusion(
    policies: dict[str, Policy],
    scores: Scores,
    rejected: NDArray[np.bool_],
    readable: NDArray[np.bool_],
) -> pd.DataFrame:
    lines = {}
    for name, policy in policies.items():
        verdicts = decide(
            policy, scores.category_probabilities, scores.reject_probability, readable
        )
        decisions = verdicts.decisions
        for right, part in (("approve", ~rejected), ("reject", rejected)):
            lines[name, right] = {d.value: int((decisions[part] == d).sum()) for d in Decision}
    table = pd.DataFrame.from_dict(lines, orient="index")
    table.index = pd.MultiIndex.from_tuples(list(lines), names=["preset", "right decision"])
    return table


def _errors(
    scorer: Scorer, policy: Policy, rows: pd.DataFrame, scores: Scores, worst: int
) -> pd.DataFrame:
    """List approvable comments that are rejected, and rejectable ones that are approved."""
    verdicts = decide(policy, scores.category_probabilities, scores.reject_probability)
    decided = verdicts.decisions
    rejected = (rows[REJECT] == YES).to_numpy(bool)
    likeliest_first = np.argsort(-scores.reject_probability, kind="stable")
    false = [i for i in likeliest_first if decided[i] == Decision.REJECT and not rejected[i]]
    missed = [i for i in likeliest_first[::-1] if decided[i] == Decision.APPROVE and rejected[i]]
    lines = []
    for kind, found in ((FALSE_REJECT, false[:worst]), (MISS, missed[:worst])):
        for i in found:
            text = rows["text"].iloc[i]
            category = CATEGORIES[int(np.argmax(scores.category_probabilities[i]))]
            lines.append(
                {
                    "error": kind,
                    "line": rows["row_id"].iloc[i],
                    "reject probability": round(float(scores.reject_probability[i]), 3),
                    "likeliest category": category,
                    "words, reject": heaviest_words(scorer, text, "reject"),
                    "words, category": heaviest_words(scorer, text, category),
                    "text": text,
                }
            )
    columns = ("error", "line", "reject probability", "likeliest category", "words, reject",
               "words, category", "text")  # fmt: skip
    return pd.DataFrame(lines, columns=list(columns))


def heaviest_words(scorer: Scorer, text: str, head: str, *, most: int = WORDS) -> str:
    """Name the words of a text that moved a head most, in either direction.

    Args:
        scorer: Scores texts with the model.
        text: The comment.
        head: A key of `HEADS`.
        most: Name at most so many.

    Returns:
        Words with their weights, "good -0.31, bad +0.20", heaviest first; a word that occurs more
        than once has the sum. A weight above 0 speaks for rejection.
    """
    normalised = normalise(text)
    column = scorer.token_weights(normalised)[:, HEADS.index(head)]
    weights: defaultdict[str, float] = defaultdict(float)
    for token, weight in enumerate(column.tolist()):
        start, end = normalised.source_range(token)
        weights[text[start:end].lower()] += weight
    ranked = sorted(weights.items(), key=lambda item: -abs(item[1]))[:most]
    return ", ".join(f"{word} {weight:+.2f}" for word, weight in ranked if weight)


def threshold_table(
    policy: Policy,
    scores: Scores,
    rejected: NDArray[np.bool_],
    weights: NDArray[np.float64],
    thresholds: Sequence[float] = THRESHOLDS,
) -> pd.DataFrame:
    """Show what moving the reject threshold does, the approve threshold staying where it is.

    Args:
        policy: The preset to move.
        scores: Scores of n texts that the model can read.
        rejected: bool (n), the right decisions.
        weights: float64 (n).
        thresholds: Reject thresholds in [0, 1] to try.

    Returns:
        One row a threshold (index): `rejections` (comments, unweighted), then the shares that
        `preset_shares` returns; precision is NaN where nothing is rejected.
    """
    lines = {}
    for threshold in thresholds:
        moved = replace(
            policy,
            reject_threshold=threshold,
            approve_threshold=min(threshold, policy.approve_threshold),
            category_thresholds=tuple(max(threshold, c) for c in policy.category_thresholds),
        )
        shares = preset_shares(moved, scores, rejected.astype(np.int8), weights)
        rejections = int((scores.reject_probability >= threshold).sum())
        if not rejections:
            shares["precision"] = float("nan")
        lines[threshold] = {"rejections": rejections, **shares}
    table = pd.DataFrame.from_dict(lines, orient="index")
    return table.rename_axis(index="reject threshold")
