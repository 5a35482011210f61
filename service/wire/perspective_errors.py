"""Errors as Perspective's Comment Analyzer tells them, in Google's envelope."""

from __future__ import annotations

from typing import Any, Final

from service.errors import ServiceError
from service.http.problems import Problem

PATH_PREFIX: Final = "/v1alpha1/"
_ERROR_TYPE: Final = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"


class GoogleError(ServiceError):
    """An answer other than success, in Google's envelope."""

    def __init__(
        self, message: str, error_type: str = "INVALID_REQUEST", **details: object
    ) -> None:
        """Describe the error.

        Args:
            message: The original's words.
            error_type: A value of the original's `errorType`.
            details: Further members of the detail.
        """
        super().__init__(error_type)
        detail = {"@type": _ERROR_TYPE, "errorType": error_type, **details}
        self.status = 400
        self.document = _envelope(400, message, "INVALID_ARGUMENT", [detail])


def problem_document(problem: Problem, status: int) -> tuple[int, dict[str, Any]]:
    """Tell a problem of the service in Google's envelope.

    Args:
        problem: The problem.
        status: Its HTTP status.

    Returns:
        The HTTP status and the members of the answer.
    """
    if problem.code == "unauthorized":
        message = "API key not valid. Please pass a valid API key."
        return 400, _envelope(400, message, "INVALID_ARGUMENT", [])
    if problem.code == "invalid_json":
        message = f"Invalid JSON payload received. {problem.detail}"
        return 400, _envelope(400, message, "INVALID_ARGUMENT", [])
    names = {
        403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL",
        501: "UNIMPLEMENTED", 503: "UNAVAILABLE",
    }  # fmt: skip
    return status, _envelope(status, problem.detail, names.get(status, "INVALID_ARGUMENT"), [])


def _envelope(code: int, message: str, status: str, details: list[Any]) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message, "status": status}
    return {"error": {**error, "details": details} if details else error}
