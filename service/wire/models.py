"""The wire format of `POST /models/use`."""

from __future__ import annotations

from scoring.comment_rules import json_type
from service.http.problems import Problem


def parse_version(content: object) -> str:
    """Read which version is to be used.

    Args:
        content: The parsed body.

    Returns:
        The version's name as sent.

    Raises:
        Problem: `invalid_request`.
    """
    version = content.get("version") if isinstance(content, dict) else None
    if not isinstance(version, str):
        received = json_type(version if isinstance(content, dict) else content)
        raise Problem(
            "invalid_request",
            f"'version' is {received}; send an object whose 'version' is a string, one of "
            "those that GET /models lists",
        )
    return version
