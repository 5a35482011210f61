"""The table of moderators' decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "feedback",
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


def downgrade() -> None:
    """Drop the table, with what is in it."""
    op.drop_table("feedback")
