"""What may happen to a comment, and when: thresholds are data, kept apart from the model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from scoring.errors import PolicyError
from scoring.guidelines import CATEGORIES

DEFAULT_PRESET: Final = "assist"
"""The preset of whoever names none; which presets there are, a model's manifest says."""


class Decision(StrEnum):
    """What happens to a comment."""

    APPROVE = "approve"
    REJECT = "reject"
    REVIEW = "review"


class Outcome(NamedTuple):
    """What a decision comes down to.

    Attributes:
        decision: What happens to the comment.
        reason: The likeliest reason of a rejection, a key of `CATEGORIES`; why a person should
            decide: `uncertain`, `language` or `no_known_terms`; None for an approval.
    """

    decision: Decision
    reason: str | None


OUTCOMES: Final = (
    Outcome(Decision.APPROVE, None),
    Outcome(Decision.REVIEW, "uncertain"),
    Outcome(Decision.REVIEW, "language"),
    Outcome(Decision.REVIEW, "no_known_terms"),
    *(Outcome(Decision.REJECT, key) for key in CATEGORIES),
)
"""Every outcome by its code, see `scoring.decisions._decide`."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds of one preset.

    Attributes:
        name: Its name, such as `assist` (a person reviews a band) or `automatic` (no band).
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
