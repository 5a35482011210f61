"""The service's settings: environment variables, read once into a frozen object.

`SETTINGS` is the one table of names, defaults and meanings; the README prints it and a test
compares the two.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scoring.artifacts.shipped import chosen_models
from scoring.comment_rules import LONGEST_COMMENT
from scoring.compilation.private_folder import chosen_cache
from service.errors import SettingsError

PREFIX: Final = "MODERATION_"
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
LARGEST_DEFAULT_BODY: Final = 32 * 1024 * 1024
"""The derived body limit stops here, 32 MiB: raising the other limits asks for this one by name."""
ESCAPE_FACTOR: Final = 6
r"""A byte of text takes at most six of JSON: `\u00XX`."""
ROOM_BESIDE_TEXT: Final = 2048
"""Bytes of JSON that a comment may take beside its text: an escaped id, and the keys."""
SHORTEST_KEY: Final = 16
_TRUE: Final = ("1", "true", "yes", "on")
_FALSE: Final = ("0", "false", "no", "off", "")


SHARED_METRICS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable of the folder in which several workers sum up their metrics; set by the
service itself."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table of settings.

    Attributes:
        name: The environment variable.
        default: Its value where it is not set, as it would be written; empty for none.
        meaning: What it does, in one sentence.
    """

    name: str
    default: str
    meaning: str


SETTINGS: Final[tuple[Setting, ...]] = (
    Setting("MODERATION_HOST", "127.0.0.1", "Address to listen on."),
    Setting("MODERATION_PORT", "8000", "Port to listen on."),
    Setting(
        "MODERATION_MODELS",
        "models",
        "Folder of models, the one that holds CURRENT; where there is none here, the shipped one.",
    ),
    Setting("MODERATION_WORKERS", "1", "Worker processes; each holds its own copy of the model."),
    Setting(
        "MODERATION_POLICY",
        "assist",
        "Preset that decides where a request names none; one that the model has.",
    ),
    Setting(
        "MODERATION_RULES",
        "",
        "File of house rules, TOML, followed like CURRENT; unset: none.",
    ),
    Setting("MODERATION_MAX_COMMENTS", "256", "Most comments in one request."),
    Setting(
        "MODERATION_MAX_COMMENT_BYTES", str(LONGEST_COMMENT), "Longest comment, in bytes of UTF-8."
    ),
    Setting(
        "MODERATION_MAX_BODY_BYTES",
        "",
        "Largest request body in bytes; unset: room for the two limits above with every byte of "
        "text escaped as \\u00XX, at most 32 MiB.",
    ),
    Setting(
        "MODERATION_API_KEYS",
        "",
        "Keys that callers may send, separated by commas, 16 characters or more each; none: open.",
    ),
    Setting(
        "MODERATION_API_KEYS_FILE", "", "File with one key a line, instead of MODERATION_API_KEYS."
    ),
    Setting(
        "MODERATION_ALLOW_OPEN",
        "false",
        "Allow a host other than loopback without keys: anyone who reaches it may call it.",
    ),
    Setting(
        "MODERATION_CORAL_SECRETS",
        "",
        "Signing secrets of Coral's moderation phase, separated by commas; none: every call of "
        "/integrations/coral is refused.",
    ),
    Setting(
        "MODERATION_FEEDBACK_DATABASE",
        "",
        "Database that keeps moderators' decisions, such as sqlite:///feedback.db or "
        "postgresql+psycopg://user@host/name; none: /feedback keeps nothing and says so.",
    ),
    Setting("MODERATION_LOG_LEVEL", "info", "debug, info, warning or error; info logs requests."),
    Setting(
        "MODERATION_CACHE",
        "",
        "Folder for compiled code (3 MB), private to the service's user; unset: "
        "comment-moderation in the user's cache folder.",
    ),
    Setting("MODERATION_RELOAD_SECONDS", "1", "Seconds between two looks at CURRENT."),
)


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
        coral_secrets: Signing secrets of Coral's moderation phase.
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
    api_keys: tuple[str, ...] = field(repr=False)
    coral_secrets: tuple[str, ...] = field(repr=False)
    feedback_database: str = field(repr=False)
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
        coral_secrets=_secrets(values),
        feedback_database=values["MODERATION_FEEDBACK_DATABASE"],
        log_level=_choice(values, "MODERATION_LOG_LEVEL", LOG_LEVELS),
        cache=chosen_cache(environment),
        reload_seconds=_seconds(values, "MODERATION_RELOAD_SECONDS", 0.05, 3600.0),
    )
    _check_exposure(settings, values)
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


def _seconds(values: Mapping[str, str], name: str, least: float, most: float) -> float:
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


def _api_keys(values: Mapping[str, str]) -> tuple[str, ...]:
    name, separator, source = "MODERATION_API_KEYS", ",", values["MODERATION_API_KEYS"]
    path = values["MODERATION_API_KEYS_FILE"]
    if source and path:
        raise SettingsError(f"{name} and {name}_FILE are both set; allowed: one of the two")
    if path:
        name, separator = f"{name}_FILE", "\n"
        try:
            source = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{name} is {path!r}, which cannot be read ({type(error).__name__}); allowed: a "
                "text file with one key a line"
            ) from error
    keys = tuple(key.strip() for key in source.split(separator) if key.strip())
    short = [position for position, key in enumerate(keys, 1) if len(key) < SHORTEST_KEY]
    if short:
        raise SettingsError(
            f"{name}: key number {short[0]} has {len(keys[short[0] - 1])} characters; allowed: "
            f"{SHORTEST_KEY} or more"
        )
    if path and not keys:
        raise SettingsError(f"{name} is {path!r}, which holds no key; allowed: at least one key")
    return keys


def _check_exposure(settings: Settings, values: Mapping[str, str]) -> None:
    allowed_open = _switch(values, "MODERATION_ALLOW_OPEN")
    if is_loopback(settings.host) or settings.api_keys or allowed_open:
        return
    raise SettingsError(
        f"MODERATION_HOST is {settings.host!r} and there are no API keys, so anyone who reaches "
        "this machine could call the service; allowed: a loopback address, keys in "
        "MODERATION_API_KEYS or MODERATION_API_KEYS_FILE, or MODERATION_ALLOW_OPEN=true"
    )
