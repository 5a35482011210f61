"""Writes log lines to standard error from a thread of its own, so that nothing waits for it.

Where the output blocks, the oldest lines are dropped; where writing fails, as on a full disk, the
lines of that moment are, and writing goes on. Either is told in a line once it works again.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from functools import lru_cache
from typing import Final

import orjson

MOST_WAITING: Final = 4096
"""Pieces that wait to be written; one holds the lines of up to a quarter of a second."""
LARGEST_WAITING: Final = 8 * 1024 * 1024
"""Bytes that wait to be written."""
RETRY_SECONDS: Final = 1.0
_STANDARD_ERROR: Final = 2
CLOSE_SECONDS: Final = 2.0
"""Seconds that the end of the process waits for the last lines."""


class LineWriter:
    """A queue of whole lines and the thread that writes them."""

    def __init__(self, descriptor: int) -> None:
        """Start with nothing waiting; the thread starts with the first line.

        Args:
            descriptor: The open file to write to.
        """
        self._descriptor = descriptor
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._dropped = 0
        self._busy = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._process = 0

    def write(self, lines: bytes) -> None:
        """Queue whole lines; never waits.

        Args:
            lines: Lines with their ends.
        """
        with self._changed:
            self._start()
            self._waiting.append(lines)
            self._size += len(lines)
            while len(self._waiting) > MOST_WAITING or self._size > LARGEST_WAITING:
                oldest = self._waiting.popleft()
                self._size -= len(oldest)
                self._dropped += oldest.count(b"\n")
            self._changed.notify_all()

    def drain(self, seconds: float = CLOSE_SECONDS) -> bool:
        """Wait until everything is written.

        Args:
            seconds: To wait at most.

        Returns:
            Whether it is.
        """
        with self._changed:
            return self._changed.wait_for(lambda: not (self._waiting or self._busy), seconds)

    def _start(self) -> None:
        """Start the thread, anew in a process that was forked."""
        if self._thread is None or self._process != os.getpid():
            self._process = os.getpid()
            self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting)
                content = self._told_drops() + b"".join(self._waiting)
                self._waiting.clear()
                self._size = 0
                self._busy = True
            try:
                _write_all(self._descriptor, content)
            except OSError:
                with self._changed:
                    self._dropped += content.count(b"\n")
                time.sleep(RETRY_SECONDS)

    def _told_drops(self) -> bytes:
        dropped, self._dropped = self._dropped, 0
        if not dropped:
            return b""
        line = {"level": "warning", "logger": "service", "event": "log lines were lost"}
        return orjson.dumps({**line, "lines": dropped}) + b"\n"


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


@lru_cache(maxsize=1)
def line_writer() -> LineWriter:
    """Return the writer of this process, to standard error."""
    return LineWriter(_STANDARD_ERROR)
