"""Errors of a model on an analyst's comments, with the words that weighed marked in the text."""

from __future__ import annotations

from html import escape
from typing import Final

import numpy as np

from scoring.artifacts.versions import PublishedModel
from scoring.decisions.decide import decide
from scoring.decisions.policy import Decision
from scoring.explain import explain
from scoring.model.scorer import Scorer
from training.reports.own_comments import OwnEvaluation
from training.sources.labels import REJECT

KINDS: Final = ("wrongly rejected", "missed", "held violation")
_WORDS: Final = 6


def highlighted(scorer: Scorer, text: str, head: str = REJECT) -> str:
    """Mark the words that spoke most for rejection.

    Args:
        scorer: Scores texts with the model.
        text: The comment.
        head: A key of `HEADS`.

    Returns:
        HTML; the darker a mark, the more of the sum its word carries.
    """
    spans = sorted(explain(scorer, text, (head,), most=_WORDS), key=lambda span: span.start)
    heaviest = max((span.weight for span in spans), default=1.0)
    parts, at = [], 0
    for span in spans:
        if span.start < at:
            continue
        strength = 0.2 + 0.5 * span.weight / heaviest
        parts += [
            escape(text[at : span.start]),
            f'<mark style="background: rgba(213, 94, 0, {strength:.2f})" '
            f'title="{span.weight:.2f}">{escape(text[span.start : span.end])}</mark>',
        ]
        at = span.end
    return "".join([*parts, escape(text[at:])])


def errors_html(published: PublishedModel, own: OwnEvaluation, preset: str, most: int) -> str:
    """List the worst errors of each kind, held violations included.

    Args:
        published: The model.
        own: What it is worth on the comments.
        preset: The preset that decides.
        most: List at most so many of each kind.

    Returns:
        HTML; the comment's line in the file, its probability of rejection, and its text.
    """
    scores, policy = own.scores, published.manifest.policies[preset]
    decisions = decide(policy, scores.category_probabilities, scores.reject_probability).decisions
    probability = scores.reject_probability
    chosen = {
        KINDS[0]: (decisions == Decision.REJECT) & ~own.rejected,
        KINDS[1]: (decisions == Decision.APPROVE) & own.rejected,
        KINDS[2]: (decisions == Decision.REVIEW) & own.rejected,
    }
    parts = []
    for kind, rows in chosen.items():
        order = np.flatnonzero(rows)[np.argsort(probability[rows], kind="stable")]
        # the most certain wrong rejections; the violations that look most harmless
        worst = order[::-1][:most] if kind == KINDS[0] else order[:most]
        items = "".join(
            f"<li>line {escape(str(own.judged['row_id'].iloc[row]))}, {probability[row]:.2f}: "
            f"{highlighted(published.scorer, str(own.judged['text'].iloc[row]))}</li>"
            for row in worst.tolist()
        )
        parts.append(f"<h4>{kind} ({int(rows.sum()):,})</h4><ul>{items}</ul>")
    return "".join(parts)
