"""What each attribute of Perspective's is made of here: one table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.guidelines import CATEGORIES

# of one comment: its probabilities by category, and of rejection. Plain numbers: on a row of eleven
# an array's every operation costs more than the sum of them.
Measure = Callable[[Sequence[float], float], float]
_PROMOTION: Final = tuple(
    CATEGORIES.index(f"{kind}_promotion") for kind in ("commercial", "personal")
)
_OTHERS: Final = tuple(place for place in range(len(CATEGORIES)) if place not in _PROMOTION)


def _largest(*keys: str) -> Measure:
    """The largest probability of some categories."""
    places = [CATEGORIES.index(key) for key in keys]
    return lambda category, _: max([category[place] for place in places])


def _toxicity(category: Sequence[float], reject: float) -> float:
    """The overall probability as far as it is not promotion's; never below another category's."""
    promotion = max([category[place] for place in _PROMOTION])
    return max(reject * (1.0 - promotion), *[category[place] for place in _OTHERS])


MAP_FILE: Final = Path(__file__).with_name("perspective_map.json")
MEASURED: Final[Mapping[str, Measure]] = {
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


def _on_their_scale(name: str) -> Measure:
    measure = MEASURED[name]

    def mapped(category: Sequence[float], reject: float) -> float:
        ours, theirs = _maps()[name]
        return float(np.interp(measure(category, reject), ours, theirs))

    return mapped


_MAPPED: Final[Mapping[str, Measure]] = {name: _on_their_scale(name) for name in MEASURED}
_PRODUCTION: Final = (
    "TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT",
)  # fmt: skip
ATTRIBUTES: Final[Mapping[str, Measure]] = {
    **_MAPPED,
    **{f"{name}_EXPERIMENTAL": _MAPPED[name] for name in _PRODUCTION},
    "OBSCENE": _MAPPED["PROFANITY"],
    "ATTACK_ON_AUTHOR": _largest("personal_attack"),
    "ATTACK_ON_COMMENTER": _largest("personal_attack"),
    "SPAM": _largest("commercial_promotion", "personal_promotion"),
    "LIKELY_TO_REJECT": lambda _, reject: reject,
}
"""What each attribute is made of; docs/switch/perspective.md has the same table."""
