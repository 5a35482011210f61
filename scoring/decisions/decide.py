"""From probabilities to decisions, for many comments at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.decisions._decide import OUTCOME, READING, REASONS, REJECTED, VIOLATED, decide_texts
from scoring.decisions.policy import OUTCOMES, Policy
from scoring.guidelines import CATEGORIES
from scoring.language._rules import ENGLISH, FOREIGN
from scoring.text._letters import STATISTICS

_ORDERED: Final = VIOLATED + len(CATEGORIES)
CODES: Final = _ORDERED + len(CATEGORIES)
"""How many codes a verdict has, see `scoring.decisions._decide`."""
_DECISIONS: Final = np.array([outcome.decision.value for outcome in OUTCOMES])


# not frozen: one is made for each request
@dataclass(slots=True, eq=False)
class Verdicts:
    """Decisions on n comments and why.

    Attributes:
        codes: uint8 (n, 25), see `scoring.decisions._decide`.
    """

    codes: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def outcomes(self) -> list[int]:
        """For each comment the place of its outcome in `OUTCOMES`."""
        found: list[int] = self.codes[:, OUTCOME].tolist()
        return found

    @property
    def decisions(self) -> NDArray[np.str_]:
        """Values of `Decision`, str (n)."""
        return _DECISIONS[self.codes[:, OUTCOME]]

    @property
    def readable(self) -> NDArray[np.bool_]:
        """Whether the model can judge the text, bool (n); it could where it rejected."""
        found: NDArray[np.bool_] = (self.codes[:, READING] == ENGLISH) | (
            self.codes[:, OUTCOME] >= REJECTED
        )
        return found

    @property
    def violated(self) -> NDArray[np.bool_]:
        """Whether each category is violated, bool (n, 11).

        It reached its threshold, or is the likeliest one of a comment that only the overall
        probability rejects.
        """
        return self.codes[:, VIOLATED:_ORDERED].astype(np.bool_)

    def reasons(self, comment: int) -> tuple[str, ...]:
        """List the categories behind a rejection.

        Args:
            comment: The place of a comment.

        Returns:
            Keys of categories, likeliest first and equally likely ones in the order of
            `CATEGORIES`; never empty for a rejection, always for any other decision.
        """
        codes = self.codes[comment]
        places = codes[_ORDERED : _ORDERED + int(codes[REASONS])].tolist()
        return tuple([CATEGORIES[place] for place in places])


def decide(
    policy: Policy,
    category_probabilities: NDArray[np.float64],
    reject_probability: NDArray[np.float64],
    readable: NDArray[np.bool_] | None = None,
) -> Verdicts:
    """Apply a policy to n comments.

    Args:
        policy: The thresholds.
        category_probabilities: float64 (n, 11) in [0, 1], columns in the order of `CATEGORIES`.
        reject_probability: float64 (n) in [0, 1], the overall probabilities of rejection.
        readable: bool (n), whether the model can judge each text; if not, the decision is
            `review`. None where it can judge them all.

    Returns:
        The verdicts.
    """
    count = len(reject_probability)
    codes = np.zeros((count, CODES), np.uint8)
    codes[:, READING] = ENGLISH if readable is None else np.where(readable, ENGLISH, FOREIGN)
    decide_texts(
        np.ascontiguousarray(category_probabilities, np.float64),
        np.ascontiguousarray(reject_probability, np.float64),
        np.zeros((count, STATISTICS), np.int32),
        thresholds(policy),
        codes,
    )
    return Verdicts(codes)


@lru_cache
def thresholds(policy: Policy) -> NDArray[np.float64]:
    """Lay a policy's thresholds out for the compiled code.

    Args:
        policy: The thresholds.

    Returns:
        float64 (13): those of the categories, rejection, approval.
    """
    return np.array(
        [*policy.category_thresholds, policy.reject_threshold, policy.approve_threshold], np.float64
    )
