"""Log lines as JSON: ids, counts and durations; never a text, a key or an exception's message."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import orjson

from service.monitoring.line_writer import LineWriter, line_writer

FLUSH_SECONDS: Final = 0.25
MOST_WAITING: Final = 65_536
"""Request lines that wait to be written; with a blocked output the oldest are dropped."""


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON.

    Members given as `extra={"fields": {...}}` are added. An exception is told by its type and the
    places it passed: its message may quote a request.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Format one record.

        Args:
            record: The record.

        Returns:
            One line of JSON, without its end.
        """
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["at"] = traceback_places(record.exc_info[2])
        return orjson.dumps(line, default=str).decode()


def traceback_places(traceback: TracebackType | None) -> list[str]:
    """List where an exception passed, without any value.

    Args:
        traceback: Its traceback.

    Returns:
        `file:line function`, outermost first, file names without folders.
    """
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        name = Path(code.co_filename).name
        places.append(f"{name}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places


def configure_logs(level: str) -> None:
    """Send the logs of the service and its server to standard error as JSON lines.

    Args:
        level: Least level that is written, one of `service.settings.LOG_LEVELS`.
    """
    handler = WriterHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("scoring", "service", "uvicorn"):
        logging.getLogger(name).setLevel(level.upper())


class WriterHandler(logging.Handler):
    """Hands formatted records to the process's `LineWriter`: a logger never waits for a disk."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record.

        Args:
            record: The record.
        """
        line_writer().write(f"{self.format(record)}\n".encode())


class RequestLog:
    """Collects one line a request and writes them together, away from the requests."""

    def __init__(self, *, enabled: bool, writer: LineWriter | None = None) -> None:
        """Start with nothing waiting.

        Args:
            enabled: Whether requests are logged at all.
            writer: What writes the lines; the one of the process where None.
        """
        self._writer = writer or line_writer()
        self._enabled = enabled
        self._waiting: deque[dict[str, Any]] = deque(maxlen=MOST_WAITING)

    def add(self, line: dict[str, Any]) -> None:
        """Note one request.

        Args:
            line: Its members; `time` in seconds since 1970.
        """
        if self._enabled:
            self._waiting.append(line)

    def take(self) -> bytes:
        """Take the waiting lines.

        Returns:
            JSON lines, empty if there are none.
        """
        process = os.getpid()
        lines = []
        while self._waiting:
            line = self._waiting.popleft()
            moment = datetime.fromtimestamp(line.pop("time"), UTC)
            head = {"time": moment.isoformat(timespec="milliseconds"), "level": "info"}
            lines.append(orjson.dumps({**head, "event": "request", "process": process, **line}))
        return b"".join(line + b"\n" for line in lines)

    def flush(self) -> None:
        """Hand the waiting lines to what writes them."""
        content = self.take()
        if content:
            self._writer.write(content)

    async def follow(self) -> None:
        """Write what waits, again and again until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            if self._waiting:
                self.flush()
