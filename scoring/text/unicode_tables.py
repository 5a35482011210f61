"""Tables that tell the normaliser, for each code point, its class and what it folds to."""

from __future__ import annotations

import sys
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

DROPPED: Final = 0
SPACE: Final = 1
LETTER: Final = 2
DIGIT: Final = 3
MARK: Final = 4

TABLE_SIZE: Final = 0x20000
"""Code points above the table are ideographs (kept as letters) or tags (dropped)."""

# Large blocks that fold to themselves; looping over them would double the time to build the table.
_PLAIN_BLOCKS: Final = ((0x3400, 0xA000), (0xA000, 0xA4D0), (0xAC00, 0xD7A4), (0x17000, 0x19000))

# Letters without a decomposition that a reader takes for a Latin one.
_LATIN_LIKE: Final = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
    "‘": "'", "’": "'", "‛": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‐": "-", "‑": "-",
    # small capitals
    "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ꜰ": "f", "ɢ": "g", "ʜ": "h", "ɪ": "i",
    "ᴊ": "j", "ᴋ": "k", "ʟ": "l", "ᴍ": "m", "ɴ": "n", "ᴏ": "o", "ᴘ": "p", "ǫ": "q", "ʀ": "r",
    "ꜱ": "s", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ʏ": "y", "ᴢ": "z",
}  # fmt: skip

NEUTRAL_EMOJI: Final = "☺"
# Emoji that say who or what, not what is thought of them: people, faiths, food and drink, places
# and vehicles, sport and celebration. All fold to one sign, so that none of them is evidence.
_NEUTRAL_BLOCKS: Final = (
    (0x1F300, 0x1F322), (0x1F32D, 0x1F346), (0x1F347, 0x1F34C), (0x1F34D, 0x1F351),
    (0x1F352, 0x1F3FB), (0x1F466, 0x1F47A), (0x1F47C, 0x1F47D), (0x1F481, 0x1F488),
    (0x1F48F, 0x1F492), (0x1F4FF, 0x1F500), (0x1F54B, 0x1F54F), (0x1F574, 0x1F576),
    (0x1F57A, 0x1F57B), (0x1F680, 0x1F700), (0x1F950, 0x1F970), (0x1F9B0, 0x1F9BA),
    (0x1F9C0, 0x1F9E0), (0x1FAC3, 0x1FAC6), (0x1FAD0, 0x1FADE), (0x2600, 0x2605), (0x2614, 0x2616),
    (0x2626, 0x2630), (0x2638, 0x2639), (0x2640, 0x2643), (0x26BD, 0x26BF), (0x26EA, 0x26EB),
    (0x271D, 0x271E), (0x2721, 0x2722),
)  # fmt: skip
FIRST_REGIONAL: Final = 0x1F1E6
LAST_REGIONAL: Final = 0x1F1FF
# Boxed letters that Unicode does not decompose: white on black, circles then squares, and regional
# indicators, two of which are a flag (`fold_points` looks at that).
_BOXED: Final = (0x1F150, 0x1F170, FIRST_REGIONAL)

# Letters of other alphabets that pass for Latin ones; applied only inside a word that has Latin
# letters, so that Russian and Greek words stay as they are.
LOOKALIKES: Final = {
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ѕ": "s",
    "ј": "j", "к": "k", "м": "m", "т": "t", "н": "h", "в": "b", "ԁ": "d", "ո": "n", "α": "a",
    "ο": "o", "ρ": "p", "ε": "e", "ι": "i", "κ": "k", "ν": "v", "υ": "u", "τ": "t", "χ": "x",
    "ɡ": "g", "ⅼ": "l",
}  # fmt: skip


class UnicodeTables(NamedTuple):
    """Arrays indexed by code point below `TABLE_SIZE`.

    Attributes:
        classes: uint8, one of DROPPED, SPACE, LETTER, DIGIT, MARK.
        starts: int32, where the code point's folding starts in `pool`.
        lengths: uint8, how many code points it folds to.
        pool: uint32, all foldings one after another.
        lookalikes: uint32, the Latin letter that a letter of another alphabet passes for, or 0.
    """

    classes: NDArray[np.uint8]
    starts: NDArray[np.int32]
    lengths: NDArray[np.uint8]
    pool: NDArray[np.uint32]
    lookalikes: NDArray[np.uint32]


def _fold(character: str) -> str:
    if character in _LATIN_LIKE:  # ´ would decompose to a space
        return _LATIN_LIKE[character]
    point = ord(character)
    if any(first <= point < end for first, end in _NEUTRAL_BLOCKS):
        return NEUTRAL_EMOJI
    for first in _BOXED:
        if first <= point < first + 26:
            return chr(ord("a") + point - first)
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = (c for c in decomposed if unicodedata.category(c)[0] != "M")
    return "".join(_LATIN_LIKE.get(c, c) for c in kept)


def _classify(folded: str, category: str) -> int:
    if category in ("Cf", "Cs", "Sk") and folded != "'":
        return DROPPED
    if category == "Cc" and not folded.isspace():  # NUL and its like, inside a word too
        return DROPPED
    if category[0] == "Z" or category in ("Cc", "Cn", "Co") or not folded or folded.isspace():
        return DROPPED if category[0] == "M" else SPACE
    if folded[0].isdigit():
        return DIGIT
    return LETTER if unicodedata.category(folded[0])[0] == "L" else MARK


@lru_cache(maxsize=1)
def unicode_tables() -> UnicodeTables:
    """Build the tables once, from Python's Unicode database (about 0.1 s).

    Returns:
        The tables, shared by every caller.
    """
    classes = np.full(TABLE_SIZE, LETTER, dtype=np.uint8)
    starts = np.arange(TABLE_SIZE, dtype=np.int32)
    lengths = np.ones(TABLE_SIZE, dtype=np.uint8)
    extra: list[int] = []
    plain = np.zeros(TABLE_SIZE, dtype=bool)
    for first, end in _PLAIN_BLOCKS:
        plain[first:end] = True
    for code_point in np.flatnonzero(~plain).tolist():
        character = chr(code_point)
        category = unicodedata.category(character)
        folded = _fold(character) if category != "Cs" else ""
        classes[code_point] = _classify(folded, category)
        if folded != character:
            starts[code_point] = TABLE_SIZE + len(extra)
            lengths[code_point] = len(folded)
            extra.extend(map(ord, folded))
    pool = np.concatenate([np.arange(TABLE_SIZE, dtype=np.uint32), np.array(extra, np.uint32)])
    lookalikes = np.zeros(TABLE_SIZE, dtype=np.uint32)
    for foreign, latin in LOOKALIKES.items():
        lookalikes[ord(foreign)] = ord(latin)
    return UnicodeTables(classes, starts, lengths, pool, lookalikes)


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the text's code points.

    Args:
        text: Valid Unicode.

    Returns:
        uint32 array, one entry a code point.

    Raises:
        UnicodeEncodeError: The text holds a lone surrogate.
    """
    codec = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"
    return np.frombuffer(text.encode(codec), dtype=np.uint32)
