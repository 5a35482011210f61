"""What an export means: which column is which, what a status decides, what a reason names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from scoring.guidelines import CATEGORIES
from training.own_decisions.errors import ImportRefused
from training.own_decisions.exports import Record, column_name

APPROVE: Final = "approve"
REJECT: Final = "reject"
UNDECIDED: Final = "undecided"
DECISIONS: Final = (APPROVE, REJECT, UNDECIDED)

# Names that exports of WordPress (plugins and WXR), Disqus and Coral use, and plain ones.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "text": ("text", "comment_text", "comment_content", "content", "message", "body",
             "comment_body", "comment", "raw_message"),
    "decision": ("decision", "status", "comment_approved", "comment_status", "moderation_status",
                 "approved", "is_approved", "state", "action"),
    "reason": ("categories", "category", "reasons", "reason", "rejection_reason"),
    "date": ("decided_at", "moderated_at", "comment_date_gmt", "comment_date", "created_at",
             "createdat", "date", "timestamp", "time", "published_at"),
    "thread": ("thread", "comment_post_id", "story_id", "article_id", "post_id", "url"),
}  # fmt: skip

# A WordPress status of 0, and Coral's NONE, PREMOD and SYSTEM_WITHHELD, are no decision. Nor is a
# deleted comment of Disqus: its reader may have taken it back.
STATUSES: Final[dict[str, str]] = {
    **dict.fromkeys(("approve", "approved", "accept", "accepted", "publish", "published",
                     "visible", "1"), APPROVE),
    **dict.fromkeys(("reject", "rejected", "remove", "removed", "spam", "trash", "trashed",
                     "blocked", "deleted_by_moderator"), REJECT),
    **dict.fromkeys(("", "0", "hold", "pending", "unapproved", "none", "new", "premod",
                     "system_withheld", "deleted", "undecided", "review"), UNDECIDED),
}  # fmt: skip
_BOOLEAN_COLUMNS: Final = ("approved", "is_approved")
_BOOLEANS: Final = {
    **dict.fromkeys(("true", "yes", "1"), APPROVE),
    **dict.fromkeys(("false", "no", "0"), REJECT),
}

# Only words that mean one guideline: what "abusive" or "offensive" was about is not known.
REASONS: Final[dict[str, str]] = {
    **{key: key for key in CATEGORIES},
    **dict.fromkeys(("swearing", "bad_language", "profane"), "profanity"),
    **dict.fromkeys(("threats", "violence", "incitement"), "threat"),
    **dict.fromkeys(("insult", "insults", "ad_hominem"), "personal_attack"),
    **dict.fromkeys(("vulgar", "obscene", "obscenity", "sexual_content"), "vulgarity"),
    **dict.fromkeys(("hate", "hate_speech", "discrimination"), "abuse"),
    **dict.fromkeys(("sexist",), "sexism"),
    **dict.fromkeys(("racist",), "racism"),
    **dict.fromkeys(("homophobic",), "homophobia"),
    **dict.fromkeys(("xenophobic",), "xenophobia"),
    **dict.fromkeys(("advertising", "advertisement", "ad", "promotion"), "commercial_promotion"),
    **dict.fromkeys(("self_promotion",), "personal_promotion"),
}  # fmt: skip
_SEPARATORS: Final = re.compile(r"[,;|]+")


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """A comment and what a moderator decided.

    Attributes:
        text: The comment.
        decision: `approve` or `reject`.
        categories: The guidelines it was rejected for, as far as the export says.
        decided_at: When, ISO 8601 in UTC; empty where the export does not say.
        thread: What belongs together, such as an article; empty where the export does not say.
    """

    text: str
    decision: str
    categories: tuple[str, ...] = ()
    decided_at: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a caller says of an export, beside what is guessed.

    Attributes:
        columns: Names of columns by what they hold, a key of `COLUMNS`.
        statuses: What a status decides, one of `DECISIONS`.
        reasons: Which guideline a reason names.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Understood:
    """What became of the records of an export.

    Attributes:
        columns: The column that was taken for each of `COLUMNS`.
        decisions: What was understood, in the file's order.
        undecided: How many comments nobody had decided on.
        empty: How many had no text.
        statuses: Lines by status that means nothing here.
        reasons: Lines by reason that names no guideline; those comments are imported all the same.
    """

    columns: dict[str, str]
    decisions: list[OwnDecision] = field(default_factory=list)
    undecided: int = 0
    empty: int = 0
    statuses: dict[str, list[int]] = field(default_factory=dict)
    reasons: dict[str, list[int]] = field(default_factory=dict)


def understand(records: Sequence[Record], meanings: Meanings) -> Understood:
    """Turn records into decisions.

    Args:
        records: Of one export.
        meanings: What the caller says of it.

    Returns:
        The decisions, and what was not understood.

    Raises:
        ImportRefused: There is no column of texts or of decisions, or a meaning is none.
    """
    _check(meanings)
    columns = choose_columns(records, meanings.columns)
    found = Understood(columns)
    dates = _dates([record.cells.get(columns.get("date", ""), "") for record in records])
    statuses = {**STATUSES, **{column_name(word): to for word, to in meanings.statuses.items()}}
    reasons = {**REASONS, **{column_name(word): to for word, to in meanings.reasons.items()}}
    if columns["decision"] in _BOOLEAN_COLUMNS:
        statuses = {**statuses, **_BOOLEANS}
    for record, date in zip(records, dates, strict=True):
        cells = record.cells
        text, status = cells.get(columns["text"], "").strip(), _status(cells, columns["decision"])
        decision = statuses.get(status)
        if decision is None:
            found.statuses.setdefault(status, []).append(record.line)
        elif decision == UNDECIDED:
            found.undecided += 1
        elif not text:
            found.empty += 1
        else:
            named = _categories(record, columns, reasons, found) if decision == REJECT else ()
            thread = cells.get(columns.get("thread", ""), "").strip()
            found.decisions.append(OwnDecision(text, decision, named, date, thread))
    return found


def _status(cells: Mapping[str, str], column: str) -> str:
    """The status of a comment; Disqus says it in columns of its own."""
    if column == "isspam":
        for flag, status in (("isspam", "spam"), ("isdeleted", "deleted")):
            if cells.get(flag, "").strip().lower() == "true":
                return status
        return "approved"
    return column_name(cells.get(column, ""))


def choose_columns(records: Iterable[Record], named: Mapping[str, str]) -> dict[str, str]:
    """Choose which column holds what.

    Args:
        records: Of one export.
        named: Names that the caller gave.

    Returns:
        Names of columns by what they hold; `text` and `decision` always, others where there are.

    Raises:
        ImportRefused: A column that was named, or one that is needed, is not there.
    """
    there = list(dict.fromkeys(name for record in records for name in record.cells))
    chosen: dict[str, str] = {}
    for meaning, usual in COLUMNS.items():
        wanted = column_name(named.get(meaning, ""))
        if wanted and wanted not in there:
            raise ImportRefused(f"no column {wanted!r}; the file has {', '.join(there) or 'none'}")
        candidates = [wanted] if wanted else [name for name in usual if name in there]
        if meaning == "decision" and not candidates and "isspam" in there:
            candidates = ["isspam"]
        if candidates:
            chosen[meaning] = candidates[0]
    for meaning in ("text", "decision"):
        if meaning not in chosen:
            raise ImportRefused(
                f"no column is known to hold the {meaning}; the file has "
                f"{', '.join(there) or 'none'}: name one with --{meaning}-column"
            )
    return chosen


def _check(meanings: Meanings) -> None:
    for word, decision in meanings.statuses.items():
        if decision not in DECISIONS:
            raise ImportRefused(
                f"--map {word}={decision}: {decision!r} is no decision; {', '.join(DECISIONS)} are"
            )
    for word, category in meanings.reasons.items():
        if category not in CATEGORIES:
            raise ImportRefused(
                f"--reason {word}={category}: {category!r} is no guideline; "
                f"{', '.join(CATEGORIES)} are"
            )


def _categories(
    record: Record, columns: Mapping[str, str], reasons: Mapping[str, str], found: Understood
) -> tuple[str, ...]:
    """Name the guidelines of a rejection; note reasons that name none."""
    words = _words(record.cells.get(columns.get("reason", ""), ""), reasons)
    for word in words:
        if word not in reasons:
            found.reasons.setdefault(word, []).append(record.line)
    named = {reasons[word] for word in words if word in reasons}
    return tuple(key for key in CATEGORIES if key in named)


def _words(told: str, reasons: Mapping[str, str]) -> list[str]:
    """Cut a cell into reasons: at commas, or at blanks where each piece is one ("abuse racism")."""
    words: list[str] = []
    for part in filter(None, (part.strip() for part in _SEPARATORS.split(told))):
        pieces = part.lower().split()
        each = column_name(part) not in reasons and all(piece in reasons for piece in pieces)
        words += pieces if each else [column_name(part)]
    return words


def _dates(told: Sequence[str]) -> list[str]:
    """Read dates of any usual form; numbers are seconds since 1970."""
    cells = pd.Series(list(told), dtype="str").str.strip()
    numbers = pd.to_numeric(cells, errors="coerce")
    parsed = pd.to_datetime(cells.where(numbers.isna()), errors="coerce", utc=True, format="mixed")
    parsed = parsed.fillna(pd.to_datetime(numbers, unit="s", errors="coerce", utc=True))
    return ["" if pd.isna(moment) else moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in parsed]


def most_frequent(lines: Mapping[str, list[int]]) -> list[tuple[str, int, list[int]]]:
    """List what was not understood, the most frequent first.

    Args:
        lines: Lines by what stood there.

    Returns:
        For each what stood there, how often, and its first lines.
    """
    counted = Counter({word: len(places) for word, places in lines.items()})
    return [(word, count, lines[word][:5]) for word, count in counted.most_common()]
