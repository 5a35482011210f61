"""The wire format of Hugging Face's text-embeddings-inference: `POST /predict`, labels with scores.

Discourse's classifiers speak it, and clients of that server's sequence classification.
"""

from __future__ import annotations

from typing import Any, Final

from scoring.classify import Judgements
from scoring.comment_rules import json_type, text_fault
from scoring.guidelines import HEADS
from service.http.problems import Problem

MEMBER: Final = "inputs"


def parse_predict(content: object, most: int, max_bytes: int) -> tuple[list[str], bool]:
    """Check the body.

    Args:
        content: What the body holds: `{"inputs": "text"}`, or a list of texts.
        most: Most texts in a request.
        max_bytes: Longest text in bytes of UTF-8.

    Returns:
        The texts, and whether there was one alone.

    Raises:
        Problem: `invalid_request`.
    """
    if not isinstance(content, dict):
        raise Problem("invalid_request", f"the body is {json_type(content)}; allowed: object")
    given = content.get(MEMBER)
    items: list[Any] = given if isinstance(given, list) else [given]
    if not 1 <= len(items) <= most:
        raise Problem("invalid_request", f"inputs has {len(items)} texts; allowed: 1 to {most}")
    # a batch's text may stand in a list of its own
    texts = [item[0] if isinstance(item, list) and len(item) == 1 else item for item in items]
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise Problem(
                "invalid_request", f"inputs {place} is {json_type(text)}; allowed: string"
            )
        fault = text_fault(text, max_bytes)
        if fault is not None and fault.code != "empty_text":
            raise Problem("invalid_request", f"inputs {place}: {fault.message}")
    return texts, isinstance(given, str)


def format_predict(judgements: Judgements, *, alone: bool) -> list[Any]:
    """Build the answer.

    Args:
        judgements: Of each text.
        alone: Whether the answer is of one text.

    Returns:
        For each text, or for the one, labels with scores in [0, 1], the largest first: the eleven
        guidelines and `reject`, which do not add up to one.
    """
    scores = judgements.scores
    found = []
    for row, overall in zip(
        scores.category_probabilities.tolist(), scores.reject_probability.tolist(), strict=True
    ):
        labels = zip(HEADS, [*row, overall], strict=True)
        ranked = sorted(labels, key=lambda pair: -pair[1])
        found.append([{"label": key, "score": round(value, 6)} for key, value in ranked])
    return found[0] if alone else found
