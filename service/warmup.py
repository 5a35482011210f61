"""Runs everything that answers a request once, before a model is used."""

from __future__ import annotations

from scoring.compiled import SAMPLES
from scoring.judge import judge
from scoring.policy import PRESETS
from service.models import ServedModel


def warm(served: ServedModel) -> None:
    """Run everything that answers a request once, so that no request is the first.

    Args:
        served: The model about to be used.
    """
    policy = served.manifest.policies[PRESETS[0]]
    undeclared = [None] * len(SAMPLES)
    judge(served.scorer, served.identify, policy, SAMPLES, undeclared, explained=True)
