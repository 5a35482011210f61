"""Compiled counts of a text's letters and words, by which its language is judged."""

from __future__ import annotations

from typing import Final

from numba import njit

from scoring.array_types import I32, U8, U32, U64
from scoring.index_kernel import WINDOW, find_rows
from scoring.word_kernel import is_plain_letter

KNOWN_TERMS: Final = 0
LETTERS: Final = 1
LATIN_LETTERS: Final = 2
WORDS: Final = 3
ENGLISH_WORDS: Final = 4
STATISTICS: Final = 5
"""How many counts a text has; those above are their columns."""


@njit(nogil=True)
def _is_name(code: int) -> bool:
    """Whether a token's first letter makes it URL, EMAIL or HANDLE: of no language."""
    return 65 <= code <= 90


@njit(nogil=True)
def _count_letters(out: U32, begin: int, end: int, classes: U8) -> tuple[int, int, bool]:
    """Letters and Latin letters of a token, and whether a star masks some."""
    latin = 0
    others = 0
    masked = False  # f*ck is a word of no list; it says nothing about the language
    for k in range(begin, end):
        code = out[k]
        if is_plain_letter(code):
            latin += 1
        elif code == 42:
            masked = True
        elif code >= 128 and (code >= len(classes) or classes[code] == 2):
            others += 1
    return latin + others, latin, masked


@njit(nogil=True)
def read_letters(
    out: U32, token_at: I32, tokens: int, classes: U8, hashes: U64, longest: int,
    english_starts: I32, english_offsets: U8, english_slots: U64, singles: U64, rows: I32,
    strays: I32, stats: I32,
) -> None:  # fmt: skip
    """Count letters, Latin letters, words, and words known to be English.

    Args:
        out, token_at, tokens: the tokens, as in `cut_tokens`.
        classes: uint8, `UnicodeTables.classes`.
        hashes: uint64, the word terms of up to `longest` tokens, as `word_terms` leaves them.
        longest: the longest word term, in tokens.
        english_starts, english_offsets, english_slots: hashes of English words, as in `find_rows`.
        singles, rows, strays: uint64, int32, int32 scratch with room for `tokens + 1` entries.
        stats: int32 (STATISTICS), added to.
    """
    words = 0
    single = 0  # where the token's own hash stands among those of longer runs
    for t in range(tokens):
        begin = token_at[t]
        if not _is_name(out[begin]):
            letters, latin, masked = _count_letters(out, begin, token_at[t + 1], classes)
            stats[LETTERS] += letters
            stats[LATIN_LETTERS] += latin
            if letters > 0 and not masked:
                singles[words] = hashes[single]
                words += 1
        single += min(longest, tokens - t)
    find_rows(singles, words, english_starts, english_offsets, english_slots, rows, strays)
    unknown = len(english_slots) - WINDOW
    stats[WORDS] += words
    for k in range(words):
        stats[ENGLISH_WORDS] += rows[k] < unknown
