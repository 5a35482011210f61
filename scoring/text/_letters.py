"""Compiled counts of a text's letters and words, by which its language is judged."""

from __future__ import annotations

from typing import Final

from scoring.compilation.array_types import U8, U32
from scoring.compilation.jit import kernel
from scoring.text._words import is_plain_letter

KNOWN_TERMS: Final = 0
LETTERS: Final = 1
LATIN_LETTERS: Final = 2
WORDS: Final = 3
ENGLISH_WORDS: Final = 4
STATISTICS: Final = 5
"""How many counts a text has; those above are their columns."""


@kernel
def _is_name(code: int) -> bool:
    """Whether a token's first letter makes it URL, EMAIL or HANDLE: of no language."""
    return 65 <= code <= 90


@kernel
def count_letters(out: U32, begin: int, end: int, classes: U8) -> tuple[int, int, bool]:
    """Count a token's letters.

    Args:
        out: uint32, token code points.
        begin: the first one.
        end: where the token ends, exclusive.
        classes: uint8, `UnicodeTables.classes`.

    Returns:
        Letters, Latin letters, and whether the token is a word: one with letters that names no
        address and in which no star masks a letter (f*ck is a word of no list, and says nothing
        about the language).
    """
    if _is_name(out[begin]):
        return 0, 0, False
    latin = 0
    others = 0
    masked = False
    for k in range(begin, end):
        code = out[k]
        if is_plain_letter(code):
            latin += 1
        elif code == 42:
            masked = True
        elif code >= 128 and (code >= len(classes) or classes[code] == 2):
            others += 1
    return latin + others, latin, latin + others > 0 and not masked
