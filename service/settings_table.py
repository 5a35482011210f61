"""The table of settings: environment variables, their defaults and meanings.

The README prints it and a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scoring.comment_rules import LONGEST_COMMENT


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
        "MODERATION_API_KEYS_FILE",
        "",
        "File with one key a line, followed like CURRENT, instead of MODERATION_API_KEYS; a line "
        "is a key, or: NAME SCOPES KEY|sha256:HEX [rate=N].",
    ),
    Setting(
        "MODERATION_RATE_LIMIT",
        "0",
        "Requests a second of each key, without keys of each address, in each worker; 0: no limit.",
    ),
    Setting(
        "MODERATION_MAX_IN_FLIGHT",
        "512",
        "Most requests under way in a worker; more are refused with 503 and Retry-After.",
    ),
    Setting(
        "MODERATION_CORS_ORIGINS",
        "",
        "Origins whose pages may call from a browser, separated by commas, or *; none: none.",
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
    Setting(
        "MODERATION_SHADOW",
        "false",
        "Keep what the model says of comments with an id, without their text, beside what "
        "moderators decide; Coral is told nothing.",
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
