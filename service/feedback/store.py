"""The store of feedback: one table, in SQLite or PostgreSQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from service.errors import SettingsError
from service.feedback.decision import Feedback

UNAVAILABLE: Final = SQLAlchemyError
"""What a database that cannot be reached, or is full, raises."""
_METADATA: Final = sa.MetaData()
FEEDBACK: Final = sa.Table(
    "feedback",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("idempotency_key", sa.String(200), nullable=False, unique=True),
    sa.Column("comment_id", sa.String(200), index=True),
    sa.Column("author", sa.String(200), index=True),
    sa.Column("moderator", sa.String(200)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("decision", sa.String(10), nullable=False),
    sa.Column("categories", sa.Text, nullable=False),
    sa.Column("model", sa.String(100)),
    sa.Column("source", sa.String(20), nullable=False),
)


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

    def prepare(self) -> None:
        """Make the table where there is none.

        Raises:
            SQLAlchemyError: The database cannot be reached or written.
        """
        _METADATA.create_all(self._engine)

    def add(self, items: Sequence[Feedback]) -> int:
        """Keep feedback, all or none; it is on the disk when this returns.

        Args:
            items: What was decided.

        Returns:
            How many are new: one whose idempotency key is there changes nothing.

        Raises:
            SQLAlchemyError: The database cannot be reached or written; nothing is kept.
        """
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
        """Delete feedback for good.

        Args:
            comment_id: Of this comment.
            author: On comments of this author.
            older_than: Received so long ago; of several conditions each by itself deletes.

        Returns:
            How many were deleted.

        Raises:
            SQLAlchemyError: The database cannot be reached or written.
        """
        conditions = []
        if comment_id is not None:
            conditions.append(FEEDBACK.c.comment_id == comment_id)
        if author is not None:
            conditions.append(FEEDBACK.c.author == author)
        if older_than is not None:
            conditions.append(FEEDBACK.c.received_at < datetime.now(UTC) - older_than)
        if not conditions:
            return 0
        with self._engine.begin() as connection:
            return connection.execute(sa.delete(FEEDBACK).where(sa.or_(*conditions))).rowcount

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _make_durable(connection: sqlite3.Connection, _record: object) -> None:
    """Make SQLite keep what it has acknowledged, and let others read meanwhile."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _in_utc(moment: datetime) -> datetime:
    """SQLite forgets the zone; everything is written in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
