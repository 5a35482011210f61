"""Ways in which people disguise a word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

Disguise = Callable[[str, np.random.Generator], str]

_LEET: Final = str.maketrans("aeiostAEIOST", "431057431057")
_LOOKALIKES: Final = str.maketrans("aceopxyiACEOPXBHKMT", "асеорхуіАСЕОРХВНКМТ")
_GLUED: Final = ("the", "you", "my", "so", "big", "all")
_SHORTEST: Final = 3
"""Words of fewer letters are left as they are."""


def _inner(word: str, random: np.random.Generator) -> int:
    """Draw a place inside a word, neither its first letter nor its last."""
    return int(random.integers(1, len(word) - 1))


def _mask(word: str, random: np.random.Generator) -> str:
    place = _inner(word, random)
    return word[:place] + "*" + word[place + 1 :]


def _stretch(word: str, random: np.random.Generator) -> str:
    place = _inner(word, random)
    return word[:place] + word[place] * 4 + word[place + 1 :]


def _delete(word: str, random: np.random.Generator) -> str:
    place = _inner(word, random)
    return word[:place] + word[place + 1 :]


def _swap(word: str, random: np.random.Generator) -> str:
    place = _inner(word, random)
    return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]


def _tag(word: str, random: np.random.Generator) -> str:
    place = _inner(word, random)
    return f"{word[:place]}<b>{word[place]}</b>{word[place + 1 :]}"


def _glue(word: str, random: np.random.Generator) -> str:
    return _GLUED[int(random.integers(len(_GLUED)))] + word


def _full_width(word: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word)


def _entities(word: str) -> str:
    return "".join(f"&#{ord(c)};" for c in word)


DISGUISES: Final[Mapping[str, Disguise]] = {
    "leetspeak": lambda word, _: word.translate(_LEET),
    "one letter masked": _mask,
    "dots between letters": lambda word, _: ".".join(word),
    "spaces between letters": lambda word, _: " ".join(word),
    "hyphens between letters": lambda word, _: "-".join(word),
    "a letter repeated": _stretch,
    "Cyrillic look-alikes": lambda word, _: word.translate(_LOOKALIKES),
    "zero-width spaces": lambda word, _: "\u200b".join(word),
    "combining marks": lambda word, _: "".join(c + "\u0336" for c in word),
    "full width": lambda word, _: _full_width(word),
    "HTML tag inside": _tag,
    "HTML entities": lambda word, _: _entities(word),
    "a letter left out": _delete,
    "two letters swapped": _swap,
    "glued to a word": _glue,
    "as a link": lambda word, _: f"https://{word.lower()}.com",
}
"""What is done to a word, by name."""


def word_ranges(text: str) -> list[tuple[int, int]]:
    """Give start and end of each run of characters between white space.

    Args:
        text: Any text.
    """
    found, at = [], 0
    for word in text.split():
        start = text.index(word, at)
        at = start + len(word)
        found.append((start, at))
    return found


def disguise(
    text: str, words: list[tuple[int, int]], change: Disguise, random: np.random.Generator
) -> str:
    """Disguise some words of a text.

    Args:
        text: The comment.
        words: Start and end of the words, in code points.
        change: What is done to each; words of fewer than three letters are left.
        random: Of the draw.

    Returns:
        The disguised comment.
    """
    for start, end in sorted(set(words), reverse=True):
        word = text[start:end]
        if len(word) >= _SHORTEST and word.isalpha():
            text = text[:start] + change(word, random) + text[end:]
    return text
