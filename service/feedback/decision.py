"""What a moderator decided; nothing here needs a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a moderator decided about a comment.

    Attributes:
        text: The comment.
        decision: `approve` or `reject`.
        categories: The guidelines it was rejected for, as far as they were told.
        comment_id: The caller's name for it.
        author: The caller's name for who wrote it, by which it can be deleted.
        moderator: The caller's name for who decided.
        model: Version of the model that had judged it.
        idempotency_key: Two with the same are one.
        source: The wire format it came by.
    """

    text: str
    decision: str
    categories: tuple[str, ...] = ()
    comment_id: str | None = None
    author: str | None = None
    moderator: str | None = None
    model: str | None = None
    idempotency_key: str = field(default_factory=lambda: uuid4().hex)
    source: str = "feedback"
