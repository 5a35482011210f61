"""What no log line of the whole test run may hold: comments and keys that the tests send."""

from __future__ import annotations

from typing import Final

COMMENTS: Final = (
    "you are an idiot", "thank you for this careful report", "write to me on whatsapp",
    "the council voted for the law", "idiot",
)  # fmt: skip
KEYS: Final = (
    "first-key-of-the-newsroom", "second-key-of-the-newsroom", "admin-key-of-this-test",
    "a-key-of-this-test-0123456789", "0123456789abcdef", "fedcba9876543210",
)  # fmt: skip


def leaks(log: str) -> list[str]:
    """Name the comments and keys that a log holds.

    Args:
        log: What was written to standard error, or logged.
    """
    lines = [line for line in log.lower().splitlines() if line.startswith("{")]
    return [one for one in (*COMMENTS, *KEYS) if any(one in line for line in lines)]
