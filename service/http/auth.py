"""API keys: who may call, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

from service.http.problems import Problem

OPEN_PATHS: Final = frozenset(
    {
        "/",
        "/console",
        "/console/console.js",
        "/console/console.css",
        "/healthz",
        "/readyz",
        "/docs",
        "/openapi.json",
        "/$discovery/rest",
        "/integrations/coral",
    }
)
"""Paths that need no key: they say nothing about comments, or check a signature of their own."""
QUERY_KEY_PATHS: Final = ("/v1alpha1/",)
"""Beginnings of paths whose clients send the key in the query, as Google's do."""
_BEARER: Final = b"bearer "


class KeyRing:
    """The keys that callers may send; holds their digests only."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Take the keys.

        Args:
            keys: The keys; none means that everyone may call.
        """
        self._digests = tuple(hashlib.sha256(key.encode()).digest() for key in keys)

    def check(self, path: str, headers: Iterable[tuple[bytes, bytes]], query: bytes = b"") -> None:
        """Refuse a request without a valid key.

        Args:
            path: The request's path.
            headers: Its raw headers, names in lower case.
            query: Its raw query, where some clients send the key.

        Raises:
            Problem: `unauthorized`, if there are keys, the path needs one, and none was sent.
        """
        if not self._digests or path in OPEN_PATHS:
            return
        sent = _sent_key(headers)
        if sent is None and path.startswith(QUERY_KEY_PATHS):
            sent = next((v.encode() for n, v in parse_qsl(query.decode("latin-1")) if n == "key"),
                        None)  # fmt: skip
        if sent is None or not self._holds(sent):
            raise Problem(
                "unauthorized",
                "send a valid key as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'",
                {"WWW-Authenticate": "Bearer"},
            )

    def _holds(self, key: bytes) -> bool:
        """Compare with every key, so that the time tells neither which nor how much matched."""
        digest = hashlib.sha256(key).digest()
        found = False
        for known in self._digests:
            found |= hmac.compare_digest(known, digest)
        return found


def _sent_key(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    for name, value in headers:
        if name == b"x-api-key":
            return value.strip()
        if name == b"authorization" and value[: len(_BEARER)].lower() == _BEARER:
            return value[len(_BEARER) :].strip()
    return None
