"""What each attribute of Perspective's is made of here: one table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
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


MAP_FILE: Final = Path(__file__).with_name("perspective_map.json")
MEASURED: Final[Mapping[str, _Column]] = {
    "TOXICITY": _toxicity,
    "SEVERE_TOXICITY": _largest("threat", "abuse"),
    "IDENTITY_ATTACK": _largest("abuse"),
    "INSULT": _largest("personal_attack"),
    "PROFANITY": _largest("profanity", "vulgarity"),
    "THREAT": _largest("threat"),
    "SEXUALLY_EXPLICIT": _largest("vulgarity"),
}
"""What we have of each attribute whose scores by Perspective itself are published."""


@lru_cache(maxsize=1)
def _maps() -> Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Read what our numbers mean on Perspective's scale: tests/benchmarks/perspective_map.py."""
    told = json.loads(MAP_FILE.read_text(encoding="utf-8"))["maps"]
    return {name: (np.array(one["ours"]), np.array(one["theirs"])) for name, one in told.items()}


def _on_their_scale(name: str) -> _Column:
    column = MEASURED[name]

    def mapped(category: NDArray[np.float64], reject: NDArray[np.float64]) -> NDArray[np.float64]:
        ours, theirs = _maps()[name]
        return np.interp(column(category, reject), ours, theirs)

    return mapped


_MAPPED: Final[Mapping[str, _Column]] = {name: _on_their_scale(name) for name in MEASURED}
_PRODUCTION: Final = (
    "TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT",
)  # fmt: skip
ATTRIBUTES: Final[Mapping[str, _Column]] = {
    **_MAPPED,
    **{f"{name}_EXPERIMENTAL": _MAPPED[name] for name in _PRODUCTION},
    "OBSCENE": _MAPPED["PROFANITY"],
    "ATTACK_ON_AUTHOR": _largest("personal_attack"),
    "ATTACK_ON_COMMENTER": _largest("personal_attack"),
    "SPAM": _largest("commercial_promotion", "personal_promotion"),
    "LIKELY_TO_REJECT": lambda _, reject: reject,
}
"""What each attribute is made of; docs/switch/perspective.md has the same table."""
