"""Reads a request's raw body: media type first, size while it arrives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from starlette.requests import Request

from service.http.problems import Problem

_JSON: Final = b"application/json"
MOST_VALUES: Final = 500_000
"""Values in a JSON body: to parse many millions of empty ones takes seconds and a gigabyte."""
SMALL_BODY: Final = 1_000_000
"""Bytes of a body that is not looked through: it cannot hold so many."""
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_CLOSE: Final = {"Connection": "close"}


async def read_json_body(request: Request, limit: int) -> bytes:
    """Read the whole body of a request that says it is JSON; see `read_body`.

    Raises:
        Problem: Also `unsupported_media_type`, and `body_too_large` where it holds more than
            `MOST_VALUES`.
    """
    check_media_type(request.scope["headers"])
    body = await read_body(request, limit)
    if len(body) > SMALL_BODY and has_many_values(body):
        raise Problem("body_too_large", f"allowed: {MOST_VALUES} values in a body", _CLOSE)
    return body


def has_many_values(body: bytes) -> bool:
    """Tell whether JSON holds more than `MOST_VALUES`, without parsing it.

    Args:
        body: The raw body, valid JSON or not.

    Returns:
        Whether it has more commas, or more strings, than so many values do.
    """
    if body.count(b",") <= MOST_VALUES:
        return False
    # at least so many quotes begin or end a string: a few long texts may hold a million commas
    if body.count(b'"') - body.count(b'\\"') > 2 * MOST_VALUES:
        return True
    return _STRING.sub(b"", body).count(b",") > MOST_VALUES


async def read_body(request: Request, limit: int) -> bytes:
    """Read the whole body of a request.

    Args:
        request: The request; its body has not been read.
        limit: Most bytes.

    Returns:
        The body.

    Raises:
        Problem: `body_too_large` (before the rest is read) or `incomplete_body`.
    """
    for name, value in request.scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            raise _too_large(limit)
    return await _receive_all(request, limit)


def check_media_type(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Refuse a body that is not plain JSON in UTF-8.

    Args:
        headers: Raw headers, names in lower case.

    Raises:
        Problem: `unsupported_media_type`.
    """
    media_type = b""
    for name, value in headers:
        if name == b"content-type":
            media_type = value
        elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            raise Problem(
                "unsupported_media_type", "the body has a Content-Encoding; allowed: identity"
            )
    if media_type == _JSON:
        return
    kind, *parameters = media_type.lower().split(b";")
    if kind.strip() != _JSON:
        raise Problem("unsupported_media_type", "Content-Type; allowed: application/json")
    for parameter in parameters:
        name, _, value = parameter.strip().partition(b"=")
        if name == b"charset" and value.strip(b'"') not in (b"utf-8", b"utf8"):
            raise Problem("unsupported_media_type", "charset; allowed: utf-8")


async def _receive_all(request: Request, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Problem("incomplete_body", f"{size} bytes came before the connection closed")
        part = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(limit: int) -> Problem:
    return Problem("body_too_large", f"allowed: {limit} bytes", _CLOSE)
