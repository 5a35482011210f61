"""The outermost layer: request ids, keys, problems, unexpected errors, counts, the request log."""

from __future__ import annotations

import gzip
import itertools
import logging
import re
import secrets
import time
from typing import Any, Final

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.console.files import PATHS as CONSOLE_PATHS
from service.context import Context
from service.http.problems import Problem, problem_response
from service.wire.problems import WIRE_PROBLEMS

HEADER: Final = b"x-request-id"
SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
)  # fmt: skip
SMALLEST_GZIP: Final = 4096
"""Bytes of an answer from which it is compressed for callers that ask: about sixteen results."""
_COMPRESSED: Final = ((b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding"))
_SOUND_ID: Final = re.compile(rb"[0-9A-Za-z._-]{1,64}")
_CLOSED: Final = 499
"""Status in counts and logs of a request whose caller went away before the answer."""

PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Routes that are called every few seconds all day: counted, not logged."""

_UNRATED: Final = PROBES | frozenset(CONSOLE_PATHS)
"""Paths that count towards no rate: a page of a dozen files would use up a caller's."""

_log = logging.getLogger("service.http.middleware")


class Edge:
    """ASGI middleware that every request passes first and every answer last."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        """Wrap an application.

        Args:
            app: The application.
            context: What its routes share.
        """
        self._app = app
        self._context = context
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or pass on what is not HTTP."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        # HEAD is answered as GET; the server knows the method it read and sends no body
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        answer = _Answer(send, self._request_id(scope), scope["headers"])
        inner["moderation.request_id"] = answer.request_id
        try:
            await self._handle(inner, receive, answer)
        finally:
            self._record(inner, answer, scope["method"], time.perf_counter() - started)

    async def _handle(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            self._admit(scope)
            if scope["path"] in PROBES:  # also of a service that has too much to do
                await self._app(scope, receive, answer.send)
                return
            self._context.load.enter()
            try:
                await self._app(scope, receive, answer.send)
            finally:
                self._context.load.leave()
        except Problem as problem:
            await _answer_problem(problem, answer, scope)(scope, receive, answer.send)
        # The one place that catches everything: a caller gets an id, never a traceback.
        except Exception as error:  # noqa: BLE001
            fields = {"request_id": answer.request_id, "path_known": "route" in scope}
            _log.error("unexpected error", exc_info=error, extra={"fields": fields})
            if not answer.started:
                failure = Problem("internal_error", "the log has the cause under the request id")
                await _answer_problem(failure, answer, scope)(scope, receive, answer.send)

    def _admit(self, scope: Scope) -> None:
        """Check the key and how often its bearer calls; without keys the address counts."""
        path = scope["path"]
        key = self._context.keys.check(path, scope["headers"], scope["query_string"])
        if key is not None and key.name:
            scope["moderation.key"] = key.name
        own_rate = None if key is None else key.rate
        if (own_rate or self._context.rates.rate) and path not in _UNRATED:
            caller = (scope.get("client") or ("",))[0] if key is None else key.digest
            self._context.rates.admit(caller, own_rate)

    def _request_id(self, scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == HEADER and _SOUND_ID.fullmatch(value):
                sent: str = value.decode("ascii")
                return sent
        return f"{self._prefix}-{next(self._numbers):x}"

    def _record(self, scope: Scope, answer: _Answer, method: str, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        self._context.metrics.count_request(route, answer.status, seconds)
        if route in PROBES:
            return
        line: dict[str, Any] = {
            "time": time.time(),
            "request_id": answer.request_id,
            "method": method,
            "route": route,
            "status": answer.status,
            "milliseconds": round(1000 * seconds, 3),
        }
        for name in ("comments", "key"):
            if f"moderation.{name}" in scope:
                line[name] = scope[f"moderation.{name}"]
        self._context.requests.add(line)


def _answer_problem(problem: Problem, answer: _Answer, scope: Scope) -> Response:
    """Tell a problem in the words of the wire format that the path belongs to."""
    for prefix, tell in WIRE_PROBLEMS.items():
        if scope["path"].startswith(prefix):
            return tell(problem)
    return problem_response(problem, answer.request_id)


class _Answer:
    """Sends an answer with the request id, compressed where it is long, and remembers its status.

    The framework's middleware for compressing made every request 5 % slower, short answers too
    (measured 2026-11-27).
    """

    __slots__ = ("_headers", "_held", "_send", "request_id", "started", "status")

    def __init__(self, send: Send, request_id: str, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self._held: Message | None = None
        self.request_id = request_id
        self.status = _CLOSED
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            own = (HEADER, self.request_id.encode())
            headers = [*message["headers"], own, *SECURITY_HEADERS]
            message["headers"] = headers
            if _length(headers) >= SMALLEST_GZIP and _takes_gzip(self._headers):
                self._held = message
                return
        elif self._held is not None:
            held, self._held = self._held, None
            message["body"] = gzip.compress(message["body"], compresslevel=1)
            length = (b"content-length", str(len(message["body"])).encode())
            others = [pair for pair in held["headers"] if pair[0] != length[0]]
            held["headers"] = [*others, length, *_COMPRESSED]
            await self._send(held)
        await self._send(message)


def _length(headers: list[tuple[bytes, bytes]]) -> int:
    """Bytes of an answer that says so: such an answer comes as one message."""
    for name, value in headers:
        if name == b"content-length":
            return int(value)
    return 0


def _takes_gzip(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in headers)
