"""Compiled decisions: from probabilities and counts of many texts to what happens to each."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.compilation.array_types import F64, I32, U8
from scoring.compilation.jit import kernel
from scoring.language._rules import (
    ENGLISH,
    NOTHING_KNOWN,
    PERHAPS_ENGLISH,
    UNREAD,
    first_reading,
)
from scoring.text._letters import ENGLISH_WORDS, KNOWN_TERMS, LATIN_LETTERS, LETTERS, WORDS

READING: Final = 0
OUTCOME: Final = 1
REASONS: Final = 2
VIOLATED: Final = 3
"""Columns of a text's codes: its reading; its outcome; how many reasons there are; from the last
one on, for each category whether it is violated; and behind those the reasons, categories by their
places, likeliest first."""

FLOOD_WORDS: Final = 6
FLOOD_TERMS: Final = 4
"""A text of so many words with fewer known terms a word is never approved by itself. Measured
2026-11-27: so are 4 of 10,000 approvable news comments, which are floods, none of 12,000 approvable
written ones, and 14 of the 41 floods and gibberish of the behaviour suite that were approved."""
APPROVED: Final = 0
UNCERTAIN: Final = 1
UNREADABLE: Final = 2
NO_KNOWN_TERMS: Final = 3
REJECTED: Final = 4
"""Outcomes: approval; review for each of three reasons; from the last one on, rejection by the
place of the first reason."""


@kernel
def decide_texts(category: F64, reject: F64, statistics: I32, thresholds: F64, codes: U8) -> int:
    """Read texts that are not read yet, and decide on all of them.

    Args:
        category: float64 (n, categories), probabilities of rejection.
        reject: float64 (n), the overall ones.
        statistics: int32 (n, STATISTICS), what was counted in each text.
        thresholds: float64 (categories + 2): from which each category counts as violated, from
            which a text is rejected, below which it is approved.
        codes: uint8 (n, VIOLATED + 2 * categories): readings in, where they are not UNREAD;
            everything out.

    Returns:
        How many texts were read here and are not English.
    """
    unsettled = 0
    for i in range(len(codes)):
        if codes[i, READING] == UNREAD:
            reading = first_reading(
                int(np.int64(statistics[i, KNOWN_TERMS])), int(np.int64(statistics[i, LETTERS])),
                int(np.int64(statistics[i, LATIN_LETTERS])), int(np.int64(statistics[i, WORDS])),
                int(np.int64(statistics[i, ENGLISH_WORDS])),
            )  # fmt: skip
            codes[i, READING] = reading
            if reading != ENGLISH:
                unsettled += 1
        _decide(category[i], reject[i], thresholds, codes[i])
        if codes[i, OUTCOME] == APPROVED and _is_flood(
            int(np.int64(statistics[i, KNOWN_TERMS])), int(np.int64(statistics[i, WORDS]))
        ):
            codes[i, OUTCOME] = UNCERTAIN
    return unsettled


@kernel
def _is_flood(known: int, words: int) -> bool:
    """Whether a text says little with many words, as one that repeats itself does.

    Args:
        known: distinct terms that the model knows, of words and of characters.
        words: tokens with a letter.
    """
    return words >= FLOOD_WORDS and known < FLOOD_TERMS * words


@kernel
def _decide(category: F64, reject: float, thresholds: F64, codes: U8) -> None:
    """Decide on one text; its codes hold its reading."""
    size = len(category)
    any_violated = False
    for c in range(size):
        violated = category[c] >= thresholds[c]
        codes[VIOLATED + c] = violated
        any_violated |= violated
    codes[REASONS] = 0
    rejected = any_violated or reject >= thresholds[size]
    if codes[READING] == NOTHING_KNOWN:
        codes[OUTCOME] = NO_KNOWN_TERMS
    elif codes[READING] != ENGLISH and not (rejected and codes[READING] == PERHAPS_ENGLISH):
        codes[OUTCOME] = UNREADABLE
    elif rejected:
        codes[OUTCOME] = REJECTED + _give_reasons(category, codes)
    else:
        codes[OUTCOME] = APPROVED if reject < thresholds[size + 1] else UNCERTAIN


@kernel
def _give_reasons(category: F64, codes: U8) -> int:
    """List the violated categories and return the first.

    Where none reached its threshold, the likeliest is what the comment is rejected for: it counts
    as violated. The likeliest come first, and of equally likely ones the first in order.
    """
    first = VIOLATED + len(category)
    largest = 0
    count = 0
    for c in range(len(category)):
        if category[c] > category[largest]:
            largest = c
        if codes[VIOLATED + c]:
            k = first + count
            while k > first and category[codes[k - 1]] < category[c]:
                codes[k] = codes[k - 1]
                k -= 1
            codes[k] = c
            count += 1
    if count == 0:
        codes[VIOLATED + largest] = 1
        codes[first] = largest
        count = 1
    codes[REASONS] = count
    reason: int = codes[first]
    return reason
