"""Readers of research sets about hate speech.

In all of them hateful means `abuse` yes and `reject` yes; not hateful means `abuse` no and leaves
`reject` unknown, because the comment may still swear or insult, unless its reader says otherwise.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from training.sources.errors import SourceLayout
from training.sources.files import (
    equals,
    flags,
    mask,
    read_cells,
    read_files,
    read_json_lines,
)
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
from training.sources.readers.targets import HATEMOJI_TARGETS, kind_labels
from training.sources.table import build_table, count_dropped

HATEXPLAIN_FILE: Final = "datasets__92_HateXplain__preprocessed.csv"
HATEXPLAIN_LABELS: Final = ("0", "1", "2")
MHS_PREFIX: Final = "0_data__main__1_clean__ken20_en__"
MHS_TRAIN_FILES: Final = (f"{MHS_PREFIX}train_20692.csv", f"{MHS_PREFIX}dev_500.csv")
DYNAHATE_PREFIX: Final = "0_data__main__1_clean__dyn21_en__"
DYNAHATE_FILES: Final = (
    f"{DYNAHATE_PREFIX}dev_500.csv",
    f"{DYNAHATE_PREFIX}test_2000.csv",
    *(f"{DYNAHATE_PREFIX}train__train_10000_rs{seed}.csv" for seed in range(1, 11)),
)
HATEMOJI_FILES: Final = tuple(
    f"HatemojiBuild__{part}.csv" for part in ("train", "validation", "test")
)
GAB_FILES: Final = tuple(
    f"data__majority_gab_dataset_25k__{part}.jsonl" for part in ("dev", "test")
)
# targets: race, religion, nationality, sexual orientation, gender, health
GAB_GROUPS: Final = ("rae", "rel", "nat", "sxo", "gen", "mph")
EDOS_FILE: Final = "data__edos_labelled_aggregated.csv"
EDOS_SPLITS: Final = ("train", "dev", "test")
EDOS_THREAT: Final = "1. threats, plans to harm and incitement"


def read_edos(folder: Path) -> pd.DataFrame:
    """Read the train and dev parts of EDOS: sexism on Reddit and Gab.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is EDOS's own id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    return edos_table(folder, "edos", ("train", "dev"))


def edos_table(folder: Path, source: str, splits: Sequence[str]) -> pd.DataFrame:
    """Read parts of EDOS.

    Args:
        folder: The folder of the source.
        source: Key that the table carries.
        splits: Official parts to read.

    Returns:
        A row table; `row_id` is EDOS's own id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    columns = ("rewire_id", "text", "label_sexist", "label_category", "split")
    cells = read_cells(folder / EDOS_FILE, columns, text="text")
    part = np.logical_or.reduce([equals(cells, "split", name, EDOS_SPLITS) for name in splits])
    cells = cells[part].reset_index(drop=True)
    sexist = equals(cells, "label_sexist", "sexist", ("sexist", "not sexist"))
    threat = mask(cells["label_category"] == EDOS_THREAT)
    labels = {
        # not sexist rules out sexism and nothing else: the other half may be racist or profane
        "sexism": yes_or_no(sexist),
        # sexist posts have exactly one category, so any other category is no threat
        "threat": three_valued(sexist & threat, sexist & ~threat),
    }
    return build_table(source, cells["text"].tolist(), cells["rewire_id"].tolist(), labels)


def read_hatexplain_magpie(folder: Path) -> pd.DataFrame:
    """Read HateXplain: Twitter and Gab, normal, offensive or hateful; text without punctuation.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the data row.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    groups = ("race", "religion", "gender")
    columns = ("text", "label", *(f"label_{group}" for group in groups))
    cells = read_cells(folder / HATEXPLAIN_FILE, columns, text="text")
    hate, normal = (equals(cells, "label", value, HATEXPLAIN_LABELS) for value in ("2", "0"))
    # A flag is set when any annotator named a target of that sort, in normal posts too. Race and
    # religion are racism; gender mixes women, men and gay people, and minority mixes migrants with
    # disabled people, so neither says which kind is meant: only their absence says something.
    race, religion, gender = (flags(cells, f"label_{group}") for group in groups)
    ethnic = race | religion
    labels = {
        # offensive and hateful would both be rejected; normal was said of hate, not of swearing
        REJECT: unknown_where_swearing(yes_or_no(~normal), cells["text"]),
        "abuse": three_valued(hate, normal),  # offensive may be abuse or a mere insult: unknown
        "racism": three_valued(hate & ethnic & ~gender, hate & gender & ~ethnic),
        "sexism": no_or_unknown(hate & ethnic & ~gender),
        "homophobia": no_or_unknown(hate & ethnic & ~gender),
    }
    return build_table("hatexplain-magpie", cells["text"].tolist(), row_numbers(cells), labels)


def row_numbers(cells: pd.DataFrame) -> list[str]:
    """Return 0-based data rows as ids.

    Args:
        cells: Cells of one file, with a fresh index.

    Returns:
        One id a row.
    """
    return [str(row) for row in range(len(cells))]


