"""The table of what the model said of comments with an id, without their text: shadow mode."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "judgements",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("comment_id", sa.String(200), nullable=False, index=True),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("readable", sa.Boolean, nullable=False),
        sa.Column("reject_probability", sa.Float, nullable=False),
        sa.Column("category_probabilities", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop the table, with what is in it."""
    op.drop_table("judgements")
