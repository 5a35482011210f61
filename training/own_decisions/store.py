"""`data/own/decisions.jsonl`: the decisions that were imported, one a comment, the latest counts.

The folder is ignored by git: readers' comments are the newsroom's, not this project's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from scoring.artifacts.verified_files import replace_file
from scoring.guidelines import CATEGORIES
from training.keys import fold_key
from training.own_decisions.errors import OwnDecisionsDamaged
from training.own_decisions.understanding import APPROVE, REJECT, OwnDecision
from training.sources.labels import NO, UNKNOWN, YES
from training.sources.labels import REJECT as REJECT_LABEL
from training.sources.table import build_table

SOURCE: Final = "own"
FILE: Final = "decisions.jsonl"
HELD_BACK_SHARE: Final = 0.2
"""Share of the decisions, the latest, that no model is trained on."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import changed.

    Attributes:
        new: Comments that were not there.
        changed: Comments with another decision, or more categories, than before.
        same: Comments that were there as they are.
    """

    new: int
    changed: int
    same: int


def read_decisions(folder: Path) -> list[OwnDecision]:
    """Read what was imported.

    Args:
        folder: The folder data/own.

    Returns:
        The decisions, the earliest first; those without a date come before all others.

    Raises:
        OwnDecisionsDamaged: A line is not as `add_decisions` writes it.
    """
    path = folder / FILE
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    return [_parse(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def add_decisions(folder: Path, decisions: Iterable[OwnDecision], *, dry_run: bool) -> Changes:
    """Add decisions to those that are there; the later one on a comment counts.

    Args:
        folder: The folder data/own; made if need be.
        decisions: What was imported.
        dry_run: Only say what would change.

    Returns:
        What changed.

    Raises:
        OwnDecisionsDamaged: The file that is there is damaged.
        OSError: The disk is full; what was there stays.
    """
    before = {fold_key(one.text): one for one in read_decisions(folder)}
    after = dict(before)
    for decision in decisions:
        key = fold_key(decision.text)
        there = after.get(key)
        if there is None or decision.decided_at >= there.decided_at:
            after[key] = decision
    new = len(after.keys() - before.keys())
    changed = sum(before[key] != after[key] for key in before)
    changes = Changes(new, changed, len(before) - changed)
    if not dry_run and (new or changed):
        folder.mkdir(parents=True, exist_ok=True)
        ordered = sorted(after.values(), key=lambda one: one.decided_at)
        lines = [json.dumps(asdict(one), ensure_ascii=False) for one in ordered]
        replace_file(folder / FILE, ("\n".join(lines) + "\n").encode())
    return changes


def own_table(decisions: list[OwnDecision]) -> pd.DataFrame:
    """Lay decisions out as a row table; what they do not say is unknown, never "no".

    An approval says that a comment may stand, not that it breaks no guideline of this project; a
    rejection without a reason says nothing of any category.

    Args:
        decisions: As `read_decisions` returns them.

    Returns:
        A row table (training.sources.table), `row_id` the place among the decisions.
    """
    labels = {
        key: np.array([YES if key in one.categories else UNKNOWN for one in decisions], np.int8)
        for key in CATEGORIES
    }
    rejected = [YES if one.decision == REJECT else NO for one in decisions]
    labels[REJECT_LABEL] = np.array(rejected, np.int8)
    return build_table(
        SOURCE,
        [one.text for one in decisions],
        [str(place) for place in range(len(decisions))],
        labels,
        [one.thread for one in decisions],
    )


def held_back_keys(decisions: list[OwnDecision]) -> frozenset[str]:
    """Choose the latest decisions, to measure on what a model will meet next.

    Args:
        decisions: The earliest first, as `read_decisions` returns them.

    Returns:
        Keys of the latest fifth.
    """
    first = len(decisions) - round(HELD_BACK_SHARE * len(decisions))
    return frozenset(fold_key(one.text) for one in decisions[first:])


def _parse(path: Path, number: int, line: bytes) -> OwnDecision:
    try:
        found = json.loads(line)
        decision = OwnDecision(
            str(found["text"]), found["decision"], tuple(found["categories"]),
            str(found["decided_at"]), str(found["thread"]),
        )  # fmt: skip
        if decision.decision in (APPROVE, REJECT) and set(decision.categories) <= set(CATEGORIES):
            return decision
    except (ValueError, KeyError, TypeError):
        pass
    raise OwnDecisionsDamaged(
        f"{path} line {number} is not as `import` writes it; remove the line, or import again"
    )
