from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from training.corpus.augmentation import FEWEST_NEIGHBOURS, augment
from training.corpus.merge import AUGMENTED, WRITTEN, assemble
from training.keys import fold_key
from training.own_labels.annotations import COLUMNS
from training.sources.labels import NO, YES

NEWS = frozenset({"civil-aayan"})


def corpus(make_table: Callable[..., pd.DataFrame], neighbours: int) -> pd.DataFrame:
    written = make_table(
        WRITTEN, ["You are a stupid liar.", "Thank you for the report."], reject=[YES, NO]
    )
    # words that no near-duplicate shares
    random = np.random.default_rng(0)
    words = ["".join(chr(97 + c) for c in random.integers(0, 26, 7)) for _ in range(4 * neighbours)]
    texts = [" ".join(words[4 * n : 4 * n + 4]) for n in range(neighbours)]
    tables = [written]
    if neighbours:
        tables.append(make_table("civil-aayan", texts, reject=[NO] * neighbours))
    annotations = pd.DataFrame({column: [] for column in (*COLUMNS, "reject")})
    return assemble(tables, [], annotations, frozenset(), {}).rows


def test_made_rows_share_label_and_group(make_table: Callable[..., pd.DataFrame]) -> None:
    rows = corpus(make_table, FEWEST_NEIGHBOURS)
    both = augment(rows, frozenset(), NEWS, seed=1)
    made = both[both["source"] == AUGMENTED]
    assert len(made) == 4
    originals = rows[rows["source"] == WRITTEN]
    label_of = dict(zip(originals["group"], originals["reject"], strict=True))
    assert made["reject"].tolist() == [label_of[group] for group in made["group"]]
    assert (made["text"].str.len() > 60).sum() == 2, "two are woven into neighbours"
    assert both["group"].is_monotonic_increasing


def test_nothing_is_woven_without_neighbours(make_table: Callable[..., pd.DataFrame]) -> None:
    both = augment(corpus(make_table, 0), frozenset(), NEWS, seed=1)
    assert (both["source"] == AUGMENTED).sum() == 2


def test_what_judges_is_never_made(make_table: Callable[..., pd.DataFrame]) -> None:
    rows = corpus(make_table, 0)
    free = augment(rows, frozenset(), NEWS, seed=1)
    made = free.loc[free["source"] == AUGMENTED, "text"]
    apart = frozenset(fold_key(text) for text in made)
    held = augment(rows, apart, NEWS, seed=1)
    assert not (held["source"] == AUGMENTED).any()
