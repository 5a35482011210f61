"""The wire format of Perspective's Comment Analyzer, v1alpha1: request and answer.

Attributes that this model does not measure get the original's error for an unknown one, never an
invented number. Span offsets are UTF-16 code units, as the original's are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from scoring.classify import Judgements
from scoring.comment_rules import is_language_tag, json_type
from scoring.language.detect import UNDETERMINED, is_foreign_tag
from service.feedback.decision import Feedback
from service.wire.offsets import utf16_units
from service.wire.perspective_attributes import ATTRIBUTES
from service.wire.perspective_errors import GoogleError

LONGEST_COMMENT: Final = 20_480
"""Bytes of UTF-8, the original's limit."""
_SENTENCE: Final = re.compile(r"\S.*?(?:[.!?…]+(?=\s|$)|\n|$)", re.DOTALL)
_MOST_SENTENCES: Final = 200
_LONGEST_TOKEN: Final = 200
SUGGESTED_REJECTION: Final = 0.5


@dataclass(frozen=True, slots=True)
class AnalyzeCall:
    """What `comments:analyze` was asked.

    Attributes:
        text: The comment.
        thresholds: For each attribute asked for, the score below which it is left out, or None.
        languages: Languages that the caller gave.
        drop_unsupported: Whether attributes of another language are left out, not refused.
        spans: Whether each sentence is scored too.
        client_token: Echoed, if any.
    """

    text: str
    thresholds: Mapping[str, float | None]
    languages: tuple[str, ...]
    drop_unsupported: bool
    spans: bool
    client_token: str | None


def parse_analyze(content: object) -> AnalyzeCall:
    """Check the body of `comments:analyze`.

    Args:
        content: What the body holds.

    Returns:
        The call.

    Raises:
        GoogleError: It is refused.
    """
    members = _object(content, "the body")
    comment = _object(members.get("comment", {}), "comment")
    text = comment.get("text", "")
    _check_comment(text, comment.get("type"))
    context = _object(members.get("context") or {}, "context")
    if "entries" in context and "articleAndParentComment" in context:
        raise GoogleError(
            "Context can have either entries or article_and_parent_comment, but not both."
        )
    asked = _object(members.get("requestedAttributes") or {}, "requestedAttributes")
    if not asked:
        raise GoogleError("Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES")
    token = members.get("clientToken")
    return AnalyzeCall(
        text,
        {name: _threshold(name, value) for name, value in asked.items()},
        _languages(members.get("languages")),
        bool(members.get("dropUnsupportedAttributes", False)),
        bool(members.get("spanAnnotations", False)),
        token if isinstance(token, str) else None,
    )


def sentences(text: str) -> list[tuple[int, int]]:
    """Cut a text into sentences.

    Args:
        text: A comment.

    Returns:
        Half-open ranges of code points, at most `_MOST_SENTENCES`; the last one takes the rest.
    """
    found = [match.span() for match in _SENTENCE.finditer(text)]
    if len(found) > _MOST_SENTENCES:
        found[_MOST_SENTENCES - 1 :] = [(found[_MOST_SENTENCES - 1][0], len(text))]
    return found


def format_analyze(
    call: AnalyzeCall, ranges: list[tuple[int, int]], judgements: Judgements
) -> dict[str, Any]:
    """Build the answer.

    Args:
        call: What was asked.
        ranges: The sentences that were scored, if any.
        judgements: Of the whole text, then of each sentence.

    Returns:
        The members of the answer.

    Raises:
        GoogleError: The text is in a language that is not supported.
    """
    detected = judgements.languages.get(0, "en")
    supported = _check_language(call, detected)
    answer: dict[str, Any] = {}
    scores = judgements.scores
    by_category, by_comment = scores.category_probabilities, scores.reject_probability
    scored = list(zip(by_category.tolist(), by_comment.tolist(), strict=True))
    attributes = {}
    for name, threshold in call.thresholds.items() if supported else ():
        told = [round(ATTRIBUTES[name](*one), 6) for one in scored]
        if threshold is None or told[0] >= threshold:
            attributes[name] = _attribute(call.text, ranges, told)
    if attributes:
        answer["attributeScores"] = attributes
    answer["languages"] = list(call.languages) or [detected]
    answer["detectedLanguages"] = [detected]
    if call.client_token is not None:
        answer["clientToken"] = call.client_token
    return answer


