"""Offsets into a text as clients count them: code points, or UTF-16 code units as browsers do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scoring.explain import Span


def utf16_units(text: str) -> int:
    """Count the UTF-16 code units of a text.

    Args:
        text: Valid Unicode.

    Returns:
        Its length as JavaScript, Java and C# tell it.
    """
    return len(text.encode("utf-16-le")) // 2


def utf16_spans(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """Count the offsets of spans in UTF-16 code units.

    Args:
        texts: n texts, valid Unicode.
        spans: For each its spans, offsets in code points.

    Returns:
        The same spans with other offsets.
    """
    return [
        [
            replace(
                span,
                start=utf16_units(text[: span.start]),
                end=utf16_units(text[: span.end]),
            )
            for span in found
        ]
        for text, found in zip(texts, spans, strict=True)
    ]
