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
"""Times each sentence is filled."""
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
    english = ("english.txt", "everyday_english.txt", "first_names.txt", "places.txt")
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
    for number, (categories, sentence) in enumerate(sentences, 1):
        for _ in range(FILLED):
            texts.append(_fill(sentence, fillers, random))
            named.append(categories)
            groups.append(f"slots:{number}")
    return build_table(
        SOURCE, texts, [str(n) for n in range(len(texts))], _labels(named), groups=groups
    )


def _sentence(line: str, where: str) -> tuple[frozenset[str] | None, str]:
    """Read one line: the categories (None of an approved sentence) and the sentence."""
    cells = line.split("\t")
    if len(cells) != 3 or cells[0] not in ("a", "r") or not cells[2].strip():
        raise SlotsError(f"{where}: needs a or r, categories and a sentence, separated by tabs")
    categories = frozenset(cells[1].split(",")) - {""}
    contradiction = (cells[0] == "a") == bool(categories) or (
        categories & set(ABUSE_KINDS) and "abuse" not in categories
    )
    if contradiction or not categories <= set(CATEGORIES):
        raise SlotsError(f"{where}: decision {cells[0]} and categories {cells[1]!r} do not fit")
    return (categories or None), cells[2]


def _fillers(folder: Path) -> dict[str, Sequence[str]]:
    names = (folder / "first_names.txt").read_text(encoding="utf-8").split()
    places = (folder / "places.txt").read_text(encoding="utf-8").split()
    return {
        "name": [name.capitalize() for name in names],
        "place": [place.capitalize() for place in places],
        "handle": [f"@{name}{ending}" for name in names[::7] for ending in ("", "_1", "88")],
        **tomllib.loads((folder / "fillers.toml").read_text(encoding="utf-8")),
        "letter": _LETTERS,
        "number": [str(n) for n in (*range(1, 120), 200, 250, 500, 1000, 2500, 10000, 70123456)],
        "year": [str(n) for n in range(1990, 2027)],
    }


def _fill(sentence: str, fillers: Mapping[str, Sequence[str]], random: np.random.Generator) -> str:
    def draw(slot: re.Match[str]) -> str:
        choices = fillers[slot[1]]
        return choices[int(random.integers(len(choices)))]

    return _SLOT.sub(draw, sentence)


def _labels(named: Sequence[frozenset[str] | None]) -> dict[str, LabelArray]:
    labels = {REJECT: np.array([YES if keys else NO for keys in named], np.int8)}
    for key in CATEGORIES:
        labels[key] = np.array([YES if key in (keys or ()) else NO for keys in named], np.int8)
    return labels
