"""The tables of the feedback's database, as the last migration leaves them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()
FEEDBACK: Final = sa.Table(
    "feedback",
    METADATA,
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
"""What moderators decided; `categories` is a JSON array of keys."""
JUDGEMENTS: Final = sa.Table(
    "judgements",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("comment_id", sa.String(200), nullable=False, index=True),
    sa.Column("model", sa.String(100), nullable=False),
    sa.Column("readable", sa.Boolean, nullable=False),
    sa.Column("reject_probability", sa.Float, nullable=False),
    sa.Column("category_probabilities", sa.Text, nullable=False),
)
"""What the model said of comments with an id, in shadow mode; no text."""
