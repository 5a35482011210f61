"""From probabilities to a decision: thresholds are data, kept apart from the model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from operator import ge
from typing import Final, NamedTuple

from scoring.errors import PolicyError
from scoring.guidelines import CATEGORIES

PRESETS: Final = ("assist", "automatic")


class Decision(StrEnum):
    """What happens to a comment."""

    APPROVE = "approve"
    REJECT = "reject"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds of one preset.

    Attributes:
        name: `assist` (a person reviews a band) or `automatic` (no band).
        reject_threshold: The overall probability in [0, 1] from which a comment is rejected.
        approve_threshold: The overall probability below which a comment is approved; equal to
            `reject_threshold` where there is no band.
        category_thresholds: For each category, in the order of `CATEGORIES`, the probability from
            which it counts as violated.
    """

    name: str
    reject_threshold: float
    approve_threshold: float
    category_thresholds: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.category_thresholds) != len(CATEGORIES):
            raise PolicyError(
                f"policy {self.name!r} has {len(self.category_thresholds)} category thresholds, "
                f"needs {len(CATEGORIES)}: one for each of {', '.join(CATEGORIES)}"
            )
        every = (self.reject_threshold, self.approve_threshold, *self.category_thresholds)
        if not all(0.0 <= value <= 1.0 for value in every):
            raise PolicyError(
                f"policy {self.name!r} has a threshold outside [0, 1]: reject "
                f"{self.reject_threshold}, approve {self.approve_threshold}, categories "
                f"{self.category_thresholds}"
            )
        if self.approve_threshold > self.reject_threshold:
            raise PolicyError(
                f"policy {self.name!r} approves below {self.approve_threshold} but rejects from "
                f"{self.reject_threshold}: the first may not be larger"
            )


class Verdict(NamedTuple):
    """A decision and why.

    Attributes:
        decision: What happens to the comment.
        violated: For each category, in the order of `CATEGORIES`, whether it reached its threshold.
        reasons: Keys of the categories behind a rejection, likeliest first; never empty for one.
    """

    decision: Decision
    violated: tuple[bool, ...]
    reasons: tuple[str, ...]


def decide(
    policy: Policy,
    category_probabilities: list[float],
    reject_probability: float,
    *,
    readable: bool = True,
) -> Verdict:
    """Apply a policy to one comment.

    Args:
        policy: The thresholds.
        category_probabilities: Eleven probabilities in [0, 1], in the order of `CATEGORIES`.
        reject_probability: The overall probability of rejection in [0, 1].
        readable: Whether the model can judge the text; if not, the decision is `review`.

    Returns:
        The verdict.
    """
    violated = tuple(map(ge, category_probabilities, policy.category_thresholds))
    any_violated = True in violated
    if not readable:
        return Verdict(Decision.REVIEW, violated, ())
    if any_violated or reject_probability >= policy.reject_threshold:
        return Verdict(Decision.REJECT, violated, _reasons(category_probabilities, violated))
    if reject_probability < policy.approve_threshold:
        return Verdict(Decision.APPROVE, violated, ())
    return Verdict(Decision.REVIEW, violated, ())


def _reasons(probabilities: list[float], violated: tuple[bool, ...]) -> tuple[str, ...]:
    likeliest_first = sorted(range(len(CATEGORIES)), key=lambda c: -probabilities[c])
    found = tuple(CATEGORIES[c] for c in likeliest_first if violated[c])
    return found or (CATEGORIES[likeliest_first[0]],)
