"""A request of every route that takes a body: in the OpenAPI document, and to try on `/docs`."""

from __future__ import annotations

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