def read_mhs_ken20(folder: Path) -> pd.DataFrame:
    """Read the train and dev files of Measuring Hate Speech, a score cut in two.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is `<stem>:<row>`.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    return hate_table(
        read_files(folder, MHS_TRAIN_FILES, ("text", "label"), text="text"), "mhs-ken20"
    )


def hate_table(cells: pd.DataFrame, source: str) -> pd.DataFrame:
    """Make a table of cells with `text` and `label`, 1 for hateful.

    Args:
        cells: Cells as `read_files` returns them.
        source: Key that the table carries.

    Returns:
        A row table; `row_id` is `<stem>:<row>`.

    Raises:
        SourceLayout: A label is neither 0 nor 1.
    """
    hateful = flags(cells, "label")
    # the four kinds stay unknown where hateful: these files do not name the target
    labels = {"abuse": yes_or_no(hateful)}
    row_ids = (cells["stem"] + ":" + cells["row"]).tolist()
    return build_table(source, cells["text"].tolist(), row_ids, labels)


def read_dynahate_dyn21(folder: Path) -> pd.DataFrame:
    """Read Dynamically Generated Hate, rebuilt from overlapping samples of it.

    A text is kept once, where it first appears; the few texts with both labels are dropped.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is `<stem>:<row>` of the first appearance.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells = read_files(folder, DYNAHATE_FILES, ("text", "label"), text="text")
    distinct = cells.drop_duplicates(["text", "label"])
    contradictory = distinct.duplicated("text", keep=False)
    table = hate_table(distinct[~contradictory].reset_index(drop=True), "dynahate-dyn21")
    return count_dropped(table, {"both labels": int(contradictory.sum())})


def read_hatemoji(folder: Path) -> pd.DataFrame:
    """Read HatemojiBuild: hate written with emoji, each entry with a contrasting twin.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the entry id, `group` the pair of twins.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    columns = ("entry_id", "text", "type", "target", "label_gold", "matched_id")
    cells = read_files(folder, HATEMOJI_FILES, columns, text="text")
    hateful = flags(cells, "label_gold")
    targets = [_listed(written) for written in cells["target"]]
    threat = mask(cells["type"] == "threateninglanguage")
    labels = {
        "abuse": yes_or_no(hateful),
        # the type is the main one of several a hateful entry may have, so others are unknown
        "threat": three_valued(threat, ~hateful),
        # targets are complete where named
        **kind_labels(hateful, targets, HATEMOJI_TARGETS),
    }
    pairs = zip(cells["entry_id"], cells["matched_id"], strict=True)
    groups = ["pair-" + min(pair, key=int) for pair in pairs]
    return build_table(
        "hatemoji", cells["text"].tolist(), cells["entry_id"].tolist(), labels, groups
    )


def _listed(written: str) -> list[str]:
    """Return the groups in a cell such as "['wom', 'mus']"; "none" is no group."""
    try:
        groups = ast.literal_eval(written)
    except (ValueError, SyntaxError) as error:
        raise SourceLayout("column target: a cell is not a list of groups") from error
    return [str(group) for group in groups if group != "none"]


def read_gabhate(folder: Path) -> pd.DataFrame:
    """Read the dev and test parts of the Gab Hate Corpus.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is Gab's post id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    codes = ("hd", "cv", "vo", *GAB_GROUPS, "pol")
    cells = pd.concat(
        [read_json_lines(folder / name, ("text_id", "Text", *codes)) for name in GAB_FILES]
    )
    cells = cells.reset_index(drop=True)
    labels = _gab_labels({code: flags(cells, code) for code in codes})
    for key in ("profanity", REJECT):
        # vo is language aimed at an individual; the guideline also counts swearing at nobody
        labels[key] = unknown_where_swearing(labels[key], cells["Text"])
    row_ids = cells["text_id"].astype(str).tolist()
    return build_table("gabhate", cells["Text"].tolist(), row_ids, labels)


def _gab_labels(marks: dict[str, Mask]) -> dict[str, LabelArray]:
    """Map Gab's codes: hd human degradation, cv call for violence, vo vulgar or offensive."""
    degrades = marks["hd"] | marks["cv"]
    named = np.logical_or.reduce([marks[group] for group in GAB_GROUPS])
    # contempt for political opponents alone is degradation here, and no abuse under the guideline
    abuse = degrades & (named | ~marks["pol"])
    return {
        REJECT: yes_or_no(degrades | marks["vo"]),  # all three codes were asked of every post
        "abuse": three_valued(abuse, ~degrades),
        "threat": yes_or_no(marks["cv"]),
        "profanity": yes_or_no(marks["vo"]),
        # a flag names a target of the degradation; without it too few annotators may have agreed.
        # gen (women, men and trans people in one) and mph (disability) name no kind.
        "racism": yes_or_unknown(abuse & (marks["rae"] | marks["rel"])),
        "homophobia": yes_or_unknown(abuse & marks["sxo"]),
        "xenophobia": yes_or_unknown(abuse & marks["nat"]),
    }