def parse_suggestion(content: object) -> tuple[Feedback | None, dict[str, Any]]:
    """Check the body of `comments:suggestscore`.

    Args:
        content: What the body holds.

    Returns:
        What a moderator decided, and the members of the answer. A suggested score from .5 on is a
        rejection. None where the caller says `doNotStore`.

    Raises:
        GoogleError: It is refused.
    """
    members = _object(content, "the body")
    comment = _object(members.get("comment", {}), "comment")
    text = comment.get("text", "")
    _check_comment(text, comment.get("type"))
    scores = _object(members.get("attributeScores") or {}, "attributeScores")
    if not scores:
        raise GoogleError("Missing attribute_scores")
    values = [_suggested(name, score) for name, score in scores.items()]
    token = members.get("clientToken")
    answer: dict[str, Any] = {"detectedLanguages": list(_languages(members.get("languages")))}
    if isinstance(token, str):
        answer["clientToken"] = token
    if members.get("doNotStore") is True:
        return None, answer
    decision = "reject" if max(values) >= SUGGESTED_REJECTION else "approve"
    named = token[:_LONGEST_TOKEN] if isinstance(token, str) and token else None
    return Feedback(text, decision, comment_id=named, source="perspective"), answer


def _suggested(name: str, score: object) -> float:
    if name not in ATTRIBUTES:
        raise GoogleError(f"Unknown requested attribute: {name}", "ATTRIBUTE_UNKNOWN")
    summary = score.get("summaryScore") if isinstance(score, dict) else None
    value = summary.get("value") if isinstance(summary, dict) else None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise GoogleError(f"Invalid value at 'attributeScores.{name}.summaryScore.value'")


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise GoogleError(f"Invalid value at '{name}': {json_type(value)}; allowed: object")
    return value


def _check_comment(text: object, kind: object) -> None:
    if not isinstance(text, str):
        raise GoogleError(f"Invalid value at 'comment.text': {json_type(text)}; allowed: string")
    if kind == "HTML":
        raise GoogleError("Currently, only 'PLAIN_TEXT' comments are supported")
    if kind not in (None, "PLAIN_TEXT", "TEXT_TYPE_UNSPECIFIED"):
        raise GoogleError("Unknown text type")
    if not text or text.isspace():
        raise GoogleError("Comment must be non-empty.", "COMMENT_EMPTY")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise GoogleError("Invalid value at 'comment.text': half of a UTF-16 pair") from None
    if size > LONGEST_COMMENT:
        raise GoogleError("Comment text too long.", "COMMENT_TOO_LONG")


def _threshold(name: str, value: object) -> float | None:
    if name not in ATTRIBUTES:
        known = name if re.fullmatch(r"[A-Z][A-Z0-9_@]{0,63}", name) else "(not a name)"
        raise GoogleError(f"Unknown requested attribute: {known}")
    parameters = _object(value, f"requestedAttributes.{name}")
    kind = parameters.get("scoreType")
    if kind not in (None, "PROBABILITY", "SCORE_TYPE_UNSPECIFIED"):
        told = kind if kind in ("STD_DEV_SCORE", "PERCENTILE", "RAW") else json_type(kind)
        raise GoogleError(f"Requested score type {told} is not supported by attribute {name}")
    threshold = parameters.get("scoreThreshold")
    if threshold is None or type(threshold) in (int, float):
        return threshold
    raise GoogleError(f"Invalid value at 'requestedAttributes.{name}.scoreThreshold'")


def _languages(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(is_language_tag(tag) for tag in value):
        raise GoogleError("Invalid value at 'languages'; allowed: language tags such as en")
    return tuple(value)


def _check_language(call: AnalyzeCall, detected: str) -> bool:
    """Whether attributes may be answered; what they do not support is refused, or dropped."""
    foreign = [tag for tag in call.languages if is_foreign_tag(tag)]
    told: dict[str, object] = {"requestedLanguages": foreign}
    if not call.languages and detected != "en":
        foreign, told = [detected], {"detectedLanguages": [detected]}
    if not foreign:
        return True
    if call.drop_unsupported:
        return False
    if foreign == [UNDETERMINED]:
        raise GoogleError("Unable to detect language", "LANGUAGE_DETECTION_FAILED")
    name = next(iter(call.thresholds))
    raise GoogleError(
        f"Attribute {name} does not support request languages: {', '.join(foreign)}",
        "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        languageNotSupportedByAttributeError={"attribute": name, **told},
    )


def _attribute(text: str, ranges: list[tuple[int, int]], told: list[float]) -> dict[str, Any]:
    """Build one attribute's scores: without sentences one span over the whole text."""
    spans = zip(ranges, told[1:], strict=True) if ranges else [((0, len(text)), told[0])]
    return {
        "spanScores": [
            {
                "begin": utf16_units(text[:first]),
                "end": utf16_units(text[:stop]),
                "score": {"value": value, "type": "PROBABILITY"},
            }
            for (first, stop), value in spans
        ],
        "summaryScore": {"value": told[0], "type": "PROBABILITY"},
    }
