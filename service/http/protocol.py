"""HTTP/1.1 on one connection, with bounds: on the head, on time, on requests sent ahead.

The server's own protocol has none of them (uvicorn 0.54): a head without end was copied for ever,
requests sent ahead were parsed without limit, and a silent connection stayed open.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import Any, Final

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

LARGEST_HEAD: Final = 32 * 1024
"""Bytes of request line and headers, and of what follows a body's chunks."""
MOST_AHEAD: Final = 16
"""Requests that a caller may send before it has read the answers to those before."""
HEAD_SECONDS: Final = 20.0
BODY_SECONDS: Final = 60.0
ANSWER_SECONDS: Final = 120.0
"""Seconds in which a head and a body have to arrive, and an answer has to be made and read."""
DRAIN_BODY_SECONDS: Final = 5.0
"""Seconds that a body may still take once the service is told to stop."""
CHECK_SECONDS: Final = 2.0
"""Seconds between two looks at a connection's deadline: far cheaper than a timer a request."""


class BoundedProtocol(HttpToolsProtocol):
    """The server's protocol with bounds; used from one event loop."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Start without a deadline; the arguments are the server's."""
        super().__init__(config, server_state, app_state, _loop)
        self._deadline = math.inf
        self._unfinished = 0
        self._in_head = False
        self._refusal = 400
        self._check: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give a new connection the time of one head."""
        super().connection_made(transport)
        self._deadline = self.loop.time() + HEAD_SECONDS
        self._check = self.loop.call_later(CHECK_SECONDS, self._check_deadline)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what waits."""
        if self._check is not None:
            self._check.cancel()
        self.pipeline.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless what it belongs to has grown too long."""
        if self.transport.is_closing():
            return
        if self._deadline == math.inf:
            self._deadline = self.loop.time() + HEAD_SECONDS
        self._unset_keepalive_if_required()
        self._unfinished += len(data)
        # an upgrade is none of ours; it goes on as HTTP/1.1
        with contextlib.suppress(httptools.HttpParserUpgrade):
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserError:
                # not logged: anyone could fill the log
                self.send_400_response("this is no HTTP/1.1, or too large a head")
        if self._unfinished > LARGEST_HEAD and not self.transport.is_closing():
            self._refusal = 431
            self.send_400_response(f"the head is larger than {LARGEST_HEAD} bytes")

    def on_message_begin(self) -> None:
        """Note that a head has begun."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Start the request, or refuse it."""
        # counted only where so much has come at all
        if self._unfinished > LARGEST_HEAD and self._head_size() > LARGEST_HEAD:
            self._refusal = 431
            raise ValueError("the head is too large")
        if len(self.pipeline) >= MOST_AHEAD:
            self.transport.abort()
            raise ValueError("too many requests were sent ahead")
        self._unfinished = 0
        self._in_head = False
        if not self.pipeline:
            self._deadline = self.loop.time() + BODY_SECONDS
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Give the answer its time."""
        self._unfinished = 0
        if not self.pipeline:
            self._deadline = self.loop.time() + ANSWER_SECONDS
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        if self.pipeline:
            self._deadline = self.loop.time() + ANSWER_SECONDS
        elif self._in_head:
            self._deadline = self.loop.time() + HEAD_SECONDS
        else:
            self._deadline = math.inf  # the server's own timer closes what is idle
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, and close; nothing is logged of what anyone may send."""
        self._deadline = math.inf
        if self.transport.is_closing():
            return
        if self.cycle is not None and self.cycle.response_started:
            self.transport.close()
            return
        head = (
            f"content-type: text/plain\r\ncontent-length: {len(msg)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[self._refusal] + f"{head}{msg}".encode("ascii"))
        self.transport.close()

    def shutdown(self) -> None:
        """Finish the request under way, but do not wait long for a body."""
        super().shutdown()
        if self.cycle is not None and self.cycle.more_body:
            self._deadline = min(self._deadline, self.loop.time() + DRAIN_BODY_SECONDS)

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _check_deadline(self) -> None:
        self._check = self.loop.call_later(CHECK_SECONDS, self._check_deadline)
        if self.loop.time() < self._deadline:
            return
        waiting = self.cycle is None or self.cycle.response_complete or self.cycle.more_body
        if waiting and (self._in_head or self.cycle is not None):
            self._refusal = 408
            self.send_400_response("the request took too long to arrive")
        else:
            self.transport.abort()
