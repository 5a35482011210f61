"""Whether the model can read a text: script first, then known English, then an identifier.

A model trained on English gives a number for any text; for one that it cannot read the number
means nothing, and the decision must be a person's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from scoring.language._rules import (
    ENGLISH,
    MOSTLY,
    NOTHING_KNOWN,
    OTHER_SCRIPT,
    UNKNOWN_WORDS,
    first_reading,
)

LanguageIdentifier = Callable[[str], tuple[str, float]]
"""Takes a text; returns an ISO 639 code and its probability in [0, 1], over all its languages."""

UNDETERMINED: Final = "und"
ENGLISH_PROBABILITY: Final = 0.5
"""The identifier's probability of English from which a text counts as English."""
FOREIGN_PROBABILITY: Final = 0.35
"""The identifier's probability of another language that outweighs `MOSTLY` English words.

Measured 2026-11-27 over the lists of English words (data/lists) on 225 abusive and 195 harmless
lines in transliterated Arabic, Kurdish, Persian, Turkish, Hebrew and others, on 300 short harmless
English lines, and on 14,510 written English comments; read as English, and sent to a person:
asked below a share of 0.66 and believed where it says English at 0.5, as before, 12.4 and 5.6 %,
and 8.0 and 1.3 %; sent to a person below that share whatever it says, 5.8 and 0 %, 10.0 and 1.8 %.
"""


class Reading(NamedTuple):
    """Whether and how a text can be read.

    Attributes:
        language: ISO 639 code of the text's language, `und` where it cannot be told.
        readable: Whether the model was trained to judge it.
        rejectable: Whether the model may reject it, as all that is readable; a text of unknown
            words that is in no other language may hold disguised offences.
    """

    language: str
    readable: bool
    rejectable: bool


class TextStatistics(NamedTuple):
    """What the scorer counted in a text, in the order of the columns of `Scores.statistics`.

    Attributes:
        known_terms: Distinct terms that the model knows.
        letters: Letters.
        latin_letters: Those in the Latin alphabet.
        words: Tokens with at least one letter.
        english_words: Those known to be English.
    """

    known_terms: int
    letters: int
    latin_letters: int
    words: int
    english_words: int


_FLOOD: Final = re.compile(r"(\S)\1{5}")
_ENGLISH: Final = Reading("en", readable=True, rejectable=True)


def read(text: str, counted: TextStatistics, identify: LanguageIdentifier) -> Reading:
    """Judge whether an English model can read a text.

    Args:
        text: The comment as sent.
        counted: What the scorer counted in it.
        identify: Names a text's language; asked only where little of it is known English.

    Returns:
        The language and whether the model can judge the text.
    """
    reading = first_reading(*counted)
    if reading == OTHER_SCRIPT:
        return _beyond(script_language(text))
    if reading == NOTHING_KNOWN:
        # a lone emoji or an empty mark-up says nothing against itself; a flood of one sign is held
        harmless = counted.letters == 0 and not _FLOOD.search(text)
        return _ENGLISH if harmless else _beyond(UNDETERMINED)
    if reading == ENGLISH:
        return _ENGLISH
    language, probability = identify(text)
    few = counted.english_words < MOSTLY * counted.words  # or an insult in Latin letters passes
    believed = language == "en" and probability >= ENGLISH_PROBABILITY
    known = reading != UNKNOWN_WORDS  # else never approved, whatever the identifier thinks
    if known and not few and (believed or probability < FOREIGN_PROBABILITY):
        return _ENGLISH
    if language == "en" or probability < FOREIGN_PROBABILITY:
        return Reading(language if language != "en" else UNDETERMINED, False, rejectable=True)
    return _beyond(language)


def _beyond(language: str) -> Reading:
    """A text that the model can make nothing of."""
    return Reading(language, readable=False, rejectable=False)


def is_foreign_tag(declared: str) -> bool:
    """Tell whether a language that a caller gives is one that the model cannot read.

    Args:
        declared: A language tag (BCP 47).

    Returns:
        False for English, whatever its region, and for the tag of no certain language.
    """
    language = declared.split("-")[0].split("_")[0].lower()
    return language not in ("en", "eng", UNDETERMINED)


# Scripts that one language of the region's newsrooms owns; others are left undetermined.
_SCRIPTS: Final = (
    ("ar", 0x0600, 0x06FF),
    ("he", 0x0590, 0x05FF),
    ("ru", 0x0400, 0x04FF),
    ("el", 0x0370, 0x03FF),
    ("hy", 0x0530, 0x058F),
    ("hi", 0x0900, 0x097F),
    ("th", 0x0E00, 0x0E7F),
    ("ko", 0xAC00, 0xD7A3),
    ("ja", 0x3040, 0x30FF),
    ("zh", 0x4E00, 0x9FFF),
)


def script_language(text: str) -> str:
    """Name the language whose script has most letters in a text.

    Args:
        text: A text with letters of a script other than Latin.

    Returns:
        An ISO 639-1 code, the script's most spoken language, or `und`.
    """
    counts = {
        code: sum(first <= ord(character) <= last for character in text)
        for code, first, last in _SCRIPTS
    }
    likeliest = max(counts, key=lambda code: counts[code])
    return likeliest if counts[likeliest] else UNDETERMINED
