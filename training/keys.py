"""The key under which two texts count as the same comment."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable


def fold(text: str) -> str:
    """Reduce a text to its letters and digits in lower case.

    Args:
        text: Any text.

    Returns:
        Case-folded letters and digits of its NFKC form; empty where there are none.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, folded))


def fold_key(text: str) -> str:
    """Return the key of a text: what annotations and held-back lists store instead of the text.

    Args:
        text: Any text.

    Returns:
        The first 16 hexadecimal digits of the SHA-256 of the folded text.
    """
    return hashlib.sha256(fold(text).encode()).hexdigest()[:16]


def fold_keys(texts: Iterable[str]) -> list[str]:
    """Return the key of each text, in order.

    Args:
        texts: Any texts.

    Returns:
        One key a text.
    """
    return [fold_key(text) for text in texts]
