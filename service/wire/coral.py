"""The wire format of Coral's external moderation phase: signed request, statuses, reasons."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

from scoring.classify import Judgements
from scoring.comment_rules import json_type
from scoring.decisions.policy import OUTCOMES, Decision
from service.errors import ServiceError

SIGNATURE: Final = b"x-coral-signature"
LONGEST_ID: Final = 200
_SCHEME: Final = "sha256="
REASONS: Final[Mapping[str, str]] = {
    "profanity": "OFFENSIVE",
    "threat": "ABUSIVE",
    "personal_attack": "HARASSMENT_BULLYING",
    "vulgarity": "OFFENSIVE",
    "abuse": "HATE_SPEECH",
    "sexism": "HATE_SPEECH",
    "racism": "HATE_SPEECH",
    "homophobia": "HATE_SPEECH",
    "xenophobia": "HATE_SPEECH",
    "commercial_promotion": "AD",
    "personal_promotion": "SPAM",
}
"""Coral's rejection reason for each of our categories."""
_PROMOTION: Final = ("AD", "SPAM")


class CoralError(ServiceError):
    """A request that is refused: 401 for its signature, 400 for its content."""

    def __init__(self, status: int, message: str) -> None:
        """Describe the error.

        Args:
            status: HTTP status.
            message: What is wrong; never content.
        """
        super().__init__(message)
        self.status = status
        self.document = {"error": message}


def check_signature(
    body: bytes, headers: Sequence[tuple[bytes, bytes]], secrets: Sequence[str]
) -> None:
    """Refuse a body that none of the secrets has signed.

    Args:
        body: The raw body: Coral signs the bytes it sends.
        headers: Raw headers, names in lower case.
        secrets: Secrets in use; several while one is rotated.

    Raises:
        CoralError: 401.
    """
    sent = next((value for name, value in headers if name == SIGNATURE), b"")
    signatures = [part.strip() for part in sent.decode("ascii", "replace").split(",")]
    matches = False
    for secret in secrets:
        expected = _SCHEME + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        for signature in signatures:
            matches |= hmac.compare_digest(signature.encode(), expected.encode())
    if not matches:
        raise CoralError(401, "X-Coral-Signature matches no secret of MODERATION_CORAL_SECRETS")


def parse_coral(content: object) -> str:
    """Take the comment out of a body.

    Args:
        content: What the body holds.

    Returns:
        The comment's text.

    Raises:
        CoralError: 400.
    """
    comment = content.get("comment") if isinstance(content, dict) else None
    text = comment.get("body") if isinstance(comment, dict) else None
    if not isinstance(text, str):
        raise CoralError(400, f"comment.body is {json_type(text)}; allowed: string")
    return text


def coral_id(content: object) -> str | None:
    """Take the comment's id out of a body; None for a comment that has none yet.

    Args:
        content: What the body holds.
    """
    comment = content.get("comment") if isinstance(content, dict) else None
    name = comment.get("id") if isinstance(comment, dict) else None
    return name if isinstance(name, str) and 0 < len(name) <= LONGEST_ID else None


def format_coral(judgements: Judgements) -> dict[str, Any]:
    """Build the answer: nothing for an approval, so that Coral's own rules go on.

    Args:
        judgements: Of the one comment.

    Returns:
        The members of the answer.
    """
    (outcome,) = judgements.verdicts.outcomes
    decision, reason = OUTCOMES[outcome]
    if decision is Decision.APPROVE:
        return {}
    if decision is Decision.REVIEW:
        if reason != "uncertain":
            return {"status": "PREMOD"}
        return {"status": "SYSTEM_WITHHELD", "actions": [_flag("COMMENT_DETECTED_TOXIC")]}
    keys = judgements.verdicts.reasons(0)
    code = REASONS[keys[0]]
    flag = "COMMENT_DETECTED_SPAM" if code in _PROMOTION else "COMMENT_DETECTED_TOXIC"
    rejection = {"code": code, "detailedExplanation": "Guidelines: " + ", ".join(keys)}
    return {
        "status": "REJECTED",
        "actions": [_flag(flag)],
        "moderationAction": {"status": "REJECTED", "rejectionReason": rejection},
    }


def _flag(reason: str) -> dict[str, str]:
    return {"actionType": "FLAG", "reason": reason}
