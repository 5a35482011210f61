"""Answers other than success: `application/problem+json` (RFC 9457) with a stable `code`.

`CODES` and `ITEM_CODES` are the tables that `/docs` prints. A detail names the type or length
received and the values allowed, never the content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.responses import Response

from service.errors import ServiceError

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Code:
    """One error code.

    Attributes:
        code: The stable name that callers may compare.
        status: HTTP status; 0 for the error of one comment inside a successful answer.
        title: What it means, in a few words.
    """

    code: str
    status: int
    title: str


CODES: Final[tuple[Code, ...]] = (
    Code("invalid_json", 400, "The body is not valid JSON"),
    Code("incomplete_body", 400, "The connection closed before the body was complete"),
    Code("unauthorized", 401, "No valid API key was sent"),
    Code("forbidden", 403, "The key is not for this path"),
    Code("admin_key_required", 403, "The service has no keys, and this needs one"),
    Code("not_found", 404, "There is no such path"),
    Code("unknown_model", 404, "There is no such model"),
    Code("method_not_allowed", 405, "The path does not take this method"),
    Code("model_unusable", 409, "The model cannot be used; another stays"),
    Code("body_too_large", 413, "The body is larger than the limit"),
    Code("unsupported_media_type", 415, "The body is not sent as application/json"),
    Code("invalid_request", 422, "A field is missing or of the wrong type"),
    Code("no_comments", 422, "The list of comments is empty"),
    Code("too_many_comments", 422, "The list of comments is longer than the limit"),
    Code("unknown_policy", 422, "There is no such policy"),
    Code("rate_limited", 429, "The caller calls too often"),
    Code("internal_error", 500, "The service failed; the request id finds it in the log"),
    Code("feedback_disabled", 501, "The service keeps no feedback"),
    Code("not_ready", 503, "No verified model is loaded"),
    Code("overloaded", 503, "Too many requests are under way"),
    Code("models_unwritable", 503, "The folder of models cannot be written or read"),
    Code("feedback_unavailable", 503, "The database of feedback cannot be used"),
)

ITEM_CODES: Final[tuple[Code, ...]] = (
    Code("invalid_comment", 0, "The comment is not an object"),
    Code("invalid_id", 0, "The id is neither a string nor a whole number, or is too long"),
    Code("missing_text", 0, "The comment has no text"),
    Code("invalid_text", 0, "The text is not a string"),
    Code("empty_text", 0, "The text is empty or only white space"),
    Code("text_too_long", 0, "The text is longer than the limit"),
    Code("invalid_language", 0, "The language is not a language tag"),
)

_BY_CODE: Final = {entry.code: entry for entry in CODES}


class Problem(ServiceError):
    """An answer other than success."""

    def __init__(self, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        """Describe the problem.

        Args:
            code: A code of `CODES`.
            detail: What was received and what is allowed; never content of the request.
            headers: Headers to add to the answer.
        """
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})


def status_of(problem: Problem) -> int:
    """Return the HTTP status of a problem.

    Args:
        problem: The problem.

    Returns:
        The status.
    """
    return _BY_CODE[problem.code].status


def problem_document(problem: Problem, request_id: str) -> dict[str, Any]:
    """Build the JSON members of a problem.

    Args:
        problem: The problem.
        request_id: The id of the request, also sent as a header and logged.

    Returns:
        The members, in the order of RFC 9457.
    """
    entry = _BY_CODE[problem.code]
    return {
        "type": f"/docs#{entry.code}",
        "title": entry.title,
        "status": entry.status,
        "detail": problem.detail,
        "code": entry.code,
        "request_id": request_id,
    }


def problem_response(problem: Problem, request_id: str) -> Response:
    """Build the answer for a problem.

    Args:
        problem: The problem.
        request_id: The id of the request.

    Returns:
        The response.
    """
    return Response(
        orjson.dumps(problem_document(problem, request_id)),
        status_code=status_of(problem),
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


def http_problem(status: int, headers: Mapping[str, str] | None) -> Problem:
    """Translate an error of the framework's router.

    Args:
        status: Its HTTP status.
        headers: Its headers, such as `Allow`.

    Returns:
        The problem to answer with.
    """
    if status == 404:
        return Problem("not_found", "the paths are listed at /docs", headers)
    if status == 405:
        allowed = dict(headers or {}).get("Allow", "another")
        return Problem("method_not_allowed", f"allowed: {allowed}", headers)
    if status >= 500:
        return Problem("internal_error", "the request could not be handled", headers)
    return Problem("invalid_request", f"the request was refused with status {status}", headers)
