"""A request and an answer of every route: in the OpenAPI document, and on `/docs` to try."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

_TEXT: Final = "You are an idiot."
_AKISMET: Final = {
    "api_key": "your-key",
    "blog": "https://news.example",
    "user_ip": "127.0.0.1",
    "comment_content": "Buy cheap pills in my shop now, 50 % off!",
}
EXAMPLES: Final[dict[str, Any]] = {
    "/classify": {"comments": [{"id": "c1", "text": _TEXT}], "explain": True},
    "/feedback": {
        "text": _TEXT, "decision": "reject", "categories": ["personal_attack"], "comment_id": "c1",
    },
    "/models/use": {"version": "a version that GET /models lists"},
    "/v1alpha1/comments:analyze": {
        "comment": {"text": _TEXT}, "requestedAttributes": {"TOXICITY": {}},
    },
    "/v1alpha1/comments:suggestscore": {
        "comment": {"text": _TEXT},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
    },
    "/v1/moderations": {"input": [_TEXT]},
    "/predict": {"inputs": _TEXT},
    "/integrations/coral": {"action": "NEW", "comment": {"body": _TEXT}},
    "/1.1/verify-key": urlencode({"api_key": "your-key", "blog": "https://news.example"}),
    "/1.1/comment-check": urlencode(_AKISMET),
    "/1.1/submit-spam": urlencode(_AKISMET),
    "/1.1/submit-ham": urlencode({**_AKISMET, "comment_content": "Thank you."}),
}  # fmt: skip
"""By path, all POST: an object for a body of JSON, a text for a form's."""
ANSWERS: Final = Path(__file__).with_name("answers.json")
"""What the shipped model answers, written by `tests.fixtures.document_answers`."""


@lru_cache(maxsize=1)
def example_answers() -> dict[str, dict[str, Any]]:
    """Read what was asked and answered, lists cut to their first entries.

    Returns:
        By method and path: `path` with its query, `headers`, `body` (None for none, a text for a
        form's) and `answer`, an object or a text.
    """
    read: dict[str, dict[str, Any]] = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return read
