"""Readers of what is measured on and never trained on, in the same row table."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from training.sources.files import (
    equals,
    flags,
    mask,
    read_cells,
    read_files,
    read_header,
    read_pairs,
    refuse_other_values,
)
from training.sources.labels import REJECT, three_valued, yes_or_no
from training.sources.readers.hate import MHS_PREFIX, edos_table, hate_table, row_numbers
from training.sources.readers.social import olid_table
from training.sources.readers.targets import HATECHECK_TARGETS, kind_labels
from training.sources.table import build_table

MADLIBS_FOLDER: Final = "archive__unintended_ml_bias__eval_datasets__"
PERSPECTIVE_FILE: Final = "example_data__perspective_wikipedia_2k_score_sample_20180829.csv"
OLID_LEVELS: Final = {"subtask_a": "levela", "subtask_b": "levelb", "subtask_c": "levelc"}
HATEFUL: Final = ("hateful", "non-hateful")
# functionalities of HateCheck that mention an identity or counter hate: no swearing, no insult
HATECHECK_INNOCENT: Final = (
    "ident_neutral_nh",
    "ident_pos_nh",
    "counter_quote_nh",
    "counter_ref_nh",
)
# functionalities whose sentences are fit to publish
HATECHECK_APPROVED: Final = (
    *HATECHECK_INNOCENT,
    "negate_neg_nh",
    "slur_homonym_nh",
    "slur_reclaimed_nh",
)
HATECHECK_THREATS: Final = ("threat_dir_h", "threat_norm_h")


def read_hatecheck(folder: Path) -> pd.DataFrame:
    """Read HateCheck: functional tests for hate speech detection.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the case id, `group` the functionality.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    columns = ("case_id", "functionality", "test_case", "label_gold", "target_ident")
    cells = read_cells(folder / "test_suite_cases.csv", columns, text="test_case")
    hateful = equals(cells, "label_gold", "hateful", HATEFUL)
    tests = cells["functionality"]
    innocent = mask(tests.isin(HATECHECK_INNOCENT))
    threat = mask(tests.isin(HATECHECK_THREATS))
    targets = [[group] if group else [] for group in cells["target_ident"]]
    labels = {
        "abuse": yes_or_no(hateful),
        # swearing at nobody, and contempt for objects, individuals or non-protected groups, is not
        # hateful and need not be fit to publish: reject stays unknown there
        REJECT: three_valued(hateful, mask(tests.isin(HATECHECK_APPROVED))),
        "threat": yes_or_no(threat),
        "profanity": three_valued(mask(tests == "profanity_nh"), innocent),
        "personal_attack": three_valued(mask(tests == "target_indiv_nh"), innocent),
        **kind_labels(hateful, targets, HATECHECK_TARGETS),
    }
    texts, row_ids = cells["test_case"].tolist(), cells["case_id"].tolist()
    return build_table("hatecheck", texts, row_ids, labels, tests.tolist())


def read_hatemoji_check(folder: Path) -> pd.DataFrame:
    """Read HatemojiCheck: functional tests for hate written with emoji.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the case id, `group` the functionality.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    columns = ("case_id", "text", "target", "functionality", "label_gold")
    cells = read_cells(folder / "HatemojiCheck__test.csv", columns, text="text")
    hateful = flags(cells, "label_gold")
    targets = [[group] if group else [] for group in cells["target"]]
    # not hateful may still be rude: reject stays unknown
    labels = {"abuse": yes_or_no(hateful), **kind_labels(hateful, targets, HATECHECK_TARGETS)}
    return build_table(
        "hatemoji-check",
        cells["text"].tolist(),
        cells["case_id"].tolist(),
        labels,
        cells["functionality"].tolist(),
    )


def read_edos_test(folder: Path) -> pd.DataFrame:
    """Read the official test part of EDOS, labelled as in `edos`.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is EDOS's own id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    return edos_table(folder, "edos-test", ("test",))


def read_mhs_test(folder: Path) -> pd.DataFrame:
    """Read the test file of Measuring Hate Speech, labelled as in `mhs-ken20`.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is `<stem>:<row>`.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells = read_files(folder, (f"{MHS_PREFIX}test_2000.csv",), ("text", "label"), text="text")
    return hate_table(cells, "mhs-test")


def read_olid_test(folder: Path) -> pd.DataFrame:
    """Read the official test part of OLID; its labels lie in files of their own, without headers.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is OLID's id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    path = folder / "testset-levela.tsv"
    cells = read_cells(path, ("id", "tweet"), text="tweet", separator="\t")
    for column, level in OLID_LEVELS.items():
        answers = read_pairs(folder / f"labels-{level}.csv")
        # the lower levels cover only what the level above made possible
        cells[column] = cells["id"].map(answers).fillna("NULL")
    return olid_table(cells, "olid-test")


def read_madlibs(folder: Path) -> pd.DataFrame:
    """Read sentences made from templates and identity terms.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the data row, `group` the template.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    path = folder / f"{MADLIBS_FOLDER}bias_madlibs_77k.csv"
    cells = read_cells(path, ("Text", "Label", "Template"), text="Text")
    bad = equals(cells, "Label", "BAD", ("BAD", "NOT_BAD"))
    return build_table(
        "madlibs",
        cells["Text"].tolist(),
        row_numbers(cells),
        {REJECT: yes_or_no(bad)},  # bad for any reason
        cells["Template"].tolist(),
    )


def read_wiki_nonfuzzed(folder: Path) -> pd.DataFrame:
    """Read Wikipedia comments that mention an identity term.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is Wikipedia's revision id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    path = folder / f"{MADLIBS_FOLDER}toxicity_nonfuzzed_testset.csv"
    cells = read_cells(path, ("rev_id", "comment", "toxic"), text="comment")
    labels = {REJECT: yes_or_no(flags(cells, "toxic"))}  # toxic names no guideline
    return build_table(
        "wiki-nonfuzzed", cells["comment"].tolist(), cells["rev_id"].tolist(), labels
    )


def read_wiki_perspective2k(folder: Path) -> pd.DataFrame:
    """Read Wikipedia comments that Perspective scored; nobody labelled them: all is unknown.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is Jigsaw's comment id.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells = read_cells(folder / PERSPECTIVE_FILE, ("id", "comment_text"), text="comment_text")
    return build_table(
        "wiki-perspective2k", cells["comment_text"].tolist(), cells["id"].tolist(), {}
    )


def read_perspective_scores(folder: Path) -> pd.DataFrame:
    """Read the scores that go with `read_wiki_perspective2k`.

    Args:
        folder: The folder of the source.

    Returns:
        float64 scores in [0, 1], one column an attribute as Perspective names it (TOXICITY@6 …),
        indexed by `row_id`.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    path = folder / PERSPECTIVE_FILE
    attributes = [name for name in read_header(path) if name not in {"id", "comment_text"}]
    cells = read_cells(path, ("id", *attributes))
    index = pd.Index(cells["id"].tolist(), name="row_id")
    scores = pd.DataFrame(index=index)
    for name in attributes:
        values = pd.to_numeric(cells[name], errors="coerce")
        refuse_other_values(name, mask(values.notna()), "numbers from 0 to 1")
        scores[name] = values.to_numpy(dtype=np.float64)
    return scores
