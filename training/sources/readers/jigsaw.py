"""Readers of the pieces of Kaggle's Jigsaw Toxic Comment 2018: Wikipedia talk pages.

Mapping of the six labels, one line each:

- toxic: part of `reject` only, it names no guideline.
- severe_toxic: part of `reject` only.
- obscene: `profanity` yes; swearing and sexual vulgarity are mixed, so `vulgarity` stays unknown.
  Not obscene is neither swearing nor vulgar: both no.
- threat: `threat`.
- insult: `personal_attack`.
- identity_hate: `abuse`; the target is not named, so the four kinds stay unknown.
- any of the six: `reject` yes; none of the six: `reject` no. Promotion was not asked about.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from training.sources.files import equals, flags, mask, read_cells, read_files
from training.sources.labels import (
    REJECT,
    LabelArray,
    Mask,
    no_or_unknown,
    yes_or_no,
    yes_or_unknown,
)
from training.sources.table import build_table, count_dropped

SIX_LABELS: Final = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")

FURKAN_FILES: Final = tuple(
    f"Data__{name}.csv" for name in ("identity_hate", "insult", "obscene", "severe_toxic", "toxic")
)
KHANHHK_FOLDER: Final = "jigsaw-khanhhk20k"
KHANHHK_FILES: Final = ("data__raw__text_comment_1.csv", "data__raw__text_comment_2.csv")
HOUMA_BALANCED: Final = "data__balanced_dataset.csv"
HOUMA_SAMPLE: Final = "hist__data__toxic_comments_sample.csv"
# each file holds the positives of one class; the category it stands for
IPPD_CLASSES: Final = {
    "hist__obscene.csv": "profanity",
    "hist__insult.csv": "personal_attack",
    "hist__threat.csv": "threat",
    "hist__identity_hate.csv": "abuse",
}


def six_label_columns(cells: pd.DataFrame) -> dict[str, LabelArray]:
    """Map the six Jigsaw labels as the module says.

    Args:
        cells: Cells with the six columns, 0 or 1.

    Returns:
        int8 (rows,) for reject, profanity, vulgarity, threat, personal_attack and abuse.

    Raises:
        SourceLayout: A label is neither 0 nor 1.
    """
    marks = {name: flags(cells, name) for name in SIX_LABELS}
    return {
        REJECT: yes_or_no(np.logical_or.reduce(list(marks.values()))),
        "profanity": yes_or_no(marks["obscene"]),
        "vulgarity": no_or_unknown(~marks["obscene"]),
        "threat": yes_or_no(marks["threat"]),
        "personal_attack": yes_or_no(marks["insult"]),
        "abuse": yes_or_no(marks["identity_hate"]),
    }


def read_jigsaw_furkan(folder: Path) -> pd.DataFrame:
    """Read five files sampled by class, one comment in several; `clean.csv` adds no comment.

    Rows with the id 0 are word-shuffled copies made to fill the classes, and are dropped. The text
    is lower-cased and stripped: where the first rows of Jigsaw's train.csv lie beside this source
    (jigsaw-khanhhk20k) and agree on `toxic`, the raw text takes its place.

    Args:
        folder: The folder of the source, in the folder of all raw data.

    Returns:
        A row table; `row_id` is Jigsaw's comment id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    columns = ("Unnamed: 0", "id", "comment_text", *SIX_LABELS)
    cells = read_files(folder, FURKAN_FILES, columns, text="comment_text")
    genuine = cells["id"].str.len() == 16  # Jigsaw ids have 16 hex digits, the copies "0" or "0.0"
    kept = cells[genuine].drop_duplicates("id").reset_index(drop=True)
    table = build_table(
        "jigsaw-furkan",
        _raw_texts(kept, folder.parent / KHANHHK_FOLDER),
        kept["id"].tolist(),
        six_label_columns(kept),
    )
    repeated = int(genuine.sum()) - len(kept)
    return count_dropped(table, {"shuffled copy": int((~genuine).sum()), "same id": repeated})


