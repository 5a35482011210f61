"""Where the sentences of a text begin and end."""

from __future__ import annotations

import re
from typing import Final

_ENDS: Final = re.compile(r"[.!?…؟]+[\"'”’»)\]]*\s+|\n+|<br\s*/?>|</p>")
_THREE_LETTERS: Final = re.compile(r"[^\W\d_](?:[\W\d_]*[^\W\d_]){2}")


def sentence_ranges(text: str) -> list[tuple[int, int]]:
    """Cut a text after full stops, marks that end a sentence, and line breaks.

    Args:
        text: As sent.

    Returns:
        Start and end in code points of each sentence of at least three letters, in order; empty
        where there are fewer than two of them.
    """
    cuts = [match.end() for match in _ENDS.finditer(text)]
    if not cuts:
        return []
    starts, ends = [0, *cuts], [*cuts, len(text)]
    ranges = [
        (start, end)
        for start, end in zip(starts, ends, strict=True)
        if _THREE_LETTERS.search(text, start, end)
    ]
    return ranges if len(ranges) > 1 else []
