"""Readers of benchmarks that their publishers keep compressed."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from training.sources.errors import SourceDamaged, SourceLayout, SourceMissing
from training.sources.files import read_json_lines
from training.sources.labels import NO, REJECT, UNKNOWN, YES, LabelArray
from training.sources.table import build_table

C3_ARCHIVE: Final = "archive.zip"
C3_TABLE: Final = "C3_anonymized.csv"
C3_COLUMNS: Final = (
    "article_id", "comment_counter", "comment_text", "crowd_toxicity_level",
    "toxicity_characteristics",
)  # fmt: skip
TOXIC_FROM: Final = 2.2
"""Mean toxicity (1 to 4) from which a comment counts as rejectable."""
CLEAN_UP_TO: Final = 1.25
ATTACKS: Final = 2
"""Judges that must speak of a personal attack."""
_ATTACK: Final = re.compile(r"^personal_attack:(\d+)$", re.MULTILINE)
OPENAI_FILE: Final = "samples-1680.jsonl.gz"
OPENAI_LABELS: Final = ("S", "H", "V", "HR", "SH", "S3", "H2", "V2")


def read_c3(folder: Path) -> pd.DataFrame:
    """Read the Constructive Comments Corpus: comments of a newspaper, three to five judges each.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the comment's counter, `group` the article; `reject` is unknown
        between the two bounds.

    Raises:
        SourceError: The file is missing, damaged or of another layout.
    """
    rows = _c3_rows(folder / C3_ARCHIVE)
    level = np.array([float(row["crowd_toxicity_level"] or "nan") for row in rows])
    attacks = np.array([_attacks(row["toxicity_characteristics"]) for row in rows])
    reject = np.full(len(rows), UNKNOWN, np.int8)
    reject[(level <= CLEAN_UP_TO) & (attacks == 0)] = NO
    reject[(level >= TOXIC_FROM) | (attacks >= ATTACKS)] = YES
    attacked = np.where(attacks >= ATTACKS, YES, np.where(reject == NO, NO, UNKNOWN))
    return build_table(
        "c3",
        [row["comment_text"] for row in rows],
        [row["comment_counter"] for row in rows],
        {REJECT: reject, "personal_attack": attacked.astype(np.int8)},
        [row["article_id"] for row in rows],
    )


def _c3_rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise SourceMissing(f"{path.parent.name}/{path.name} is not there")
    try:
        with zipfile.ZipFile(path) as archive, archive.open(C3_TABLE) as table:
            lines = csv.DictReader(io.TextIOWrapper(table, "utf-8", newline=""))
            missing = set(C3_COLUMNS) - set(lines.fieldnames or ())
            if missing:
                raise SourceLayout(f"{path.name} lacks the columns {sorted(missing)}")
            return list(lines)
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise SourceDamaged(f"{path.name} cannot be read: {error}") from error


def _attacks(votes: str) -> int:
    found = _ATTACK.search(votes)
    return int(found[1]) if found else 0


def read_openai_moderation(folder: Path) -> pd.DataFrame:
    """Read the prompts that OpenAI published with its moderation model's paper.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the line, from 0. Any of the eight labels rejects; hate is `abuse`,
        harassment `personal_attack`, sexual content `vulgarity`.

    Raises:
        SourceError: The file is missing, damaged or of another layout.
    """
    rows = read_json_lines(folder / OPENAI_FILE, ("prompt",), OPENAI_LABELS)
    marked = rows[list(OPENAI_LABELS)].fillna(UNKNOWN).to_numpy(np.int8)
    any_yes, all_no = (marked == YES).any(axis=1), (marked == NO).all(axis=1)
    by_key = {key: marked[:, place] for place, key in enumerate(OPENAI_LABELS)}
    labels: dict[str, LabelArray] = {
        REJECT: np.where(any_yes, YES, np.where(all_no, NO, UNKNOWN)).astype(np.int8),
        "abuse": by_key["H"],
        "personal_attack": by_key["HR"],
        "vulgarity": by_key["S"],
    }
    row_ids = [str(place) for place in range(len(rows))]
    return build_table("openai-moderation", rows["prompt"].tolist(), row_ids, labels)
