"""The README's table: comments side by side that differ in little, and what the model says."""

from __future__ import annotations

from typing import Final

from scoring.artifacts.versions import PublishedModel
from scoring.classify import classify
from scoring.guidelines import GUIDELINES
from scoring.language.identifier import load_identifier

COMMENTS: Final = (
    "This newspaper lies about everything and the editor is biased.",
    "The woman who wrote this is a lying idiot.",
    "The minister's plan is a disaster and he should resign.",
    "Somebody should shoot the minister.",
    "Police said he had threatened to kill his neighbour.",
    "I will find you and break your legs.",
    "Women were elected to the council for the first time.",
    "Women are too stupid for politics.",
    "My cousin bought a cheap phone and it broke.",
    "I sell cheap phones, write to me on WhatsApp.",
)
"""Written before the model was asked, and kept whatever it says; each pair has one to approve."""
_POLICY: Final = "assist"


def comments_table(published: PublishedModel) -> str:
    """Judge the comments under the first preset.

    Args:
        published: The model.

    Returns:
        A table in Markdown: comment, decision, the likeliest guideline, probability of rejection.
    """
    policy = published.manifest.policies[_POLICY]
    undeclared = [None] * len(COMMENTS)
    judged = classify(
        published.scorer, load_identifier(), policy, COMMENTS, undeclared, explained=False
    )
    lines = ["| comment | decision | because of | probability of rejection |", "|---|---|---|---:|"]
    decisions = judged.verdicts.decisions.tolist()
    rows = zip(COMMENTS, decisions, judged.scores.reject_probability.tolist(), strict=True)
    for number, (text, decision, probability) in enumerate(rows):
        likeliest = GUIDELINES[int(judged.scores.category_probabilities[number].argmax())]
        reason = "" if decision == "approve" else likeliest.title.lower()
        lines.append(f"| {text} | {decision} | {reason} | {probability:.2f} |")
    return "\n".join(lines)
