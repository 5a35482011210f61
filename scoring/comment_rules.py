"""What a comment must be to be scored: one rule for the service and for archives.

A fault is a stable code and a message. The message names a type or a length, never the text.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

LONGEST_COMMENT: Final = 20_480
"""Bytes of UTF-8 in the longest comment, unless the operator sets another limit."""
LONGEST_LANGUAGE: Final = 35
"""Characters of a language tag; RFC 5646, section 4.4.1, asks for no less."""
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*")

_TYPES: Final = {
    str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object",
    type(None): "null",
}  # fmt: skip


class Fault(NamedTuple):
    """Why a comment cannot be scored.

    Attributes:
        code: A stable code, one of the service's `ITEM_CODES`.
        message: What was received and what is allowed.
    """

    code: str
    message: str


def text_fault(text: str, max_bytes: int) -> Fault | None:
    """Say why a text cannot be scored.

    Args:
        text: The comment.
        max_bytes: Longest text in bytes of UTF-8.

    Returns:
        `text_too_long`, `empty_text` or `invalid_text`; None where the text can be scored.
    """
    try:
        size = len(text) if len(text) > max_bytes or text.isascii() else len(text.encode())
        if size > max_bytes:
            message = f"text is {len(text.encode())} bytes of UTF-8; allowed: {max_bytes}"
            return Fault("text_too_long", message)
    except UnicodeEncodeError as error:
        found = f"text holds half of a UTF-16 pair at code point {error.start}"
        return Fault("invalid_text", f"{found}; allowed: valid Unicode")
    if not text or text.isspace():
        message = f"text is {len(text)} code points, none of them visible; allowed: 1 or more"
        return Fault("empty_text", message)
    return None


def is_language_tag(value: object) -> bool:
    """Tell whether a value has the form of a language tag (BCP 47).

    Args:
        value: Anything.

    Returns:
        True for a string such as `en` or `pt-BR`.
    """
    if not isinstance(value, str) or len(value) > LONGEST_LANGUAGE:
        return False
    return _LANGUAGE.fullmatch(value) is not None


def json_type(value: object) -> str:
    """Name a value's type as JSON does.

    Args:
        value: Anything that a JSON parser returns.

    Returns:
        string, number, boolean, array, object or null.
    """
    return _TYPES[type(value)]
