"""The shipped model on many texts: the service's own path, in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.artifacts.versions import PublishedModel
from scoring.decisions.policy import DEFAULT_PRESET, Decision, Policy
from scoring.guidelines import CATEGORIES, HEADS
from training.evaluation.behaviour import judge_texts
from training.evaluation.evaluate import SCORED_AT_ONCE


@dataclass(frozen=True, slots=True)
class Judged:
    """What the model says of n texts.

    Attributes:
        decisions: str (n): `approve`, `reject` or `review`.
        probabilities: float64 (n, 12) of rejection, columns in the order of `HEADS`.
        violated: bool (n, 11), whether a guideline is violated, in the order of `CATEGORIES`.
    """

    decisions: NDArray[np.str_]
    probabilities: NDArray[np.float64]
    violated: NDArray[np.bool_]

    def head(self, key: str) -> NDArray[np.float64]:
        """Give the probabilities of one head.

        Args:
            key: One of `HEADS`.
        """
        return self.probabilities[:, HEADS.index(key)]


def judge(published: PublishedModel, texts: Sequence[str], preset: str = DEFAULT_PRESET) -> Judged:
    """Classify texts as the service does.

    Args:
        published: The model.
        texts: n comments, n at least 1.
        preset: The preset that decides.

    Returns:
        Decisions and probabilities.
    """
    decisions: list[str] = []
    probabilities, violated = [], []
    for start in range(0, len(texts), SCORED_AT_ONCE):
        found = judge_texts(published, texts[start : start + SCORED_AT_ONCE], preset)
        decisions += [str(one) for one in found.verdicts.decisions.tolist()]
        probabilities.append(
            np.column_stack([found.scores.category_probabilities, found.scores.reject_probability])
        )
        violated.append(found.verdicts.violated)
    return Judged(np.array(decisions), np.concatenate(probabilities), np.concatenate(violated))


def head_threshold(policy: Policy, head: str) -> float:
    """Give the probability from which a preset counts a head as violated.

    Args:
        policy: The preset.
        head: One of `HEADS`.
    """
    if head in CATEGORIES:
        return float(policy.category_thresholds[CATEGORIES.index(head)])
    return float(policy.reject_threshold)


def decision_share(decisions: NDArray[np.str_], decision: Decision) -> float:
    """Give the share of comments that get a decision, rounded to four digits.

    Args:
        decisions: str (n), n at least 1.
        decision: Which.
    """
    return round(float((decisions == decision).mean()), 4)
