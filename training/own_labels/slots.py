"""Augmentation: written sentences whose slots are filled at random, so that no filler is evidence.

The rows train with a small weight and never judge: what fills a slot was drawn, not read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from scoring.guidelines import ABUSE_KINDS, CATEGORIES
from training.errors import TrainingError
from training.sources.labels import NO, REJECT, YES, LabelArray
from training.sources.table import build_table

SOURCE: Final = "slots"
"""As `training.corpus.merge.SLOTS`."""
FILLED: Final = 15
"""Times a sentence is filled that says nothing else."""
_NAMES: Final = ("first_names.txt",)
_SLOT: Final = re.compile(r"\{(\w+)\}")
_LETTERS: Final = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class SlotsError(TrainingError):
    """A line of the file of sentences with slots is malformed."""


class KnownWords(NamedTuple):
    """Words that a text may hold and be English, and words that show that it is not.

    Attributes:
        english: English words, and names of people, places and peoples, in lower case.
        foreign: Frequent words of other languages, in lower case.
    """

    english: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def read_known_words(folder: Path) -> KnownWords:
    """Read the listed names, places, English and foreign words.

    Args:
        folder: The folder data/lists.

    Returns:
        The words; none where there is no such folder.
    """
    english = ("english.txt", "everyday_english.txt", *_NAMES, "surnames.txt", "places.txt")
    foreign = ("not_english.txt", "other_languages.txt")
    return KnownWords(_read_words(folder, english), _read_words(folder, foreign))


def _read_words(folder: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    paths = [folder / name for name in names]
    return tuple(
        word for path in paths if path.exists() for word in path.read_text(encoding="utf-8").split()
    )


def read_slots(folder: Path, seed: int) -> pd.DataFrame:
    """Read sentences with slots and fill them.

    Args:
        folder: The folder data/lists.
        seed: Of the draw.

    Returns:
        A row table (training.sources.table), every label known: `FILLED` rows a sentence, which
        share a group; empty where there is no file of sentences.

    Raises:
        SlotsError: A line is not valid; the message names file and line.
    """
    path = folder / "slots.tsv"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    sentences = [_sentence(line, f"{path} line {n}") for n, line in enumerate(lines, 1)]
    fillers = _fillers(folder) if sentences else {}
    random = np.random.default_rng(seed)
    texts, named, groups = [], [], []
    for number, sentence in enumerate(sentences, 1):
        texts += _filled(sentence, fillers, random)
        named += [sentence.categories] * sentence.times
        groups += [f"slots:{number}"] * sentence.times
    return build_table(
        SOURCE, texts, [str(n) for n in range(len(texts))], _labels(named), groups=groups
    )


class _Sentence(NamedTuple):
    """A line of the file: categories (None of an approved sentence), text, times it is filled."""

    categories: frozenset[str] | None
    text: str
    times: int


def _sentence(line: str, where: str) -> _Sentence:
    """Read one line."""
    cells = line.split("\t")
    if len(cells) not in (3, 4) or cells[0] not in ("a", "r") or not cells[2].strip():
        raise SlotsError(
            f"{where}: needs a or r, categories, a sentence and, if more than {FILLED}, how many "
            "times it is filled, separated by tabs"
        )
    categories = frozenset(cells[1].split(",")) - {""}
    contradiction = (cells[0] == "a") == bool(categories) or (
        categories & set(ABUSE_KINDS) and "abuse" not in categories
    )
    if contradiction or not categories <= set(CATEGORIES):
        raise SlotsError(f"{where}: decision {cells[0]} and categories {cells[1]!r} do not fit")
    times = cells[3] if len(cells) == 4 else str(FILLED)
    if not times.isdecimal() or int(times) < 1:
        raise SlotsError(f"{where}: filled {times!r} times; needs a whole number above 0")
    return _Sentence(categories or None, cells[2], int(times))


def _fillers(folder: Path) -> dict[str, Sequence[str]]:
    names, places = _read_words(folder, _NAMES), _read_words(folder, ("places.txt",))
    surnames, words = (
        _read_words(folder, ("surnames.txt",)),
        _read_words(folder, ("plain_words.txt",)),
    )
    return {
        "surname": [name.capitalize() for name in surnames],
        "word": words,
        "name": [name.capitalize() for name in names],
        "place": [place.capitalize() for place in places],
        "handle": [f"@{name}{ending}" for name in names[::7] for ending in ("", "_1", "88")],
        **tomllib.loads((folder / "fillers.toml").read_text(encoding="utf-8")),
        "letter": _LETTERS,
        "number": [str(n) for n in (*range(1, 120), 200, 250, 500, 1000, 2500, 10000, 70123456)],
        "year": [str(n) for n in range(1990, 2027)],
    }


def _filled(
    sentence: _Sentence, fillers: Mapping[str, Sequence[str]], random: np.random.Generator
) -> list[str]:
    """Fill a sentence as often as it says; no filler comes twice before each has come once."""
    slots = _SLOT.findall(sentence.text)
    drawn = []
    for slot in slots:
        size = len(fillers[slot])
        rounds = -(-sentence.times // size)
        order = np.concatenate([random.permutation(size) for _ in range(rounds)])
        drawn.append([fillers[slot][int(place)] for place in order[: sentence.times]])
    pieces = _SLOT.split(sentence.text)[::2]  # what stands between the slots
    if not slots:
        return [sentence.text] * sentence.times
    return [
        "".join(piece + filler for piece, filler in zip(pieces, (*chosen, ""), strict=True))
        for chosen in zip(*drawn, strict=True)
    ]


def _labels(named: Sequence[frozenset[str] | None]) -> dict[str, LabelArray]:
    labels = {REJECT: np.array([YES if keys else NO for keys in named], np.int8)}
    for key in CATEGORIES:
        labels[key] = np.array([YES if key in (keys or ()) else NO for keys in named], np.int8)
    return labels
