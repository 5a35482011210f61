"""What each attribute of Perspective's is made of here: one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.guidelines import CATEGORIES

_Column = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


def _largest(*keys: str) -> _Column:
    """The largest probability of some categories."""
    places = [CATEGORIES.index(key) for key in keys]
    return lambda category, _: np.asarray(category[:, places].max(axis=1))


def _toxicity(category: NDArray[np.float64], reject: NDArray[np.float64]) -> NDArray[np.float64]:
    """The overall probability as far as it is not promotion's; never below another category's."""
    promotion = [CATEGORIES.index(f"{kind}_promotion") for kind in ("commercial", "personal")]
    others = np.delete(category, promotion, axis=1).max(axis=1)
    toxic = reject * (1.0 - category[:, promotion].max(axis=1))
    return np.asarray(np.maximum(others, toxic))


_PRODUCTION: Final[Mapping[str, _Column]] = {
    "TOXICITY": _toxicity,
    "SEVERE_TOXICITY": _largest("threat", "abuse"),
    "IDENTITY_ATTACK": _largest("abuse"),
    "INSULT": _largest("personal_attack"),
    "PROFANITY": _largest("profanity", "vulgarity"),
    "THREAT": _largest("threat"),
}
ATTRIBUTES: Final[Mapping[str, _Column]] = {
    **_PRODUCTION,
    **{f"{name}_EXPERIMENTAL": column for name, column in _PRODUCTION.items()},
    "SEXUALLY_EXPLICIT": _largest("vulgarity"),
    "OBSCENE": _largest("profanity", "vulgarity"),
    "ATTACK_ON_AUTHOR": _largest("personal_attack"),
    "ATTACK_ON_COMMENTER": _largest("personal_attack"),
    "SPAM": _largest("commercial_promotion", "personal_promotion"),
    "LIKELY_TO_REJECT": lambda _, reject: reject,
}
"""What each attribute is made of; docs/switch/perspective.md has the same table."""
