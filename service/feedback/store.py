"""The store of feedback and of shadow judgements, in SQLite or PostgreSQL."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from service.errors import SettingsError
from service.feedback.decision import Feedback
from service.feedback.shadow import ShadowJudgement
from service.feedback.tables import FEEDBACK, JUDGEMENTS

UNAVAILABLE: Final = SQLAlchemyError
"""What a database that cannot be reached, or is full, raises."""

_BUSY_MILLISECONDS: Final = 5000
_MAKING_SECONDS: Final = 60.0
_AGAIN_SECONDS: Final = 0.05


class FeedbackStore:
    """Keeps feedback; every method waits for the database, so call it in a thread."""

    def __init__(self, url: str) -> None:
        """Name the database; nothing is opened.

        Args:
            url: As SQLAlchemy reads it: `sqlite:///feedback.db`, `postgresql+psycopg://…`.

        Raises:
            SettingsError: It is no such URL, or its driver is not installed.
        """
        try:
            parsed = make_url(url)
            self._engine = sa.create_engine(parsed, pool_pre_ping=True)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise SettingsError(
                "MODERATION_FEEDBACK_DATABASE is no URL of a database that can be used: "
                f"{type(error).__name__}; allowed: sqlite:///PATH, postgresql+psycopg://…"
            ) from None
        self._is_sqlite = parsed.get_backend_name() == "sqlite"
        if self._is_sqlite:
            sa.event.listen(self._engine, "connect", _make_durable)
        self._url: URL = parsed
        self._preparing = threading.Lock()
        self._prepared = False

    def prepare(self) -> None:
        """Make the tables, or bring those of an older version to this one's; once is enough.

        Raises:
            SQLAlchemyError: The database cannot be reached or written.
        """
        from service.feedback.migrate import migrate

        with self._preparing:
            if not self._prepared:
                migrate(self._engine)
                self._prepared = True

    def add(self, items: Sequence[Feedback]) -> int:
        """Keep feedback, all or none; it is on the disk when this returns.

        Args:
            items: What was decided.

        Returns:
            How many are new: one whose idempotency key is there changes nothing.

        Raises:
            SQLAlchemyError: The database cannot be reached or written; nothing is kept.
        """
        self.prepare()  # a decision may come before the service's start has done it
        now = datetime.now(UTC)
        rows = [
            {
                "received_at": now,
                "idempotency_key": item.idempotency_key,
                "comment_id": item.comment_id,
                "author": item.author,
                "moderator": item.moderator,
                "text": item.text,
                "decision": item.decision,
                "categories": json.dumps(item.categories),
                "model": item.model,
                "source": item.source,
            }
            for item in items
        ]
        insert = sqlite.insert if self._is_sqlite else postgresql.insert
        kept = insert(FEEDBACK).on_conflict_do_nothing(index_elements=["idempotency_key"])
        statement = kept.returning(FEEDBACK.c.id)  # what was there already returns nothing
        with self._engine.begin() as connection:
            return sum(len(connection.execute(statement, row).fetchall()) for row in rows)

    def add_judgements(self, items: Sequence[ShadowJudgement]) -> None:
        """Keep what the model said of comments, all or none.

        Args:
            items: The judgements, at least one.

        Raises:
            SQLAlchemyError: The database cannot be reached or written; nothing is kept.
        """
        self.prepare()
        now = datetime.now(UTC)
        rows = [
            {
                "received_at": now,
                "comment_id": item.comment_id,
                "model": item.model,
                "readable": item.readable,
                "reject_probability": item.reject_probability,
                "category_probabilities": json.dumps(item.category_probabilities),
            }
            for item in items
        ]
        with self._engine.begin() as connection:
            connection.execute(sa.insert(JUDGEMENTS), rows)

    def judged_and_decided(self) -> list[tuple[ShadowJudgement, str, datetime]]:
        """Bring together what the model and what moderators said of comments, by their ids.

        Returns:
            The latest judgement of each comment, the latest decision, and when that came.

        Raises:
            SQLAlchemyError: The database cannot be reached.
        """
        latest = [
            sa.select(sa.func.max(table.c.id)).group_by(table.c.comment_id)
            for table in (JUDGEMENTS, FEEDBACK)
        ]
        statement = (
            sa.select(JUDGEMENTS, FEEDBACK.c.decision, FEEDBACK.c.received_at.label("decided_at"))
            .join(FEEDBACK, FEEDBACK.c.comment_id == JUDGEMENTS.c.comment_id)
            .where(JUDGEMENTS.c.id.in_(latest[0]), FEEDBACK.c.id.in_(latest[1]))
            .order_by(FEEDBACK.c.id)
        )
        with self._engine.connect() as connection:
            return [
                (
                    ShadowJudgement(
                        row["comment_id"], row["model"], row["readable"],
                        row["reject_probability"], tuple(json.loads(row["category_probabilities"])),
                    ),
                    row["decision"],
                    _in_utc(row["decided_at"]),
                )
                for row in connection.execute(statement).mappings()
            ]  # fmt: skip

    def latest_decisions(self, most: int) -> list[tuple[str, str]]:
        """List what moderators decided last.

        Args:
            most: Most decisions to look at; of several on one comment the latest counts.

        Returns:
            Text and decision of each comment, the latest decision first.

        Raises:
            SQLAlchemyError: The database cannot be reached.
        """
        self.prepare()  # it may be asked before the service's start has made the table
        columns = (FEEDBACK.c.comment_id, FEEDBACK.c.text, FEEDBACK.c.decision)
        statement = sa.select(*columns).order_by(FEEDBACK.c.id.desc()).limit(most)
        latest: dict[tuple[str | None, str], tuple[str, str]] = {}
        with self._engine.connect() as connection:
            for comment_id, text, decision in connection.execute(statement):
                name = (comment_id, "") if comment_id is not None else (None, text)
                latest.setdefault(name, (text, decision))
        return list(latest.values())

    def export(self) -> Iterator[dict[str, Any]]:
        """List all feedback, the earliest first, as `import` reads it.

        Yields:
            text, decision, categories, decided_at, and who, what and by which model.

        Raises:
            SQLAlchemyError: The database cannot be reached.
        """
        statement = sa.select(FEEDBACK).order_by(FEEDBACK.c.id)
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=1000).execute(statement).mappings():
                yield {
                    "text": row["text"],
                    "decision": row["decision"],
                    "categories": json.loads(row["categories"]),
                    "decided_at": _in_utc(row["received_at"]).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    **{
                        name: row[name]
                        for name in ("comment_id", "author", "moderator", "model", "source")
                    },
                }

    def delete(
        self,
        *,
        comment_id: str | None = None,
        author: str | None = None,
        older_than: timedelta | None = None,
    ) -> int:
        """Delete feedback for good, and with it what the model said of those comments.

        Args:
            comment_id: Of this comment.
            author: On comments of this author.
            older_than: Received so long ago; of several conditions each by itself deletes.

        Returns:
            How many decisions were deleted.

        Raises:
            SQLAlchemyError: The database cannot be reached or written.
        """
        conditions, judged = [], []
        if comment_id is not None:
            conditions.append(FEEDBACK.c.comment_id == comment_id)
            judged.append(JUDGEMENTS.c.comment_id == comment_id)
        if author is not None:
            conditions.append(FEEDBACK.c.author == author)
            theirs = sa.select(FEEDBACK.c.comment_id).where(FEEDBACK.c.author == author)
            judged.append(JUDGEMENTS.c.comment_id.in_(theirs))
        if older_than is not None:
            before = datetime.now(UTC) - older_than
            conditions.append(FEEDBACK.c.received_at < before)
            judged.append(JUDGEMENTS.c.received_at < before)
        if not conditions:
            return 0
        with self._engine.begin() as connection:
            connection.execute(sa.delete(JUDGEMENTS).where(sa.or_(*judged)))
            return connection.execute(sa.delete(FEEDBACK).where(sa.or_(*conditions))).rowcount

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _make_durable(connection: sqlite3.Connection, _record: object) -> None:
    """Make SQLite keep what it has acknowledged, and let others read meanwhile."""
    cursor = connection.cursor()
    _begin_log(cursor)
    for pragma in ("synchronous=FULL", f"busy_timeout={_BUSY_MILLISECONDS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_log(cursor: sqlite3.Cursor) -> None:
    """Turn the write-ahead log on; SQLite waits by itself for readers, not for who makes the file.

    Raises:
        OperationalError: The database stayed locked for a minute, or cannot be opened.
    """
    deadline = time.monotonic() + _MAKING_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def _in_utc(moment: datetime) -> datetime:
    """SQLite forgets the zone; everything is written in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
