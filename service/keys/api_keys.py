"""API keys as they are written down: name, scopes, key or its SHA-256, and a rate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service.errors import SettingsError

CLASSIFY: Final = "classify"
FEEDBACK: Final = "feedback"
ADMIN: Final = "admin"
SCOPES: Final = (CLASSIFY, FEEDBACK, ADMIN)
"""What a key may be for: judging comments; sending decisions; running the service."""
SHORTEST_KEY: Final = 16
VARIABLE: Final = "MODERATION_API_KEYS"
FORM: Final = "KEY, or: NAME SCOPE+SCOPE KEY|sha256:HEX [rate=N], scopes classify, feedback, admin"
_HASHED: Final = "sha256:"
_RATE: Final = "rate="


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that callers may send.

    Attributes:
        name: What the log calls its bearer; empty for none.
        digest: SHA-256 of the key, 32 bytes. Keys are random and long, so that no slower digest is
            needed.
        scopes: What it is for.
        rate: Requests a second it may make; None: as many as `MODERATION_RATE_LIMIT` says.
    """

    name: str
    digest: bytes
    scopes: frozenset[str]
    rate: float | None = None


def digest_of(key: bytes) -> bytes:
    """Return the digest by which a key is known.

    Args:
        key: The key as it was sent.

    Returns:
        SHA-256, 32 bytes.
    """
    return hashlib.sha256(key).digest()


def parse_keys(entries: list[str], variable: str) -> tuple[ApiKey, ...]:
    """Read keys.

    Args:
        entries: One key each, as `FORM` says; empty ones and those after `#` are none.
        variable: The environment variable they come from, for messages.

    Returns:
        The keys.

    Raises:
        SettingsError: One of them is no key; the message tells its number, never the key.
    """
    written = [entry.strip() for entry in entries]
    numbered = [(n, entry) for n, entry in enumerate(written, 1) if entry]
    return tuple(
        _parse(entry, f"{variable}: key number {number}")
        for number, entry in numbered
        if not entry.startswith("#")
    )


def read_key_file(path: Path) -> tuple[ApiKey, ...]:
    """Read a file with one key a line.

    Args:
        path: The file, UTF-8, with or without a byte order mark.

    Returns:
        The keys, at least one.

    Raises:
        SettingsError: It cannot be read, or does not hold what it should.
    """
    variable = f"{VARIABLE}_FILE"
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{variable} is {str(path)!r}, which cannot be read ({type(error).__name__}); allowed: "
            "a text file with one key a line"
        ) from error
    keys = parse_keys(content.splitlines(), variable)
    if not keys:
        raise SettingsError(
            f"{variable} is {str(path)!r}, which holds no key; allowed: at least one key"
        )
    return keys


def _parse(entry: str, where: str) -> ApiKey:
    words = entry.split()
    if len(words) == 1:
        return ApiKey("", _digest(words[0], where), frozenset(SCOPES))
    if len(words) not in (3, 4):
        raise SettingsError(f"{where} has {len(words)} words; allowed: {FORM}")
    name, scopes, key = words[:3]
    unknown = set(scopes.split("+")) - set(SCOPES)
    if unknown:
        raise SettingsError(f"{where} has scopes {scopes!r}; allowed: {', '.join(SCOPES)}")
    rate = _rate(words[3], where) if len(words) == 4 else None
    return ApiKey(name, _digest(key, where), frozenset(scopes.split("+")), rate)


def _digest(key: str, where: str) -> bytes:
    if key.startswith(_HASHED):
        try:
            digest = bytes.fromhex(key[len(_HASHED) :])
        except ValueError:
            digest = b""
        if len(digest) != hashlib.sha256().digest_size:
            raise SettingsError(
                f"{where} is no SHA-256; allowed: sha256: and 64 hexadecimal digits"
            )
        return digest
    if len(key) < SHORTEST_KEY:
        raise SettingsError(f"{where} has {len(key)} characters; allowed: {SHORTEST_KEY} or more")
    return digest_of(key.encode())


def _rate(word: str, where: str) -> float:
    try:
        rate = float(word.removeprefix(_RATE))
    except ValueError:
        rate = 0.0
    if not word.startswith(_RATE) or not 0.0 < rate <= 1e6:
        raise SettingsError(f"{where}: its last word is no rate; allowed: rate=0.1 to rate=1000000")
    return rate
