"""Readers of official full releases that a user may drop into data/raw/.

Both are better than the pieces in the registry wherever they can be had. Labels of Civil Comments
are shares of raters: at least half said yes, or at most a tenth; between, people disagreed and the
label stays unknown. The same two cuts serve all attributes, threat and identity attack included.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet

from training.sources.errors import SourceDamaged, SourceLayout, SourceMissing
from training.sources.files import (
    mask,
    read_cells,
    read_header,
    refuse_other_values,
    require_columns,
)
from training.sources.labels import REJECT, LabelArray, Mask, three_valued, yes_or_unknown
from training.sources.readers.jigsaw import SIX_LABELS, six_label_columns
from training.sources.table import build_table

JIGSAW_2018_NAMES: Final = ("train.csv", "train.csv.zip", "../train.csv")
CIVIL_NAMES: Final = (
    "train.csv",
    "train.csv.zip",
    "all_data.csv",
    "train*.parquet",
    "civil_comments*.parquet",
    "civil_comments*.csv",
)
"""Accepted names, best first; the first pattern with a file is used, with all its files."""

ENOUGH_FOR_YES: Final = 0.5
LITTLE_ENOUGH_FOR_NO: Final = 0.1

# columns of text and of overall toxicity: Kaggle's train.csv, Kaggle's all_data.csv, Hugging Face
CIVIL_LAYOUTS: Final = (
    ("comment_text", "target"),
    ("comment_text", "toxicity"),
    ("text", "toxicity"),
)
# attributes in every layout
CIVIL_ATTRIBUTES: Final = ("obscene", "sexual_explicit", "threat", "insult", "identity_attack")
# Kaggle's identities that raters found mentioned -> the kind of abuse if the comment attacks them
CIVIL_IDENTITIES: Final = {
    "sexism": ("female",),
    "homophobia": ("homosexual_gay_or_lesbian", "bisexual", "transgender"),
    "racism": (
        *("black", "white", "asian", "latino", "other_race_or_ethnicity"),
        *("muslim", "jewish", "christian", "hindu", "buddhist", "other_religion"),
    ),
}


def find_release(folder: Path, names: Sequence[str]) -> list[Path]:
    """Return the files of a release that a user has put in place.

    Args:
        folder: The folder of the source.
        names: Accepted names or patterns, best first; "../" is the folder of all raw data.

    Returns:
        The files of the first pattern that any file matches, sorted; empty where none does.
    """
    for name in names:
        place = folder.parent if name.startswith("../") else folder
        found = sorted(path for path in place.glob(name.removeprefix("../")) if path.is_file())
        if found:
            return found
    return []


def _require_release(folder: Path, names: Sequence[str]) -> list[Path]:
    """Return the files of a release, or say which names are accepted."""
    found = find_release(folder, names)
    if not found:
        raise SourceMissing(f"{folder.name}: put one of these into it: {', '.join(names)}")
    return found


def read_jigsaw_2018(folder: Path) -> pd.DataFrame:
    """Read Kaggle's train.csv of the Jigsaw Toxic Comment Classification Challenge.

    Args:
        folder: data/raw/jigsaw-2018; train.csv may also lie in data/raw itself.

    Returns:
        A row table; `row_id` is Jigsaw's comment id. Labels as in jigsaw.py.

    Raises:
        SourceError: The file is missing, damaged or of another layout.
    """
    path = _require_release(folder, JIGSAW_2018_NAMES)[0]
    cells = read_cells(path, ("id", "comment_text", *SIX_LABELS), text="comment_text")
    return build_table(
        "jigsaw-2018",
        cells["comment_text"].tolist(),
        cells["id"].tolist(),
        six_label_columns(cells),
    )


def read_civil_comments(folder: Path) -> pd.DataFrame:
    """Read the full Civil Comments, in Kaggle's layout or Hugging Face's; no official test rows.

    Args:
        folder: data/raw/civil-comments.

    Returns:
        A row table; Kaggle: `row_id` is the comment id, `group` the article; Hugging Face: the
        data row and no group, because that layout has neither.

    Raises:
        SourceError: No file is there, or one is damaged or of another layout.
    """
    paths = _require_release(folder, CIVIL_NAMES)
    cells = pd.concat([_read_civil_file(path, len(paths) > 1) for path in paths])
    cells = cells.reset_index(drop=True)
    return build_table(
        "civil-comments",
        [text if isinstance(text, str) else "" for text in cells["text"]],
        cells["row_id"].tolist(),
        _civil_labels(cells),
        cells["group"].tolist(),
    )


def _read_civil_file(path: Path, one_of_several: bool) -> pd.DataFrame:
    """Read one file of either layout as text, row_id, group and the shares of raters."""
    parquet = path.suffix == ".parquet"
    header = _parquet_columns(path) if parquet else read_header(path)
    text, whole = _civil_layout(path, header)
    identities = [name for family in CIVIL_IDENTITIES.values() for name in family]
    also = [name for name in ("id", "article_id", "split", *identities) if name in header]
    needed = [text, whole, *CIVIL_ATTRIBUTES]
    if parquet:
        cells = pd.read_parquet(path, columns=[*needed, *also])
    else:
        cells = read_cells(path, needed, text=text, also=also)
    cells = cells.rename(columns={text: "text", whole: "toxicity"})
    prefix = f"{path.stem}:" if one_of_several else ""
    rows = [f"{prefix}{row}" for row in range(len(cells))]
    cells["row_id"] = cells["id"].astype(str) if "id" in cells else rows
    cells["group"] = "article-" + cells["article_id"].astype(str) if "article_id" in cells else ""
    # all_data.csv holds the official test rows as well: they are never trained on
    return cells[cells["split"] == "train"] if "split" in cells else cells


def _parquet_columns(path: Path) -> list[str]:
    """Return the column names of a Parquet file."""
    try:
        return list(pyarrow.parquet.read_schema(path).names)
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise SourceDamaged(f"{path.name} is not a Parquet file: {error}") from error


def _civil_layout(path: Path, header: Sequence[str]) -> tuple[str, str]:
    """Tell Kaggle's layout from Hugging Face's by the columns.

    Returns:
        The column with the text, and the column with the share of raters who said toxic.
    """
    for text, whole in CIVIL_LAYOUTS:
        if text in header and whole in header:
            require_columns(path, header, (text, whole, *CIVIL_ATTRIBUTES))
            return text, whole
    pairs = " or ".join(f"{text} and {whole}" for text, whole in CIVIL_LAYOUTS)
    raise SourceLayout(
        f"{path.name} has the columns {', '.join(header)}; "
        f"the reader needs {pairs}, with {', '.join(CIVIL_ATTRIBUTES)}"
    )


def _civil_labels(cells: pd.DataFrame) -> dict[str, LabelArray]:
    """Map shares of raters to labels."""
    yes, no = {}, {}
    for name in ("toxicity", *CIVIL_ATTRIBUTES):
        # float32 as Hugging Face stores it, so that its 0.1 is not more than a tenth
        share = pd.to_numeric(cells[name], errors="coerce").to_numpy(dtype=np.float32)
        refuse_other_values(name, ~np.isnan(share), "numbers from 0 to 1")
        yes[name] = share >= np.float32(ENOUGH_FOR_YES)
        no[name] = share <= np.float32(LITTLE_ENOUGH_FOR_NO)
    return {
        REJECT: three_valued(yes["toxicity"], no["toxicity"]),  # toxic: one would leave the talk
        "personal_attack": three_valued(yes["insult"], no["insult"]),  # insult of a person or group
        "threat": three_valued(yes["threat"], no["threat"]),
        "abuse": three_valued(yes["identity_attack"], no["identity_attack"]),
        # obscene mixes swearing and vulgarity: yes is taken as swearing, as for Jigsaw
        "profanity": three_valued(yes["obscene"], no["obscene"]),
        # sexually explicit is vulgar; not vulgar must be neither explicit nor obscene
        "vulgarity": three_valued(yes["sexual_explicit"], no["sexual_explicit"] & no["obscene"]),
        **_civil_kinds(cells, yes["identity_attack"]),
    }


def _civil_kinds(cells: pd.DataFrame, attack: Mask) -> dict[str, LabelArray]:
    """Name the kind of an identity attack from the identities that raters found mentioned.

    Mentioned is not attacked: a kind is yes only where the identities of one kind alone are
    mentioned, and otherwise all stay unknown.
    """
    mentioned = {}
    for kind, identities in CIVIL_IDENTITIES.items():
        shares = cells.reindex(columns=list(identities)).apply(pd.to_numeric, errors="coerce")
        mentioned[kind] = mask((shares >= ENOUGH_FOR_YES).any(axis=1))
    alone = np.sum(list(mentioned.values()), axis=0) == 1
    return {kind: yes_or_unknown(attack & alone & named) for kind, named in mentioned.items()}
