"""The wire format of OpenAI's `POST /v1/moderations`: input, thirteen categories, errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from scoring.classify import Judgements
from scoring.comment_rules import json_type, text_fault
from scoring.decisions.policy import Decision
from scoring.guidelines import CATEGORIES
from service.errors import ServiceError

NOT_ASSESSED: Final = (
    "illicit", "illicit/violent", "self-harm", "self-harm/intent", "self-harm/instructions",
    "sexual/minors", "violence/graphic",
)  # fmt: skip
"""Categories that this model does not measure: always false and 0."""
FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "harassment": ("personal_attack",),
    "harassment/threatening": ("threat",),
    "hate": ("abuse",),
    "hate/threatening": ("threat", "abuse"),
    "sexual": ("vulgarity",),
    "violence": ("threat",),
}
"""Categories made of ours: the least of those named."""
MODEL: Final = "omni-moderation-latest"


class OpenAIError(ServiceError):
    """An answer other than success, in OpenAI's envelope."""

    def __init__(self, message: str, param: str | None = "input") -> None:
        """Describe the error.

        Args:
            message: What was received and what is allowed; never content.
            param: The member that is wrong.
        """
        super().__init__(message)
        self.status = 400
        self.document = error_document(message, "invalid_request_error", param)


def error_document(message: str, kind: str, param: str | None = None) -> dict[str, Any]:
    """Build an error's members.

    Args:
        message: For a person.
        kind: OpenAI's `type`.
        param: The member that is wrong, if one is.

    Returns:
        The members of the answer.
    """
    return {"error": {"message": message, "type": kind, "param": param, "code": None}}


def parse_moderations(content: object, most: int, max_bytes: int) -> list[str]:
    """Check the body.

    Args:
        content: What the body holds.
        most: Most texts in a request.
        max_bytes: Longest text in bytes of UTF-8.

    Returns:
        The texts, one for each result.

    Raises:
        OpenAIError: It is refused.
    """
    if not isinstance(content, dict):
        raise OpenAIError(f"the body is {json_type(content)}; allowed: object", None)
    given = content.get("input")
    items: list[Any] = given if isinstance(given, list) else [given]
    if not 1 <= len(items) <= most:
        raise OpenAIError(f"input has {len(items)} items; allowed: 1 to {most}")
    if items and all(isinstance(item, dict) for item in items):
        # parts of one message: its texts are one input
        items = ["\n".join(_part(item) for item in items)]
    texts = [_text(item) for item in items]
    for place, text in enumerate(texts):
        fault = text_fault(text, max_bytes)
        if fault is not None and fault.code != "empty_text":
            raise OpenAIError(f"input {place}: {fault.message}")
    return texts


def format_moderations(
    request_id: str, version: str, judgements: Judgements, thresholds: tuple[float, ...]
) -> dict[str, Any]:
    """Build the answer.

    Args:
        request_id: Names the request.
        version: The model's.
        judgements: Of each text.
        thresholds: Of our categories, in the order of `CATEGORIES`.

    Returns:
        The members of the answer.
    """
    decisions = judgements.verdicts.decisions
    probabilities = judgements.scores.category_probabilities.tolist()
    results = [
        _result(row, thresholds, flagged=decision == Decision.REJECT)
        for row, decision in zip(probabilities, decisions, strict=True)
    ]
    return {"id": f"modr-{request_id}", "model": version, "results": results}


def _result(row: list[float], thresholds: tuple[float, ...], *, flagged: bool) -> dict[str, Any]:
    own = dict(zip(CATEGORIES, row, strict=True))
    reached = dict(zip(CATEGORIES, map(float.__ge__, row, thresholds), strict=True))
    scores = {name: round(min(own[key] for key in keys), 6) for name, keys in FROM.items()}
    flags = {name: all(reached[key] for key in keys) for name, keys in FROM.items()}
    names = [*FROM, *NOT_ASSESSED]
    return {
        "flagged": flagged,
        "categories": {**flags, **dict.fromkeys(NOT_ASSESSED, False)},
        "category_scores": {**scores, **dict.fromkeys(NOT_ASSESSED, 0.0)},
        "category_applied_input_types": {name: ["text"] if name in FROM else [] for name in names},
    }


def _part(item: dict[str, Any]) -> str:
    if item.get("type") == "text" and isinstance(item.get("text"), str):
        return str(item["text"])
    raise OpenAIError("a part is no text; allowed: objects with type text and a text")


def _text(item: object) -> str:
    if not isinstance(item, str):
        raise OpenAIError(f"input is {json_type(item)}; allowed: string, or array of strings")
    return item
