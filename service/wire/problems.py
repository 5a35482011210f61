"""Problems of the service told in the words of the wire format that a path belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import orjson
from starlette.responses import Response

from service.http.problems import Problem, status_of
from service.wire import openai, perspective_errors


def _google(problem: Problem) -> Response:
    status, document = perspective_errors.problem_document(problem, status_of(problem))
    return _response(status, document, problem.headers)


def _openai(problem: Problem) -> Response:
    status = status_of(problem)
    kind = "invalid_request_error" if status < 500 else "server_error"
    return _response(status, openai.error_document(problem.detail, kind), problem.headers)


def _response(status: int, document: object, headers: Mapping[str, str]) -> Response:
    return Response(orjson.dumps(document), status, headers, media_type="application/json")


WIRE_PROBLEMS: Final[Mapping[str, Callable[[Problem], Response]]] = {
    perspective_errors.PATH_PREFIX: _google,
    "/v1/moderations": _openai,
}
"""By the beginning of the path."""
