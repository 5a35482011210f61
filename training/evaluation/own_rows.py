"""What a new model changes on the newsroom's own comments, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.artifacts.versions import PublishedModel
from scoring.decisions.policy import DEFAULT_PRESET, Decision
from training.evaluation.behaviour import judge_texts
from training.fitting.calibrate import FEWEST_POSITIVES
from training.own_decisions.store import SOURCE
from training.sources.labels import NO, REJECT, YES

FEWEST_OWN: Final = 200
"""So many held-back decisions, 50 of them rejections and 50 approvals, judge a new model."""


@dataclass(frozen=True, slots=True)
class OwnShares:
    """What a model does with own comments.

    Attributes:
        rejected: How many it rejects.
        held: How many it leaves to a person.
        approved: How many it approves.
        missed: How many it approves that moderators rejected.
        wrongly_rejected: How many it rejects that moderators approved.
    """

    rejected: int
    held: int
    approved: int
    missed: int
    wrongly_rejected: int


def own_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Take the newsroom's own decisions from the rows of a corpus.

    Args:
        rows: Rows of a corpus.

    Returns:
        Those with a decision, with a fresh index.
    """
    return rows[(rows["source"] == SOURCE) & rows[REJECT].isin([YES, NO])].reset_index(drop=True)


def is_enough(rows: pd.DataFrame) -> bool:
    """Tell whether own rows are enough to judge by.

    Args:
        rows: As `own_rows` returns them.
    """
    rejected = int((rows[REJECT] == YES).sum())
    return len(rows) >= FEWEST_OWN and FEWEST_POSITIVES <= rejected <= len(rows) - FEWEST_POSITIVES


def own_shares(published: PublishedModel, rows: pd.DataFrame) -> OwnShares:
    """Count what a model does with own comments under the preset `assist`.

    Args:
        published: The model.
        rows: As `own_rows` returns them.

    Returns:
        The counts.
    """
    found = judge_texts(published, rows["text"].tolist(), DEFAULT_PRESET)
    decisions: NDArray[np.str_] = found.verdicts.decisions
    wanted = (rows[REJECT] == YES).to_numpy(bool)
    by = {decision: decisions == decision.value for decision in Decision}
    return OwnShares(
        rejected=int(by[Decision.REJECT].sum()),
        held=int(by[Decision.REVIEW].sum()),
        approved=int(by[Decision.APPROVE].sum()),
        missed=int((by[Decision.APPROVE] & wanted).sum()),
        wrongly_rejected=int((by[Decision.REJECT] & ~wanted).sum()),
    )


def change_in_words(rows: int, before: OwnShares | None, after: OwnShares) -> str:
    """Say what changes for the newsroom.

    Args:
        rows: How many own comments were judged.
        before: What the model in use does; None where there is none.
        after: What the new one does.

    Returns:
        Lines of text.
    """
    told = [f"On your latest {rows:,} decisions, which no model was trained on, by `assist`:"]
    for name, words in (
        ("rejected", "rejected"),
        ("held", "held for a person"),
        ("approved", "approved"),
        ("missed", "approved though your moderators rejected them"),
        ("wrongly_rejected", "rejected though your moderators approved them"),
    ):
        old = "" if before is None else f"{getattr(before, name):,} before, "
        told.append(f"  {words}: {old}{getattr(after, name):,} now")
    return "\n".join(told)
