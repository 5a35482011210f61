"""Readers of sets about conversation: talk to chatbots, and sentences with a polite paraphrase."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.sources.files import read_cells
from training.sources.labels import REJECT, LabelArray, three_valued, yes_or_no
from training.sources.table import build_table, concat_tables

CONVABUSE_FILES: Final = tuple(
    f"2_splits__ConvAbuseEMNLP{part}.csv" for part in ("train", "valid", "test")
)
ANNOTATORS: Final = range(1, 9)
ABUSIVE_GRADES: Final = ("is_abuse.-1", "is_abuse.-2", "is_abuse.-3")
GRADES: Final = ("is_abuse.1", "is_abuse.0", *ABUSIVE_GRADES)
# type of abuse -> named kind; ableism is abuse without a kind of its own
CONVABUSE_KINDS: Final = {"sexist": "sexism", "racist": "racism", "homophobic": "homophobia"}
IDENTITY_TYPES: Final = (*CONVABUSE_KINDS, "ableist")
HARASSMENT: Final = "sex_harassment"
TYPES: Final = (*IDENTITY_TYPES, HARASSMENT)


def read_convabuse(folder: Path) -> pd.DataFrame:
    """Read what people said to two chatbots, judged by up to eight annotators.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the example id, `group` the conversation.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    asked = [f"Annotator{who}_{what}" for who in ANNOTATORS for what in (*GRADES, *TYPES)]
    tables = []
    for name in CONVABUSE_FILES:
        cells = read_cells(folder / name, ("example_id", "conv_id", "user", *asked), text="user")
        tables.append(
            build_table(
                "convabuse",
                cells["user"].tolist(),
                cells["example_id"].str.removesuffix(".0").tolist(),
                _convabuse_labels(cells),
                cells["conv_id"].str.removesuffix(".0").tolist(),
            )
        )
    return concat_tables(tables)


def _votes(cells: pd.DataFrame, what: Sequence[str], mark: str) -> NDArray[np.int64]:
    """Count the annotators who gave a mark to any of some questions.

    Args:
        cells: Cells as read; an annotator who judged a row twice has "1, 0": the first counts.
        what: Questions.
        mark: The mark counted; "" counts every annotator who judged the row.

    Returns:
        int64 (rows,).
    """
    votes = np.zeros(len(cells), dtype=np.int64)
    for who in ANNOTATORS:
        given = [cells[f"Annotator{who}_{question}"] for question in what]
        marked = [(column.str.startswith(mark) & (column != "")).to_numpy() for column in given]
        votes += np.logical_or.reduce(marked)
    return votes


def _convabuse_labels(cells: pd.DataFrame) -> dict[str, LabelArray]:
    """Map votes: yes by more than half of those who judged, no by nobody, else unknown.

    Exactly half is unknown: with two annotators it is one against one, and "yes" or "no" said to a
    chatbot is among the texts that one of two found abusive.
    """
    judges = _votes(cells, GRADES, "")
    votes = {what: _votes(cells, [what], "1") for what in TYPES}
    votes["abusive"] = _votes(cells, ABUSIVE_GRADES, "1")
    most = {what: count > judges / 2 for what, count in votes.items()}
    harmless = votes["abusive"] == 0
    abuse = np.logical_or.reduce([most[kind] for kind in IDENTITY_TYPES])
    labels = {
        REJECT: three_valued(most["abusive"], harmless),
        # abusive is mostly an insult at the bot; a sexual approach need not be one, so unknown
        "personal_attack": three_valued(most["abusive"] & ~most[HARASSMENT], harmless),
        "vulgarity": three_valued(most[HARASSMENT], votes[HARASSMENT] == 0),  # sexual remarks
        "abuse": three_valued(abuse, harmless),  # sexist, racist, homophobic or ableist
    }
    for kind, category in CONVABUSE_KINDS.items():
        # several types may be marked, so a type that nobody marked on an abusive turn is a no
        labels[category] = three_valued(most[kind], abuse & (votes[kind] == 0))
    return labels


def read_paradetox(folder: Path) -> pd.DataFrame:
    """Read toxic sentences and, for each, its first polite paraphrase.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is `<row>:toxic` or `<row>:neutral`, `group` the pair.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    path = folder / "paradetox__paradetox.tsv"
    toxic = read_cells(path, ("toxic", "neutral1"), text="toxic", separator="\t")
    neutral = read_cells(path, ("toxic", "neutral1"), text="neutral1", separator="\t")
    rows = [str(row) for row in range(len(toxic))]
    is_toxic = np.repeat([True, False], len(rows))
    return build_table(
        "paradetox",
        [*toxic["toxic"], *neutral["neutral1"]],
        [f"{row}:{side}" for side in ("toxic", "neutral") for row in rows],
        {REJECT: yes_or_no(is_toxic)},  # toxic or not, whatever the reason
        [f"pair-{row}" for row in rows] * 2,
    )
