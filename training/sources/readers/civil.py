"""Readers of the pieces of Civil Comments: comments on local news sites, the closest to our own.

None of these pieces is a natural sample, and none has an article id.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from training.keys import fold
from training.sources.files import equals, read_cells, read_files
from training.sources.labels import (
    REJECT,
    LabelArray,
    Mask,
    no_or_unknown,
    three_valued,
    yes_or_no,
    yes_or_unknown,
)
from training.sources.readers.jigsaw import HOUMA_BALANCED, houma_cells
from training.sources.readers.swearing import unknown_where_swearing
from training.sources.table import build_table

AAYAN_FILES: Final = ("data__threat.csv", "data__safe.csv", "toxic_language.csv")
SAFE_LABEL: Final = "0"
AAYAN_LABELS: Final = (SAFE_LABEL, "5", "9")
# span type of civil-toxicspans -> category
SPAN_TYPES: Final = {
    "Insult": "personal_attack",
    "Profane/Obscene": "profanity",
    "Identity based Attack": "abuse",
    "Threat": "threat",
}
SEMEVAL_TEST: Final = "SemEval2021__data__tsd_test.csv"


def read_civil_houma(folder: Path) -> pd.DataFrame:
    """Read the Civil Comments rows of a file that mixes them with Jigsaw rows.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is Civil Comments' id. The text is lower-cased and stripped.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells, civil = houma_cells(folder, (HOUMA_BALANCED,))
    rows = cells[civil].reset_index(drop=True)
    toxic = equals(rows, "target", "1.0", ("0.0", "1.0"))
    return build_table(
        "civil-houma",
        rows["comment_text"].tolist(),
        rows["id"].tolist(),
        {REJECT: yes_or_no(toxic)},  # toxic names no guideline
    )


def read_civil_aayan(folder: Path) -> pd.DataFrame:
    """Read clean, toxic and violent-talk comments; the last are also among the toxic ones.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is `<stem>:<row>`.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells = read_files(folder, AAYAN_FILES, ("text", "label"), text="text")
    safe = equals(cells, "label", SAFE_LABEL, AAYAN_LABELS)
    # safe.csv: raters found nothing toxic, so no toxicity category; promotion was not asked about.
    # threat.csv talks of violence and is mostly no threat, so threat stays unknown; it and
    # toxic_language.csv say that raters found the comment toxic and not why: reject alone.
    clean = ("profanity", "threat", "personal_attack", "vulgarity", "abuse")
    labels = {REJECT: yes_or_no(~safe), **{key: no_or_unknown(safe) for key in clean}}
    row_ids = (cells["stem"] + ":" + cells["row"]).tolist()
    return build_table("civil-aayan", cells["text"].tolist(), row_ids, labels)


def read_civil_toxicspans(folder: Path) -> pd.DataFrame:
    """Read comments with typed spans, without those of the SemEval-2021 test set.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is Civil Comments' id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    return _toxicspans(folder, "civil-toxicspans", test=False)


def read_civil_toxicspans_test(folder: Path) -> pd.DataFrame:
    """Read the comments of the SemEval-2021 test set, with the labels of `civil-toxicspans`.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is Civil Comments' id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    return _toxicspans(folder, "civil-toxicspans-test", test=True)


def _toxicspans(folder: Path, source: str, *, test: bool) -> pd.DataFrame:
    """Read one side of the SemEval-2021 split; copies of a test comment are on the test side."""
    columns = ("comment_id", "comment_text")
    comments = read_cells(folder / "data__comments.csv", columns, text="comment_text")
    held_back = read_cells(folder / SEMEVAL_TEST, ("text",), text="text")["text"]
    keys = {fold(text) for text in held_back if text}
    texts = comments["comment_text"]
    in_test = np.array([fold(text or "") in keys for text in texts], dtype=np.bool_)
    side = comments[in_test == test].reset_index(drop=True)
    marks, workers = _workers_by_type(folder, side["comment_id"])
    labels = _span_labels(marks, workers)
    labels["profanity"] = unknown_where_swearing(labels["profanity"], side["comment_text"])
    return build_table(source, side["comment_text"].tolist(), side["comment_id"].tolist(), labels)


def _workers_by_type(folder: Path, ids: pd.Series[str]) -> tuple[pd.DataFrame, pd.Series[int]]:
    """Count who marked what.

    Returns:
        Workers who marked a span of each type (comments, types), and workers who marked any span
        (comments,), both in the order of `ids`.
    """
    annotations = read_cells(
        folder / "data__annotations.csv", ("annotation", "comment_id", "worker")
    )
    spans = read_cells(folder / "data__spans.csv", ("annotation", "type"))
    marked = spans.merge(annotations, on="annotation")
    workers = marked.groupby("comment_id")["worker"].nunique().reindex(ids, fill_value=0)
    once = marked.drop_duplicates(["comment_id", "worker", "type"])
    marks = pd.crosstab(once["comment_id"], once["type"]).reindex(ids, fill_value=0)
    return marks.reindex(columns=list(SPAN_TYPES), fill_value=0), workers


def _span_labels(marks: pd.DataFrame, workers: pd.Series[int]) -> dict[str, LabelArray]:
    """Map typed spans to labels.

    Every comment was pre-selected as toxic, and "all toxic" with "not toxic" are both ticked on
    thousands of annotations without spans: nothing here says that a comment is clean.
    """
    total = workers.to_numpy()
    judged: Mask = total >= 2
    # two workers marked something toxic: a moderator would reject; otherwise nothing is known
    labels = {REJECT: yes_or_unknown(judged)}
    for span_type, category in SPAN_TYPES.items():
        votes = marks[span_type].to_numpy()
        # yes: two workers, and half of those who marked spans, chose this type
        # no: two workers marked spans and none chose this type
        labels[category] = three_valued((votes >= 2) & (votes >= total / 2), (votes == 0) & judged)
    return labels
