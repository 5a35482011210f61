"""Compiled first reading: what the counts of a text say of whether an English model can read it."""

from __future__ import annotations

from typing import Final

from scoring.compilation.jit import kernel

UNREAD: Final = 0
ENGLISH: Final = 1
FOREIGN: Final = 2
NOTHING_KNOWN: Final = 3
OTHER_SCRIPT: Final = 4
DOUBTFUL: Final = 5
UNKNOWN_WORDS: Final = 6
PERHAPS_ENGLISH: Final = 7
"""Readings of a text: not read yet; English; another language; of no known term, in no language
that can be told; partly in another script; the identifier must be asked; not a word known to be
English; hardly a word known to be English, but no other language either, as where a swear word is
disguised: it may be rejected and is never approved. Those from OTHER_SCRIPT to UNKNOWN_WORDS do not
last: `scoring.language.detect.read` settles them."""

FOREIGN_LETTERS: Final = 6
"""From this many letters of another script on, part of the message is beyond the model."""
MANY_WORDS: Final = 10
"""In a text of this many words, `MOSTLY` of them English settle it."""
MOSTLY: Final = 0.66
"""Two of three words, as in "thank you" and a name that nobody has listed."""


@kernel
def first_reading(known: int, letters: int, latin: int, words: int, english: int) -> int:
    """Read a text by what was counted in it.

    Args:
        known: distinct terms that the model knows.
        letters, latin: letters, and those in the Latin alphabet.
        words, english: tokens with a letter, and those known to be English.

    Returns:
        ENGLISH, NOTHING_KNOWN, OTHER_SCRIPT, UNKNOWN_WORDS or DOUBTFUL.
    """
    if letters - latin >= FOREIGN_LETTERS or (letters > 0 and latin == 0):
        return OTHER_SCRIPT
    if known == 0:
        return NOTHING_KNOWN
    if english == 0 and words > 0:
        return UNKNOWN_WORDS
    if english == words or (words >= MANY_WORDS and english >= MOSTLY * words):
        return ENGLISH
    return DOUBTFUL