def _raw_texts(cells: pd.DataFrame, raw_folder: Path) -> list[str | None]:
    """Return the texts of furkan rows, raw where the raw file has the same row of train.csv."""
    texts: list[str | None] = cells["comment_text"].tolist()
    if not all((raw_folder / name).is_file() for name in KHANHHK_FILES):
        return texts
    raw = read_files(raw_folder, KHANHHK_FILES, ("comment_text", "labels"), text="comment_text")
    rows = pd.to_numeric(cells["Unnamed: 0"]).astype(int).to_numpy()
    toxic = flags(cells, "toxic")
    raw_texts, raw_toxic = raw["comment_text"].tolist(), flags(raw, "labels")
    for position, row in enumerate(rows):
        if row < len(raw) and raw_toxic[row] == toxic[position] and raw_texts[row]:
            texts[position] = raw_texts[row]
    return texts


def read_jigsaw_hieu2000(folder: Path) -> pd.DataFrame:
    """Read 2,000 raw comments with the six labels.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is Jigsaw's comment id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    path = folder / "toxic_comments.csv"
    cells = read_cells(path, ("id", "comment_text", *SIX_LABELS), text="comment_text")
    return build_table(
        "jigsaw-hieu2000",
        cells["comment_text"].tolist(),
        cells["id"].tolist(),
        six_label_columns(cells),
    )


def read_jigsaw_khanhhk20k(folder: Path) -> pd.DataFrame:
    """Read the first 20,000 rows of train.csv, raw, with the toxic label alone.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is `<stem>:<row>`.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells = read_files(folder, KHANHHK_FILES, ("comment_text", "labels"), text="comment_text")
    # toxic is the only label here; 1 in 200 of its zeros is obscene or insulting all the same
    return build_table(
        "jigsaw-khanhhk20k",
        cells["comment_text"].tolist(),
        (cells["stem"] + ":" + cells["row"]).tolist(),
        {REJECT: yes_or_no(flags(cells, "labels"))},
    )


def read_jigsaw_ak5000(folder: Path) -> pd.DataFrame:
    """Read 5,000 lower-cased comments with the toxic label alone.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the data row.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells = read_cells(folder / "toxic_comments.csv", ("text", "toxic"), text="text")
    return build_table(
        "jigsaw-ak5000",
        cells["text"].tolist(),
        [str(row) for row in range(len(cells))],
        {REJECT: yes_or_no(flags(cells, "toxic"))},  # toxic names no guideline
    )


def read_jigsaw_ippd(folder: Path) -> pd.DataFrame:
    """Read the positives of four classes; a class says nothing about the other three.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is Jigsaw's comment id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells = read_files(folder, tuple(IPPD_CLASSES), ("id", "comment_text"), text="comment_text")
    kept = cells.drop_duplicates("id").reset_index(drop=True)
    labels: dict[str, LabelArray] = {}
    for name, category in IPPD_CLASSES.items():
        members = cells.loc[cells["stem"] == Path(name).stem, "id"]
        # obscene: profanity yes, vulgarity unknown; the other three as in the six labels
        labels[category] = yes_or_unknown(mask(kept["id"].isin(members)))
    texts, row_ids = kept["comment_text"].tolist(), kept["id"].tolist()
    return build_table("jigsaw-ippd", texts, row_ids, labels)


def houma_cells(folder: Path, names: tuple[str, ...]) -> tuple[pd.DataFrame, Mask]:
    """Read the files that mix Civil Comments and Jigsaw rows, each comment once.

    Args:
        folder: The folder of the source.
        names: The files to read.

    Returns:
        Cells with id, comment_text and target; and bool (rows,), where a row is a Civil Comment:
        its ids are numbers of at most eight digits, Jigsaw's are 16 hex digits.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells = read_files(folder, names, ("id", "comment_text", "target"), text="comment_text")
    cells = cells.drop_duplicates("id").reset_index(drop=True)
    return cells, mask(cells["id"].str.fullmatch(r"\d{1,8}"))


def read_jigsaw_houma(folder: Path) -> pd.DataFrame:
    """Read the Jigsaw rows of a file that mixes them with Civil Comments, and 3,000 more.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is Jigsaw's comment id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells, civil = houma_cells(folder, (HOUMA_BALANCED, HOUMA_SAMPLE))
    jigsaw = cells[~civil].reset_index(drop=True)
    toxic = equals(jigsaw, "target", "1.0", ("0.0", "1.0"))
    return build_table(
        "jigsaw-houma",
        jigsaw["comment_text"].tolist(),
        jigsaw["id"].tolist(),
        {REJECT: yes_or_no(toxic)},  # toxic names no guideline
    )
