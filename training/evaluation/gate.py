"""Whether a new version may take the place of the current one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from scoring.artifacts.versions import PublishedModel
from scoring.guidelines import HEADS
from training.corpus.merge import label_matrix
from training.corpus.weights import Weighted
from training.evaluation.behaviour import Case, forgotten, run_cases
from training.evaluation.evaluate import score_rows
from training.evaluation.own_rows import is_enough
from training.fitting.calibrate import FEWEST_POSITIVES
from training.sources.labels import REJECT, UNKNOWN, YES

RESAMPLES: Final = 400
FEWEST_ROWS: Final = 200
LOOK: Final = "look at `make behaviour` and notebooks/compare_two_versions.ipynb"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same held-back rows, one head.

    Attributes:
        head: Key of the head.
        positives: Rows labelled yes.
        current: Average precision of the current model.
        new: Average precision of the new one.
        low: 2.5th percentile of the difference new - current.
        high: 97.5th percentile.
    """

    head: str
    positives: int
    current: float
    new: float
    low: float
    high: float

    @property
    def worse(self) -> bool:
        """Whether the new model is worse beyond what chance explains."""
        return self.high < 0


@dataclass(frozen=True, slots=True)
class GateResult:
    """The gate's answer.

    Attributes:
        passed: Whether the new version may become current.
        reason: Why, in one line.
        comparisons: One a head with enough positives.
    """

    passed: bool
    reason: str
    comparisons: tuple[Comparison, ...] = ()


def compare(
    current: PublishedModel,
    new: PublishedModel,
    rows: pd.DataFrame,
    weights: NDArray[np.float64],
    *,
    seed: int,
) -> tuple[Comparison, ...]:
    """Compare two models on rows neither was trained on, by paired bootstrap.

    Args:
        current: The model in use.
        new: The model to judge.
        rows: Held-back rows.
        weights: float64 (n), re-weighted to a stated prevalence.
        seed: Of the resampling.

    Returns:
        One comparison a head with at least 50 positives.
    """
    texts, labels = rows["text"].tolist(), label_matrix(rows)
    old_scores, new_scores = score_rows(current, texts), score_rows(new, texts)
    before = np.column_stack([old_scores.category_probabilities, old_scores.reject_probability])
    after = np.column_stack([new_scores.category_probabilities, new_scores.reject_probability])
    found = []
    for h, head in enumerate(HEADS):
        known = labels[:, h] != UNKNOWN
        positive = labels[known, h] == YES
        if int(positive.sum()) >= FEWEST_POSITIVES and not positive.all():
            pair = (before[known, h], after[known, h])
            found.append(_compare_head(head, positive, pair, weights[known], seed))
    return tuple(found)


def _compare_head(
    head: str,
    positive: NDArray[np.bool_],
    pair: tuple[NDArray[np.float64], NDArray[np.float64]],
    weights: NDArray[np.float64],
    seed: int,
) -> Comparison:
    generator = np.random.default_rng(seed)
    differences = []
    for _ in range(RESAMPLES):
        rows = generator.integers(0, len(positive), len(positive))
        if positive[rows].any() and not positive[rows].all():
            old, new = (
                average_precision_score(positive[rows], p[rows], sample_weight=weights[rows])
                for p in pair
            )
            differences.append(new - old)
    old, new = (float(average_precision_score(positive, p, sample_weight=weights)) for p in pair)
    low, high = np.percentile(differences, [2.5, 97.5]) if differences else (0.0, 0.0)
    return Comparison(head, int(positive.sum()), old, new, float(low), float(high))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a new model is judged on.

    Attributes:
        rows: Held-back rows; empty where no source could be reached.
        weights: float64 (n); rows of weight 0 judge nothing and do not count.
        own: The newsroom's own held-back decisions, see `training.evaluation.own_rows`.
        cases: The behaviour suite.
        others: Rows of other places that judge, and their weights, by name.
    """

    rows: pd.DataFrame
    weights: NDArray[np.float64]
    own: pd.DataFrame | None = None
    cases: Sequence[Case] = ()
    others: Mapping[str, Weighted] = field(default_factory=dict)


def judge(
    current: PublishedModel | None, new: PublishedModel, evidence: Evidence, *, seed: int
) -> GateResult:
    """Decide whether a new version may become current.

    Enough own decisions judge the overall decision in the place of public news comments, whose
    moderators were others; every category, and every capability of the behaviour suite, is watched
    all the same, so that no model passes that learnt a newsroom's taste and forgot threats.

    Args:
        current: The model in use, or None where there is none.
        new: The model to judge.
        evidence: What both are judged on.
        seed: Of the resampling.

    Returns:
        The answer: a first model passes; a second one never does without enough rows, or where no
        head has enough positives among them; else it passes unless something is worse beyond
        chance.
    """
    if current is None:
        return GateResult(True, "there was no model before")
    own = evidence.own if evidence.own is not None and is_enough(evidence.own) else None
    judging = evidence.weights > 0
    rows, weights = evidence.rows[judging].reset_index(drop=True), evidence.weights[judging]
    if len(rows) < FEWEST_ROWS and own is None:
        return GateResult(
            False,
            f"only {len(rows)} held-back comments could be read (needs {FEWEST_ROWS}), so nothing "
            "shows that the new model is as good as the current one",
        )
    comparisons = _compare_all(current, new, (rows, weights), own, evidence.others, seed)
    if not comparisons:
        return GateResult(False, f"no head has {FEWEST_POSITIVES} positives to compare models on")
    worse = [c.head for c in comparisons if c.worse]
    before, after = run_cases(current, evidence.cases), run_cases(new, evidence.cases)
    lost = forgotten(evidence.cases, before, after)
    if worse or lost:
        return GateResult(
            False, f"worse beyond chance on {', '.join([*worse, *lost])}; {LOOK}", comparisons
        )
    return GateResult(True, "no judged head is worse beyond chance", comparisons)


def _compare_all(
    current: PublishedModel,
    new: PublishedModel,
    news: Weighted,
    own: pd.DataFrame | None,
    others: Mapping[str, Weighted],
    seed: int,
) -> tuple[Comparison, ...]:
    """Compare on news comments, on own decisions in the place of their decision, and elsewhere."""
    comparisons = compare(current, new, *news, seed=seed) if len(news[0]) else ()
    if own is not None:
        comparisons = tuple(c for c in comparisons if c.head != REJECT)
        others = {"own": (own, np.ones(len(own))), **others}
    for name, (rows, weights) in others.items():
        found = compare(current, new, rows, weights, seed=seed)
        comparisons += tuple(replace(c, head=f"{name} {c.head}") for c in found)
    return comparisons
