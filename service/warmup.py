"""Runs everything that answers a request once, before a model is used."""

from __future__ import annotations

from scoring.compilation.sample import SAMPLES
from scoring.result_json import render
from service.models import ServedModel


def warm(served: ServedModel) -> None:
    """Run everything that answers a request once, so that no request is the first.

    Args:
        served: The model about to be used.
    """
    policy = next(iter(served.policies.values()))
    render(served.classify(policy, SAMPLES, [None] * len(SAMPLES), explained=True))
