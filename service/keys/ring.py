"""API keys: who may call, compared in constant time."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from service.console.files import PATHS as CONSOLE_PATHS
from service.errors import SettingsError
from service.http.problems import Problem
from service.keys.api_keys import (
    ADMIN,
    CLASSIFY,
    FEEDBACK,
    ApiKey,
    digest_of,
    read_key_file,
)

AKISMET_PATHS: Final = tuple(
    f"/{version}/{name}"
    for version in ("1.1", "1.2")
    for name in ("verify-key", "comment-check", "submit-spam", "submit-ham")
)
"""Akismet's callers send their key inside the form, which its route reads."""
OPEN_PATHS: Final = frozenset(
    {
        "/",
        *CONSOLE_PATHS,
        "/healthz",
        "/readyz",
        "/docs",
        "/docs/try.js",
        "/openapi.json",
        "/$discovery/rest",
        "/integrations/coral",
        *AKISMET_PATHS,
    }
)
"""Paths that need no key: they say nothing about comments, or check one of their own."""
QUERY_KEY_PATHS: Final = ("/v1alpha1/",)
"""Beginnings of paths whose clients send the key in the query, as Google's do."""
FEEDBACK_PATHS: Final = frozenset(
    {"/feedback", "/feedback/scores", "/v1alpha1/comments:suggestscore"}
)
"""Paths that need the scope `feedback`; all others need `classify`."""
SHARED_PATHS: Final = frozenset({"/metrics", "/model", "/guidelines"})
"""Paths that a key for running the service may ask as well."""
ADMIN_PATHS: Final = frozenset({"/models", "/models/use", "/models/roll-back"})
"""Paths that need the scope `admin`."""
_BEARER: Final = b"bearer "

_log = logging.getLogger("service.keys")


class KeyRing:
    """The keys that callers may send; holds their digests only."""

    def __init__(self, keys: Iterable[ApiKey]) -> None:
        """Take the keys.

        Args:
            keys: The keys; none means that everyone may call.
        """
        self._keys = tuple(keys)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._keys)

    def check(
        self, path: str, headers: Iterable[tuple[bytes, bytes]], query: bytes = b""
    ) -> ApiKey | None:
        """Refuse a request without a valid key.

        Args:
            path: The request's path.
            headers: Its raw headers, names in lower case.
            query: Its raw query, where some clients send the key.

        Returns:
            The key it was sent with; None where none is needed.

        Raises:
            Problem: `unauthorized`, if there are keys, the path needs one, and none was sent;
                `forbidden`, if the key is not for this path.
        """
        if not self._keys or path in OPEN_PATHS:
            return None
        sent = _sent_key(headers)
        if sent is None and path.startswith(QUERY_KEY_PATHS):
            sent = next((v.encode() for n, v in parse_qsl(query.decode("latin-1")) if n == "key"),
                        None)  # fmt: skip
        return self.accept(sent, _scopes(path))

    def accept(self, sent: bytes | None, scopes: Set[str]) -> ApiKey | None:
        """Refuse a key that is none, or is for other things.

        Args:
            sent: The key as it was sent; None for none.
            scopes: Of which it has to have one.

        Returns:
            The key; None where the service has none and everyone may call.

        Raises:
            Problem: `unauthorized`, `forbidden`.
        """
        if not self._keys:
            return None
        key = None if sent is None else self._find(sent)
        if key is None:
            raise Problem(
                "unauthorized",
                "send a valid key as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'",
                {"WWW-Authenticate": "Bearer"},
            )
        if not scopes & key.scopes:
            needed = " or ".join(sorted(scopes))
            raise Problem("forbidden", f"the key is not for this; it needs the scope {needed}")
        return key

    async def follow(self, path: Path, seconds: float) -> None:
        """Read the keys anew whenever their file changes, until cancelled.

        A file that cannot be used is told in the log, and the keys before stay.

        Args:
            path: The file.
            seconds: Between two looks.
        """
        seen = await asyncio.to_thread(_state, path)
        while True:
            await asyncio.sleep(seconds)
            state = await asyncio.to_thread(_state, path)
            if state == seen:
                continue
            seen = state
            try:
                self._keys = await asyncio.to_thread(read_key_file, path)
            except SettingsError as error:
                _log.error("the file of keys was refused", extra={"fields": {"told": str(error)}})
            else:
                _log.info("keys read anew", extra={"fields": {"keys": len(self._keys)}})

    def _find(self, key: bytes) -> ApiKey | None:
        """Compare with every key, so that the time tells neither which nor how much matched."""
        digest = digest_of(key)
        found = None
        for known in self._keys:
            if hmac.compare_digest(known.digest, digest):
                found = known
        return found


def _scopes(path: str) -> set[str]:
    """Of which scopes a key for this path has to have one."""
    if path in ADMIN_PATHS:
        return {ADMIN}
    needed = FEEDBACK if path in FEEDBACK_PATHS else CLASSIFY
    return {needed, ADMIN} if path in SHARED_PATHS else {needed}


def _state(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced or written; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _sent_key(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    for name, value in headers:
        if name == b"x-api-key":
            return value.strip()
        if name == b"authorization" and value[: len(_BEARER)].lower() == _BEARER:
            return value[len(_BEARER) :].strip()
    return None
