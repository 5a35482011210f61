"""Formats the answer of `POST /classify`: pure functions."""

from __future__ import annotations

from typing import Any

from scoring.manifest import Manifest
from service.parse import Refusal


def format_answer(manifest: Manifest, results: list[dict[str, Any]]) -> dict[str, Any]:
    """Build the answer of `POST /classify`.

    Args:
        manifest: The manifest of the model that judged.
        results: One entry a comment, in the order sent.

    Returns:
        The JSON members of the answer.
    """
    return {"model": manifest.version, "guidelines": manifest.guidelines, "results": results}


def format_refusal(refusal: Refusal) -> dict[str, Any]:
    """Build the entry of a comment that was refused.

    Args:
        refusal: Why.

    Returns:
        Its JSON members.
    """
    return {"id": refusal.id, "error": {"code": refusal.code, "message": refusal.message}}
