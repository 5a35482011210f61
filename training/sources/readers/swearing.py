"""A guard for sources whose "no" means something narrower than the guideline does.

The guideline is met by a swear word whoever it is aimed at. Some annotators were asked about hate
alone, marked swearing only where it was aimed at a person, or marked it as an insult instead: from
a third to three quarters of the comments with a plain swear word would be taught as clean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import numpy as np

from training.sources.labels import NO, UNKNOWN, LabelArray

# the guideline's own examples, in full and in any case; nothing masked, nothing arguable
_SWEAR_WORD: Final = re.compile(
    r"\b(?:\w*fuck\w*|(?:bull|horse)?shit(?:s|ty|ting|ted|head\w*)?|(?:ass|arse)holes?"
    r"|bitch(?:es|y|ing|ed)?|bastards?|cunts?)\b",
    re.IGNORECASE,
)


def unknown_where_swearing(labels: LabelArray, texts: Iterable[str | None]) -> LabelArray:
    """Take back a "no" from every comment with an unmistakable swear word.

    Args:
        labels: int8 (rows,), of `profanity` or of `reject`.
        texts: One comment a row.

    Returns:
        int8 (rows,): unknown where the label was no and the comment swears, else as given.
    """
    swears = np.array([bool(_SWEAR_WORD.search(text or "")) for text in texts], dtype=np.bool_)
    return np.where(swears & (labels == NO), UNKNOWN, labels).astype(np.int8)
