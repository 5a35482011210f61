"""Runs everything that answers a request once, before a model is used."""

from __future__ import annotations

from scoring.compilation.sample import SAMPLES
from scoring.decisions.policy import PRESETS
from service.models import ServedModel
from service.wire.classify import judge_comments
from service.wire.parse import Comment


def warm(served: ServedModel) -> None:
    """Run everything that answers a request once, so that no request is the first.

    Args:
        served: The model about to be used.
    """
    policy = served.manifest.policies[PRESETS[0]]
    comments = [Comment(None, text, None) for text in SAMPLES]
    judge_comments(served, policy, comments, explained=True)
