"""Readers of sets from Twitter and Reddit."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Final

import pandas as pd

from training.sources.files import equals, mask, read_cells
from training.sources.labels import (
    REJECT,
    LabelArray,
    Mask,
    no_or_unknown,
    three_valued,
    yes_or_no,
    yes_or_unknown,
)
from training.sources.readers.swearing import unknown_where_swearing
from training.sources.table import build_table, count_dropped

DAVIDSON_CLASSES: Final = ("0", "1", "2")
OLID_OFFENCE: Final = ("OFF", "NOT")
OLID_TYPES: Final = ("TIN", "UNT", "NULL")
OLID_TARGETS: Final = ("IND", "GRP", "OTH", "NULL")
DELETED_BODIES: Final = ("[removed]", "[deleted]")
MISOGYNY_MARKS: Final = ("misogyny", "attack", "nothing", "violence")


def read_davidson(folder: Path) -> pd.DataFrame:
    """Read tweets found with a word list: hateful, offensive or neither.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the number in the file's first column. Tweets were exported as
        HTML: their entities are decoded.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    path = folder / "data__labeled_data.csv"
    cells = read_cells(path, ("unnamed_0", "class", "tweet"), text="tweet")
    hateful, offensive, neither = (
        equals(cells, "class", value, DAVIDSON_CLASSES) for value in DAVIDSON_CLASSES
    )
    labels = {
        REJECT: yes_or_no(~neither),
        # offensive is swearing here (94 % hold a swear word or slur); hateful may or may not swear
        "profanity": three_valued(offensive, neither),
        # annotators chose one class: an offensive tweet may be abuse too, so it stays unknown
        "abuse": three_valued(hateful, neither),
    }
    texts = [None if tweet is None else html.unescape(tweet) for tweet in cells["tweet"]]
    return build_table("davidson", texts, cells["unnamed_0"].tolist(), labels)


def read_olid(folder: Path) -> pd.DataFrame:
    """Read the training part of OLID (OffensEval 2019).

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is OLID's id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    columns = ("id", "tweet", "subtask_a", "subtask_b", "subtask_c")
    path = folder / "olid-training-v1.0.tsv"
    return olid_table(read_cells(path, columns, text="tweet", separator="\t"), "olid")


def olid_table(cells: pd.DataFrame, source: str) -> pd.DataFrame:
    """Make a table of OLID's three levels.

    Args:
        cells: Cells with id, tweet, subtask_a, subtask_b and subtask_c.
        source: Key that the table carries.

    Returns:
        A row table; `row_id` is OLID's id.

    Raises:
        SourceLayout: A label is not one of OLID's.
    """
    clean = equals(cells, "subtask_a", "NOT", OLID_OFFENCE)
    untargeted = equals(cells, "subtask_b", "UNT", OLID_TYPES)
    individual = equals(cells, "subtask_c", "IND", OLID_TARGETS)
    group = equals(cells, "subtask_c", "GRP", OLID_TARGETS)
    labels = {
        REJECT: yes_or_no(~clean),
        "profanity": three_valued(untargeted, clean),  # untargeted offence is swearing
        "personal_attack": three_valued(individual, clean),  # offence at an individual
        "abuse": three_valued(group, clean),  # offence at a group; political groups are among them
        "threat": no_or_unknown(clean),  # threats count as offence, and are not told apart
    }
    return build_table(source, cells["tweet"].tolist(), cells["id"].tolist(), labels)


def read_misogyny_reddit(folder: Path) -> pd.DataFrame:
    """Read posts and comments of subreddits about women, one row for each.

    A post with several misogynous passages has several lines upstream: they are put together.
    Deleted texts are dropped, and misogyny that is in a picture and not in the text.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is Reddit's id, `group` the thread.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    columns = ("entry_id", "link_id", "body", "image", "level_1", "level_2", "level_3")
    cells = read_cells(folder / "data__final_labels.csv", columns, text="body")
    marks = _misogyny_marks(cells).groupby(cells["entry_id"], sort=False).any()
    entries = cells.drop_duplicates("entry_id").reset_index(drop=True)
    deleted = mask(entries["body"].isin(DELETED_BODIES))
    pictured = mask(entries["image"] == "Yes") & mask(marks["misogyny"])
    kept = ~(deleted | pictured)
    texts = entries.loc[kept, "body"].tolist()
    labels = _misogyny_labels({name: mask(marks[name])[kept] for name in MISOGYNY_MARKS})
    # annotators looked for misogyny and personal attacks; three in four that swear have neither
    labels[REJECT] = unknown_where_swearing(labels[REJECT], texts)
    row_ids, threads = (entries.loc[kept, name].tolist() for name in ("entry_id", "link_id"))
    table = build_table("misogyny-reddit", texts, row_ids, labels, threads)
    counts = {"same post": len(cells) - len(entries), "deleted upstream": int(deleted.sum())}
    return count_dropped(table, {**counts, "misogyny in a picture": int(pictured.sum())})


def _misogyny_marks(cells: pd.DataFrame) -> pd.DataFrame:
    """Say for each line upstream what it marks (lines, marks)."""
    kind, nature = cells["level_2"], cells["level_3"]
    return pd.DataFrame(
        {
            "misogyny": equals(
                cells, "level_1", "Misogynistic", ("Misogynistic", "Nonmisogynistic")
            ),
            "attack": kind.str.endswith("personal_attack"),
            "nothing": kind == "None_of_the_categories",
            "violence": nature.isin(
                ("Threatening_Physical_violence", "Threatening_Sexual_violence")
            ),
        }
    )


def _misogyny_labels(marks: dict[str, Mask]) -> dict[str, LabelArray]:
    """Map the expert annotators' taxonomy."""
    rejected = marks["misogyny"] | marks["attack"]
    return {
        # none of the categories: fit to publish; counter-speech may be anything, so unknown
        REJECT: three_valued(rejected, marks["nothing"] & ~rejected),
        "sexism": yes_or_no(marks["misogyny"]),  # misogyny is contempt for women
        "personal_attack": yes_or_unknown(marks["attack"]),  # asked for in some posts only
        "threat": yes_or_unknown(marks["violence"]),  # wishing or urging violence against women
    }
