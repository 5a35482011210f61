"""How much of what is rejected stays rejected in disguise, and what undoing disguises breaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from scoring.artifacts.versions import PublishedModel
from scoring.decisions.policy import Decision
from scoring.explain import explain
from training.corpus.disguises import DISGUISES, disguise
from training.evaluation.behaviour import MUST_APPROVE, MUST_REJECT, Case
from training.evidence.harmless import harmless_strings
from training.evidence.judge import decision_share, judge
from training.sources.labels import REJECT

SEED: Final = 20261122
STRINGS: Final = 200
"""Harmless strings of each kind."""
_MOST_WORDS: Final = 3
"""The words that weigh most in a comment are disguised, as an author would who was rejected."""


def measure_evasion(published: PublishedModel, cases: Sequence[Case]) -> dict[str, Any]:
    """Disguise what is rightly rejected and what is rightly approved.

    Args:
        published: The model.
        cases: Cases of the behaviour suite, which nothing is trained on.

    Returns:
        `attacks`: by disguise `n`, the mean probability of rejection as a share of the clean
        comments' (`probability_kept`), and the shares still rejected and approved; of harmless
        comments disguised alike, the share newly rejected. `harmless`: by kind of string `n` and
        the shares rejected and held.
    """
    offending = _those(published, cases, MUST_REJECT, Decision.REJECT)
    harmless = _those(published, cases, MUST_APPROVE, Decision.APPROVE)
    if not offending or not harmless:
        return {"attacks": [], "harmless": _harmless(published)}
    words = [_heaviest_words(published, text) for text in offending]
    plain_words = [_heaviest_words(published, text) for text in harmless]
    clean = judge(published, offending).head(REJECT).mean()
    attacks = []
    for name, change in DISGUISES.items():
        random = np.random.default_rng(SEED)
        pairs = zip(offending, words, strict=True)
        disguised = judge(published, [disguise(text, at, change, random) for text, at in pairs])
        pairs = zip(harmless, plain_words, strict=True)
        changed = judge(published, [disguise(text, at, change, random) for text, at in pairs])
        attacks.append(
            {
                "attack": name,
                "n": len(offending),
                "probability_kept": round(float(disguised.head(REJECT).mean() / clean), 4),
                "rejected": decision_share(disguised.decisions, Decision.REJECT),
                "approved": decision_share(disguised.decisions, Decision.APPROVE),
                "n_harmless": len(harmless),
                "newly_rejected": decision_share(changed.decisions, Decision.REJECT),
            }
        )
    return {"attacks": attacks, "harmless": _harmless(published)}


def _those(
    published: PublishedModel, cases: Sequence[Case], expectation: str, decision: Decision
) -> list[str]:
    """Give the cases of an expectation that the model decides as they ask."""
    texts = [case.text for case in cases if case.expectation == expectation]
    if not texts:
        return []
    decisions = judge(published, texts).decisions
    return [text for text, one in zip(texts, decisions, strict=True) if one == decision]


def _heaviest_words(published: PublishedModel, text: str) -> list[tuple[int, int]]:
    spans = explain(published.scorer, text, (REJECT,), most=_MOST_WORDS)
    return [(span.start, span.end) for span in spans]


def _harmless(published: PublishedModel) -> list[dict[str, Any]]:
    told = []
    for kind, texts in harmless_strings(STRINGS, SEED).items():
        decisions = judge(published, texts).decisions
        told.append(
            {
                "kind": kind,
                "n": len(texts),
                "rejected": decision_share(decisions, Decision.REJECT),
                "held": decision_share(decisions, Decision.REVIEW),
            }
        )
    return told
