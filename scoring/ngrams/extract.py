"""The terms of a text: word and character n-grams, named by 64-bit hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ngrams._hashing import (
    CHARACTER_BASIS,
    PRIME,
    WORD_BASIS,
    character_terms,
    word_terms,
)
from scoring.text.normalise import NormalisedText

LONGEST_NGRAM: Final = 16
"""Tokens or code points: what a text takes in memory grows with the longest n-gram."""


@dataclass(frozen=True, slots=True)
class TermSettings:
    """Which n-grams are terms.

    Attributes:
        longest_word: Longest word n-gram, in tokens; the shortest is one token.
        shortest_character: Shortest character n-gram, in code points, padding included.
        longest_character: Longest character n-gram.
    """

    longest_word: int = 2
    shortest_character: int = 2
    longest_character: int = 5

    def __post_init__(self) -> None:
        fields = (self.longest_word, self.shortest_character, self.longest_character)
        if not all(type(field) is int and 1 <= field <= LONGEST_NGRAM for field in fields):
            raise ValueError(
                f"n-gram lengths are {fields}; each must be a whole number from 1 to "
                f"{LONGEST_NGRAM}"
            )
        if self.shortest_character > self.longest_character:
            raise ValueError(
                f"character n-grams go from {self.shortest_character} to "
                f"{self.longest_character}; the first may not be larger"
            )

    def as_array(self) -> NDArray[np.int64]:
        """Return the settings in the order the compiled code reads them."""
        fields = (self.longest_word, self.shortest_character, self.longest_character)
        return np.array(fields, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one text, in order of appearance.

    Attributes:
        hashes: uint64, one entry an occurrence, word terms first.
        first_tokens: int32, the first token of each occurrence.
        last_tokens: int32, the last token of each occurrence.
        words: How many of the occurrences are word terms.
    """

    hashes: NDArray[np.uint64]
    first_tokens: NDArray[np.int32]
    last_tokens: NDArray[np.int32]
    words: int


def extract_terms(text: NormalisedText, settings: TermSettings) -> Terms:
    """List the terms of a normalised text.

    Args:
        text: The normalised text.
        settings: Which n-grams are terms.

    Returns:
        Every occurrence with its tokens.
    """
    tokens = len(text.token_at) - 1
    sizes = settings.longest_character - settings.shortest_character + 1
    room = sizes * (len(text.codes) + 2 * tokens)
    words = np.empty(settings.longest_word * tokens, np.uint64)
    firsts, lasts = np.empty(len(words), np.int32), np.empty(len(words), np.int32)
    n = word_terms(text.codes, text.token_at, tokens, settings.longest_word, words, firsts, lasts)
    characters, owners = np.empty(room, np.uint64), np.empty(room, np.int32)
    m = character_terms(
        text.codes, text.token_at, tokens,
        settings.shortest_character, settings.longest_character, characters, owners,
    )  # fmt: skip
    return Terms(
        np.concatenate([words[:n], characters[:m]]),
        np.concatenate([firsts[:n], owners[:m]]),
        np.concatenate([lasts[:n], owners[:m]]),
        n,
    )


def hash_term(term: str, *, word: bool) -> int:
    """Hash one n-gram by the same rule as the compiled code, in plain Python.

    Args:
        term: The n-gram's characters, tokens joined by one space.
        word: Whether it is a word n-gram (else a character n-gram).

    Returns:
        The 64-bit hash (FNV-1a over code points).
    """
    state = int(WORD_BASIS if word else CHARACTER_BASIS)
    for character in term:
        state = ((state ^ ord(character)) * int(PRIME)) & 0xFFFFFFFFFFFFFFFF
    return state
