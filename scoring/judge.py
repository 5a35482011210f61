"""Judges comments with a model: the one path that the service and the archive command take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from scoring.calibration_kernel import tell
from scoring.explain import Span, explain
from scoring.guidelines import CATEGORIES, HEADS
from scoring.identifier import LONGEST_READ
from scoring.language import (
    UNDETERMINED,
    LanguageIdentifier,
    Reading,
    TextStatistics,
    read,
    text_statistics,
)
from scoring.policy import Decision, Policy, Verdict, decide
from scoring.scorer import Scorer

STEPS: Final = 1_000_000.0
"""Probabilities are told in millionths, so that approve and reject add up as printed."""


class Judgement(NamedTuple):
    """What the model and the policy say of one comment.

    Attributes:
        category_probabilities: Eleven probabilities of rejection, in the order of `CATEGORIES`.
        reject_probability: The overall probability of rejection.
        told: What an answer prints, in millionths: probabilities of approval of each category and
            overall, then those of rejection.
        verdict: The decision and its reasons.
        language: ISO 639 code, or the tag the caller gave; `und` where it cannot be told.
        review_reason: Why a person should decide: `language`, `no_known_terms` or `uncertain`;
            None unless the decision is `review`.
        spans: The words that weighed most; None unless asked for.
    """

    category_probabilities: list[float]
    reject_probability: float
    told: list[float]
    verdict: Verdict
    language: str
    review_reason: str | None
    spans: list[Span] | None


def judge(
    scorer: Scorer,
    identify: LanguageIdentifier,
    policy: Policy,
    texts: Sequence[str],
    declared: Sequence[str | None],
    *,
    explained: bool,
) -> list[Judgement]:
    """Score and decide some comments.

    Args:
        scorer: Scores texts with the model in use.
        identify: Names the language of a text.
        policy: The thresholds.
        texts: The comments' texts, valid Unicode.
        declared: For each, the language that the caller gave (BCP 47), or None.
        explained: Whether to list the words that weighed most.

    Returns:
        One judgement a comment, in order.

    Raises:
        LoneSurrogate: A text is not valid Unicode.
    """
    scores = scorer.score(texts)
    categories = scores.category_probabilities.tolist()
    rejects = scores.reject_probability.tolist()
    told = tell(scores.category_probabilities, scores.reject_probability, STEPS)
    printed = told.reshape(len(texts), 2 * len(HEADS)).tolist()  # one list a comment
    judgements = []
    for n, counted in enumerate(text_statistics(scores)):
        text, row = texts[n], categories[n]
        # a prefix is enough to name a language, and bounds the time it takes
        reading = read(text[:LONGEST_READ], counted, identify, declared[n])
        verdict = decide(policy, row, rejects[n], readable=reading.readable)
        spans = _explained(scorer, text, row, verdict) if explained else None
        reason = _review_reason(verdict, reading, counted)
        judgements.append(
            Judgement(row, rejects[n], printed[n], verdict, reading.language, reason, spans)
        )
    return judgements


def explained_heads(categories: Sequence[float], verdict: Verdict) -> tuple[str, ...]:
    """Choose the categories whose words are listed.

    Args:
        categories: Eleven probabilities, in the order of `CATEGORIES`.
        verdict: The verdict on them.

    Returns:
        The reasons of a rejection; else the violated categories; else the likeliest one.
    """
    if verdict.reasons:
        return verdict.reasons
    ranked = sorted(range(len(CATEGORIES)), key=lambda c: -categories[c])
    violated = tuple(CATEGORIES[c] for c in ranked if verdict.violated[c])
    return violated or (CATEGORIES[ranked[0]],)


def _explained(
    scorer: Scorer, text: str, categories: Sequence[float], verdict: Verdict
) -> list[Span]:
    return explain(scorer, text, explained_heads(categories, verdict))


def _review_reason(verdict: Verdict, reading: Reading, counted: TextStatistics) -> str | None:
    if verdict.decision is not Decision.REVIEW:
        return None
    if reading.readable:
        return "uncertain"
    nothing_known = counted.known_terms == 0 and reading.language == UNDETERMINED
    return "no_known_terms" if nothing_known else "language"


def format_judgement(judgement: Judgement, **first: object) -> dict[str, Any]:
    """Build one result of `/classify`.

    Args:
        judgement: What was found.
        first: Members to put before its own, such as the comment's id.

    Returns:
        The JSON members of the result.
    """
    verdict = judgement.verdict
    half = len(judgement.told) // 2
    approve, reject = judgement.told[:half], judgement.told[half:]
    result: dict[str, Any] = {
        **first,
        "decision": verdict.decision.value,
        "approve": approve[-1],
        "reject": reject[-1],
        "language": judgement.language,
        "categories": {
            key: {"approve": approved, "reject": rejected, "violated": violated}
            # one probability more than categories: the overall one
            for key, approved, rejected, violated in zip(
                CATEGORIES, approve, reject, verdict.violated, strict=False
            )
        },
        "reasons": verdict.reasons,
    }
    if judgement.review_reason is not None:
        result["review_reason"] = judgement.review_reason
    if judgement.spans is not None:
        result["spans"] = [_format_span(span) for span in judgement.spans]
    return result


def _format_span(span: Span) -> dict[str, int | float | str]:
    return {
        "start": span.start,
        "end": span.end,
        "category": span.category,
        "weight": round(span.weight, 6),
    }
