"""Readers of sets that say only whether a text offends.

Jigsaw's whole training file, sentences of it, and the Social Bias Inference Corpus.
"""

from __future__ import annotations

import lzma
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from training.sources.errors import SourceDamaged, SourceLayout, SourceMissing
from training.sources.files import equals, read_files
from training.sources.labels import REJECT, three_valued, yes_or_no
from training.sources.table import build_table

PC2_FILE: Final = "clean_data.csv.xz"
SENTENCE_FILES: Final = (
    ("dev__dev_toxic", True), ("dev__dev_normal", False),
    ("test__test_10k_toxic", True), ("test__test_10k_normal", False),
)  # fmt: skip
SBIC_FILES: Final = ("SBIC.v2.agg.dev.csv", "SBIC.v2.agg.tst.csv")
MOSTLY: Final = 2 / 3
"""Share of the votes from which a post of SBIC counts as offensive; up to a third it does not."""


def read_jigsaw_pc2(folder: Path) -> pd.DataFrame:
    """Read the raw text of Jigsaw's training file, each marked if any of its six labels was given.

    Tweets of another set lie among them; they are copies of comments of `davidson`.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the row's number.

    Raises:
        SourceError: The file is missing, damaged or of another layout.
    """
    path = folder / PC2_FILE
    if not path.is_file():
        raise SourceMissing(f"{PC2_FILE} is not in {folder}")
    try:
        cells = pd.read_csv(path, dtype=object, keep_default_na=False, na_filter=False)
    except (ValueError, EOFError, lzma.LZMAError) as error:
        raise SourceDamaged(f"{path} cannot be parsed: {str(error).strip()}") from error
    if [*cells.columns] != ["is_offensive", "text"]:
        raise SourceLayout(f"{path} has columns {[*cells.columns]}, needs is_offensive, text")
    offensive = equals(cells, "is_offensive", "1", ("0", "1"))
    numbers = [str(n) for n in range(len(cells))]
    return build_table(
        "jigsaw-pc2", cells["text"].tolist(), numbers, {REJECT: yes_or_no(offensive)}
    )


def read_jigsaw_sentences(folder: Path) -> pd.DataFrame:
    """Read sentences of Jigsaw's comments, lower-cased, one a line, toxic and normal apart.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is `<file>:<line>`.

    Raises:
        SourceError: A file is missing or damaged.
    """
    texts: list[str | None] = []
    rows: list[str] = []
    toxic: list[bool] = []
    for name, offends in SENTENCE_FILES:
        path = folder / name
        if not path.is_file():
            raise SourceMissing(f"{name} is not in {folder}")
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise SourceDamaged(f"{path} is not UTF-8 at byte {error.start}") from error
        kept = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
        texts += [line for _, line in kept]
        rows += [f"{name}:{number}" for number, _ in kept]
        toxic += [offends] * len(kept)
    return build_table("jigsaw-sentences", texts, rows, {REJECT: yes_or_no(np.array(toxic))})


def read_sbic(folder: Path) -> pd.DataFrame:
    """Read posts of social networks with the share of annotators who found them offensive.

    Posts between a third and two thirds are unknown. A post that is not offensive is not abusive.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is `<stem>:<row>`.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells = read_files(folder, SBIC_FILES, ("post", "sexYN", "offensiveYN"), text="post")
    offensive = pd.to_numeric(cells["offensiveYN"], errors="coerce").to_numpy(float)
    sexual = pd.to_numeric(cells["sexYN"], errors="coerce").to_numpy(float)
    yes, no = offensive >= MOSTLY, offensive <= 1 - MOSTLY
    nothing = np.zeros(len(cells), bool)
    return build_table(
        "sbic",
        cells["post"].tolist(),
        cells["row_id"].tolist() if "row_id" in cells else [str(n) for n in range(len(cells))],
        {
            REJECT: three_valued(yes, no),
            "vulgarity": three_valued(yes & (sexual >= MOSTLY), no),
            "abuse": three_valued(nothing, no),
        },
    )
