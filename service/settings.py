"""The service's settings: environment variables, read once into a frozen object.

Names, defaults and meanings are in `service.settings_table`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scoring.artifacts.shipped import chosen_models
from scoring.compilation.private_folder import chosen_cache
from service.errors import SettingsError
from service.keys.api_keys import SHORTEST_KEY, VARIABLE, ApiKey, parse_keys, read_key_file
from service.settings_table import SETTINGS

PREFIX: Final = "MODERATION_"
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
LARGEST_DEFAULT_BODY: Final = 32 * 1024 * 1024
"""The derived body limit stops here, 32 MiB: raising the other limits asks for this one by name."""
ESCAPE_FACTOR: Final = 6
r"""A byte of text takes at most six of JSON: `\u00XX`."""
ROOM_BESIDE_TEXT: Final = 2048
"""Bytes of JSON that a comment may take beside its text: an escaped id, and the keys."""
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?")
_TRUE: Final = ("1", "true", "yes", "on")
_FALSE: Final = ("0", "false", "no", "off", "")


SHARED_METRICS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable of the folder in which several workers sum up their metrics; set by the
service itself."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service was told, checked.

    Attributes:
        host: Address to listen on.
        port: Port to listen on.
        models: Folder that holds `CURRENT`.
        workers: Number of worker processes.
        policy: Name of the preset for requests that name none.
        rules: File of house rules, or None.
        max_comments: Most comments in one request.
        max_comment_bytes: Longest comment in bytes of UTF-8.
        max_body_bytes: Largest request body in bytes.
        api_keys: Keys that callers may send; none means that everyone may call.
        api_keys_file: File that they come from, or None.
        rate_limit: Requests a second of each caller; 0 for no limit.
        max_in_flight: Most requests under way in a worker.
        cors_origins: Origins whose pages may call from a browser.
        coral_secrets: Signing secrets of Coral's moderation phase.
        shadow: Whether judgements are kept beside moderators' decisions, and not acted on.
        feedback_database: URL of the database of feedback; empty for none.
        log_level: One of `LOG_LEVELS`.
        cache: Folder for compiled code.
        reload_seconds: Seconds between two looks at `CURRENT`.
    """

    host: str
    port: int
    models: Path
    workers: int
    policy: str
    rules: Path | None
    max_comments: int
    max_comment_bytes: int
    max_body_bytes: int
    api_keys: tuple[ApiKey, ...] = field(repr=False)
    api_keys_file: Path | None
    rate_limit: float
    max_in_flight: int
    cors_origins: tuple[str, ...]
    coral_secrets: tuple[str, ...] = field(repr=False)
    feedback_database: str = field(repr=False)
    shadow: bool
    log_level: str
    cache: Path
    reload_seconds: float


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read and check every setting.

    Args:
        environment: Environment variables by name, usually `os.environ`.

    Returns:
        The settings.

    Raises:
        SettingsError: A variable holds what it may not; the message names it, the value received
            and the values allowed (keys are never shown).
    """
    values = {s.name: environment.get(s.name, "").strip() or s.default for s in SETTINGS}
    max_comments = _integer(values, "MODERATION_MAX_COMMENTS", 1, 100_000)
    max_comment_bytes = _integer(values, "MODERATION_MAX_COMMENT_BYTES", 1, 1024 * 1024)
    if not values["MODERATION_MAX_BODY_BYTES"]:
        derived = default_body_bytes(max_comments, max_comment_bytes)
        values["MODERATION_MAX_BODY_BYTES"] = str(derived)
    settings = Settings(
        host=values["MODERATION_HOST"],
        port=_integer(values, "MODERATION_PORT", 1, 65535),
        models=chosen_models(environment),
        workers=_integer(values, "MODERATION_WORKERS", 1, 256),
        policy=values["MODERATION_POLICY"],
        rules=Path(values["MODERATION_RULES"]) if values["MODERATION_RULES"] else None,
        max_comments=max_comments,
        max_comment_bytes=max_comment_bytes,
        max_body_bytes=_integer(values, "MODERATION_MAX_BODY_BYTES", 1, 2**30),
        api_keys=_api_keys(values),
        api_keys_file=Path(keys_file) if (keys_file := values[f"{VARIABLE}_FILE"]) else None,
        rate_limit=_number(values, "MODERATION_RATE_LIMIT", 0.0, 1e6),
        max_in_flight=_integer(values, "MODERATION_MAX_IN_FLIGHT", 1, 100_000),
        cors_origins=_origins(values),
        coral_secrets=_secrets(values),
        feedback_database=values["MODERATION_FEEDBACK_DATABASE"],
        shadow=_switch(values, "MODERATION_SHADOW"),
        log_level=_choice(values, "MODERATION_LOG_LEVEL", LOG_LEVELS),
        cache=chosen_cache(environment),
        reload_seconds=_number(values, "MODERATION_RELOAD_SECONDS", 0.05, 3600.0),
    )
    _check_exposure(settings, values)
    if settings.shadow and not settings.feedback_database:
        raise SettingsError(
            "MODERATION_SHADOW is true and MODERATION_FEEDBACK_DATABASE is not set; allowed: both"
        )
    return settings


def default_body_bytes(max_comments: int, max_comment_bytes: int) -> int:
    """Return the body limit that lets every request within the other two limits through.

    Args:
        max_comments: Most comments in one request.
        max_comment_bytes: Longest comment in bytes of UTF-8.

    Returns:
        Bytes, at most `LARGEST_DEFAULT_BODY`.
    """
    needed = max_comments * (ESCAPE_FACTOR * max_comment_bytes + ROOM_BESIDE_TEXT)
    return min(needed, LARGEST_DEFAULT_BODY)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address.

    Args:
        host: A host name or address.

    Returns:
        True for `localhost`, 127.0.0.0/8 and ::1.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _integer(values: Mapping[str, str], name: str, least: int, most: int) -> int:
    try:
        number = int(values[name])
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise SettingsError(f"{name} is {values[name]!r}; allowed: {least} to {most}")
    return number


def _number(values: Mapping[str, str], name: str, least: float, most: float) -> float:
    try:
        number = float(values[name])
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise SettingsError(f"{name} is {values[name]!r}; allowed: {least:g} to {most:g}")
    return number


def _choice(values: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = values[name].lower()
    if value not in allowed:
        raise SettingsError(f"{name} is {values[name]!r}; allowed: {', '.join(allowed)}")
    return value


def _switch(values: Mapping[str, str], name: str) -> bool:
    value = values[name].lower()
    if value not in _TRUE + _FALSE:
        raise SettingsError(f"{name} is {values[name]!r}; allowed: true, false")
    return value in _TRUE


def _secrets(values: Mapping[str, str]) -> tuple[str, ...]:
    secrets = tuple(filter(None, map(str.strip, values["MODERATION_CORAL_SECRETS"].split(","))))
    if any(len(secret) < SHORTEST_KEY for secret in secrets):
        raise SettingsError(
            f"MODERATION_CORAL_SECRETS has a secret of fewer than {SHORTEST_KEY} characters; "
            "copy the whole secret that Coral shows"
        )
    return secrets


def _api_keys(values: Mapping[str, str]) -> tuple[ApiKey, ...]:
    source, path = values[VARIABLE], values[f"{VARIABLE}_FILE"]
    if source and path:
        raise SettingsError(f"{VARIABLE} and {VARIABLE}_FILE are both set; allowed: one of the two")
    return read_key_file(Path(path)) if path else parse_keys(source.split(","), VARIABLE)


def _origins(values: Mapping[str, str]) -> tuple[str, ...]:
    name = "MODERATION_CORS_ORIGINS"
    origins = tuple(filter(None, map(str.strip, values[name].split(","))))
    wrong = [origin for origin in origins if origin != "*" and not _ORIGIN.fullmatch(origin)]
    if wrong:
        raise SettingsError(
            f"{name} has {wrong[0]!r}; allowed: https://name or https://name:port, or *"
        )
    return origins


def _check_exposure(settings: Settings, values: Mapping[str, str]) -> None:
    allowed_open = _switch(values, "MODERATION_ALLOW_OPEN")
    if is_loopback(settings.host) or settings.api_keys or allowed_open:
        return
    raise SettingsError(
        f"MODERATION_HOST is {settings.host!r} and there are no API keys, so anyone who reaches "
        "this machine could call the service; allowed: a loopback address, keys in "
        "MODERATION_API_KEYS or MODERATION_API_KEYS_FILE, or MODERATION_ALLOW_OPEN=true"
    )
