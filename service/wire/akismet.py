"""The wire format of Akismet: forms in, one word out; spam is what promotes.

Only promotion is answered: Akismet's callers delete what is called spam, and an insult is none.
Form fields, test values and answers are those of Akismet's documentation and of its clients.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from scoring.classify import Judgements
from scoring.comment_rules import text_fault
from scoring.guidelines import CATEGORIES
from service.errors import ServiceError
from service.feedback.decision import Feedback

SPAM_CATEGORIES: Final = ("commercial_promotion", "personal_promotion")
THANKS: Final = "Thanks for making the web a better place."
DEBUG: Final = "X-akismet-debug-help"
_ALWAYS_SPAM: Final = "viagra-test-123"
_NEVER_SPAM: Final = "administrator"
_MOST_FIELDS: Final = 200
_LONGEST_NAME: Final = 200


class AkismetError(ServiceError):
    """A call that is refused; told in a header, the answer's text is `invalid`."""


def parse_form(body: bytes) -> dict[str, str]:
    """Read a form.

    Args:
        body: The raw body.

    Returns:
        Its fields; of one that comes twice the last.

    Raises:
        AkismetError: It is no form in UTF-8.
    """
    try:
        return dict(
            parse_qsl(
                body.decode("ascii"), keep_blank_values=True, errors="strict",
                max_num_fields=_MOST_FIELDS,
            )
        )  # fmt: skip
    except ValueError:
        raise AkismetError("the body is no form in UTF-8") from None


def sent_key(form: Mapping[str, str], host: str) -> bytes:
    """Take the caller's key: a field of the form, or the first part of the host's name.

    Args:
        form: The form.
        host: The request's `Host`.

    Returns:
        The key; empty where none was sent.
    """
    named = form.get("api_key") or form.get("key")
    first, dot, _ = host.partition(".")
    return (named or (first if dot else "")).encode()


def comment_text(form: Mapping[str, str], max_bytes: int) -> str:
    """Take the comment's text.

    Args:
        form: The form.
        max_bytes: Longest comment in bytes of UTF-8.

    Returns:
        The text.

    Raises:
        AkismetError: There is none, or it is too long.
    """
    text = form.get("comment_content", "")
    fault = text_fault(text, max_bytes)
    if fault is not None:
        raise AkismetError(f"comment_content: {fault.message}")
    return text


def stated_spam(form: Mapping[str, str]) -> bool | None:
    """Answer the values by which callers test; None for a real comment.

    Args:
        form: The form.
    """
    if form.get("comment_author") == _ALWAYS_SPAM:
        return True
    return False if form.get("user_role") == _NEVER_SPAM else None


def is_spam(judgements: Judgements) -> bool:
    """Tell whether the one comment promotes something.

    Args:
        judgements: Of one comment.

    Returns:
        Whether a guideline on promotion is violated, and the comment could be read.
    """
    violated = dict(zip(CATEGORIES, judgements.verdicts.violated[0].tolist(), strict=True))
    return any(violated[key] for key in SPAM_CATEGORIES) and not judgements.languages


def parse_submission(form: Mapping[str, str], *, spam: bool, max_bytes: int) -> Feedback | None:
    """Read a moderator's correction.

    Args:
        form: The form.
        spam: Whether it says that the comment is spam.
        max_bytes: Longest comment in bytes of UTF-8.

    Returns:
        The decision; None for a test. Sent again it is the same.

    Raises:
        AkismetError: There is no text, or it is too long.
    """
    text = comment_text(form, max_bytes)
    if form.get("is_test", "") not in ("", "0", "false"):
        return None
    said = "\0".join(("akismet", str(spam), text, form.get("comment_date_gmt", "")))
    author = form.get("comment_author", "")[:_LONGEST_NAME]
    return Feedback(
        text,
        "reject" if spam else "approve",
        SPAM_CATEGORIES[:1] if spam else (),
        author=author or None,
        idempotency_key=hashlib.sha256(said.encode()).hexdigest(),
        source="akismet",
    )
