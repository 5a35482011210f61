"""Augmentation: written comments with words disguised, and woven into longer ones.

The rows train with a small weight and never judge. Harmless comments are treated like offending
ones, so that neither a disguise nor a neighbouring sentence is evidence by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from training.corpus.disguises import DISGUISES, Disguise, disguise, word_ranges
from training.corpus.merge import AUGMENTED, WRITTEN
from training.keys import fold_keys
from training.sources.labels import NO, REJECT, YES

LOSSY: Final = (
    "leetspeak", "one letter masked", "a letter left out", "two letters swapped",
    "a letter repeated", "glued to a word", "as a link",
)  # fmt: skip
"""Disguises that no normalisation undoes."""
LONGEST: Final = 200
"""Code points of a comment that is changed."""
FEWEST_NEIGHBOURS: Final = 100
"""Harmless news comments below which nothing is woven."""
WOVEN: Final = 5000
"""Comments of each decision that are woven into longer ones."""
_MOST_WORDS: Final = 4
_NEIGHBOURS: Final = (2, 6)


def augment(
    rows: pd.DataFrame, apart: frozenset[str], news: frozenset[str], seed: int
) -> pd.DataFrame:
    """Disguise every short written comment once, and weave some into longer ones.

    Args:
        rows: Training rows of a corpus.
        apart: Keys of comments never trained on, nor is a row made here that happens to be one.
        news: Keys of the news sources, whose harmless comments written ones are woven into.
        seed: Of the draw.

    Returns:
        The rows and those made of them, which share the labels and the groups of the written
        comments in them, so that no fold holds one without the other; ordered by group.
    """
    written = (rows["source"] == WRITTEN) & (rows["text"].str.len() <= LONGEST)
    short = rows[written].reset_index(drop=True)
    random = np.random.default_rng(seed)
    originals: list[str] = short["text"].tolist()
    texts = [_disguised(text, random) for text in originals]
    chosen = [*range(len(short))]
    neighbours = _neighbours(rows, news)
    if len(neighbours) >= FEWEST_NEIGHBOURS:
        woven = _chosen(short, random)
        texts += [_woven(originals[row], neighbours, random) for row in woven]
        chosen += woven
    made = short.iloc[chosen].assign(
        text=texts, source=AUGMENTED, key=fold_keys(texts), inclusion_probability=np.nan
    )
    new = ~made["key"].isin(apart | set(rows["key"])) & ~made["key"].duplicated()
    both = pd.concat([rows, made[new]], ignore_index=True)
    return both.sort_values("group", kind="stable").reset_index(drop=True)


def _neighbours(rows: pd.DataFrame, news: frozenset[str]) -> list[str]:
    """List short harmless news comments that nobody drew to judge."""
    fit = (
        rows["source"].isin(news)
        & (rows[REJECT] == NO)
        & ~rows["annotated"]
        & rows["text"].str.len().between(20, LONGEST)
    )
    return [text.strip() for text in rows.loc[fit, "text"]]


def _disguised(text: str, random: np.random.Generator) -> str:
    """Disguise one to four words, drawn; each comment in one way."""
    words = _words(text)
    if not words:
        return text
    count = min(len(words), int(random.integers(1, _MOST_WORDS + 1)))
    drawn = random.choice(len(words), count, replace=False).tolist()
    change: Disguise = DISGUISES[LOSSY[int(random.integers(len(LOSSY)))]]
    return disguise(text, [words[place] for place in drawn], change, random)


def _words(text: str) -> list[tuple[int, int]]:
    """Give start and end of the words that may be disguised."""
    found = []
    for start, end in word_ranges(text):
        word = text[start:end]
        bare = word.strip(".,!?;:\"'()")
        if len(bare) >= 3 and bare.isascii() and bare.isalpha():
            start += word.index(bare)
            found.append((start, start + len(bare)))
    return found


def _chosen(short: pd.DataFrame, random: np.random.Generator) -> list[int]:
    """Draw as many rejected as approved comments."""
    rows: list[int] = []
    for label in (YES, NO):
        those = np.flatnonzero(short[REJECT].to_numpy() == label)
        rows += random.choice(those, min(WOVEN, len(those)), replace=False).tolist()
    return rows


def _woven(text: str, neighbours: Sequence[str], random: np.random.Generator) -> str:
    """Put a comment among some neighbours, anywhere."""
    count = int(random.integers(*_NEIGHBOURS))
    drawn = random.choice(len(neighbours), count, replace=False).tolist()
    parts = [neighbours[place] for place in drawn]
    parts.insert(int(random.integers(count + 1)), text)
    return " ".join(part if part[-1] in ".!?" else f"{part}." for part in parts)
