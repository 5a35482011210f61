"""The wire format of `POST /feedback`: moderators' decisions."""

from __future__ import annotations

from typing import Final

from scoring.comment_rules import json_type, text_fault
from scoring.guidelines import CATEGORIES
from service.feedback.decision import Feedback
from service.http.problems import Problem

LONGEST_NAME: Final = 200
"""Code points of ids and names."""
DECISIONS: Final = ("approve", "reject")
_NAMES: Final = ("comment_id", "author", "moderator", "model", "idempotency_key")
_MEMBERS: Final = ("text", "decision", "categories", *_NAMES)


def parse_feedback(content: object, most: int, max_bytes: int) -> list[Feedback]:
    """Check the body of `POST /feedback`; all of it is kept or nothing.

    Args:
        content: What the body holds: one decision, or `{"feedback": […]}`.
        most: Most decisions in one request.
        max_bytes: Longest comment in bytes of UTF-8.

    Returns:
        The decisions.

    Raises:
        Problem: `invalid_request`; the message names the place, never what was sent.
    """
    if not isinstance(content, dict):
        raise Problem("invalid_request", f"the body is {json_type(content)}; allowed: object")
    listed = content.get("feedback", [content])
    if not isinstance(listed, list) or not 1 <= len(listed) <= most:
        raise Problem("invalid_request", f"feedback is no array of 1 to {most} decisions")
    return [_parse(one, f"feedback[{place}]", max_bytes) for place, one in enumerate(listed)]


def _parse(one: object, where: str, max_bytes: int) -> Feedback:
    if not isinstance(one, dict):
        raise Problem("invalid_request", f"{where} is {json_type(one)}; allowed: object")
    unknown = sorted(set(one) - set(_MEMBERS))
    if unknown:
        raise Problem("invalid_request", f"{where} has members besides {', '.join(_MEMBERS)}")
    text = one.get("text")
    if not isinstance(text, str):
        raise Problem("invalid_request", f"{where}.text is {json_type(text)}; allowed: string")
    fault = text_fault(text, max_bytes)
    if fault is not None:
        raise Problem("invalid_request", f"{where}: {fault.message}")
    decision = one.get("decision")
    if decision not in DECISIONS:
        raise Problem("invalid_request", f"{where}.decision: allowed: {', '.join(DECISIONS)}")
    categories = one.get("categories") or []
    if not isinstance(categories, list) or not all(key in CATEGORIES for key in categories):
        raise Problem("invalid_request", f"{where}.categories: allowed: {', '.join(CATEGORIES)}")
    if categories and decision == "approve":
        raise Problem("invalid_request", f"{where} approves and names categories")
    names = {name: _name(one.get(name), f"{where}.{name}") for name in _NAMES}
    given = {name: value for name, value in names.items() if value is not None}
    return Feedback(text, decision, tuple(dict.fromkeys(categories)), **given)


def _name(value: object, where: str) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None:
        return None
    if isinstance(value, str) and 0 < len(value) <= LONGEST_NAME:
        return value
    allowed = f"string of 1 to {LONGEST_NAME} code points"
    raise Problem("invalid_request", f"{where} is {json_type(value)}; allowed: {allowed}")
