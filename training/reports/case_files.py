"""What a model decides on files of cases: right, to a person, the opposite, another guideline."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from scoring.artifacts.versions import PublishedModel
from scoring.decisions.policy import Decision
from scoring.guidelines import CATEGORIES
from training.evaluation.behaviour import BehaviourError, judge_texts
from training.reports.evidence_cells import percent
from training.reports.markdown import markdown_table

PRESETS: Final = ("assist", "automatic")
RIGHT: Final = "right"
TO_A_PERSON: Final = "to a person"
OPPOSITE: Final = "opposite"
OTHER: Final = "another guideline"
VERDICTS: Final = (RIGHT, TO_A_PERSON, OPPOSITE, OTHER)
_DECISIONS: Final = frozenset(decision.value for decision in Decision)


@dataclass(frozen=True, slots=True)
class FileCase:
    """A comment and what may become of it.

    Attributes:
        text: The comment.
        decisions: The decisions that are right, one or two of `approve`, `reject`, `review`.
        categories: Guidelines of which a rejection must name one; empty where any will do.
    """

    text: str
    decisions: frozenset[str]
    categories: frozenset[str]


def case_files_report(published: PublishedModel, paths: Sequence[Path]) -> str:
    """Judge files of cases under each preset.

    Args:
        published: The model.
        paths: JSON Lines with `text`, `decision` (two joined by `|` where either is right) and
            `category` (null, or guidelines joined by `|` or a comma).

    Returns:
        Markdown: one line about the model, and a table.

    Raises:
        BehaviourError: A line is malformed; the message names file and line.
        OSError: A file cannot be read.
    """
    rows = []
    for path in paths:
        cases = read_file_cases(path)
        for preset in PRESETS:
            counts = Counter(verdicts(published, cases, preset))
            shares = [percent(counts[verdict] / len(cases)) for verdict in VERDICTS]
            rows.append((path.stem, f"`{preset}`", f"{len(cases):,}", *shares))
    about = (
        f"Model `{published.manifest.version}`, `python -m training cases FILES`, "
        f"{datetime.now(UTC).date().isoformat()}:"
    )
    table = markdown_table(("file", "preset", "n", *VERDICTS), rows, numbers=range(2, 7))
    return f"{about}\n\n{table}"


def read_file_cases(path: Path) -> list[FileCase]:
    """Read a file of cases.

    Args:
        path: See `case_files_report`.

    Returns:
        Its cases, at least one.

    Raises:
        BehaviourError: The file is empty, or a line is malformed.
        OSError: It cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise BehaviourError(f"{path} is not UTF-8: {error}; save it as UTF-8") from error
    cases = [_parse(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not cases:
        raise BehaviourError(f"{path} holds no cases; each line is a JSON object with text")
    return cases


def _parse(path: Path, number: int, line: str) -> FileCase:
    try:
        found: Any = json.loads(line)
    except ValueError as error:
        raise BehaviourError(f"{path} line {number} is no JSON: {error}") from error
    text, decision = (
        (found.get("text"), found.get("decision")) if isinstance(found, dict) else (None, None)
    )
    decisions = frozenset(decision.split("|")) if isinstance(decision, str) else frozenset()
    if not isinstance(text, str) or not decisions or not decisions <= _DECISIONS:
        raise BehaviourError(
            f"{path} line {number} needs a text, and a decision of {', '.join(sorted(_DECISIONS))} "
            f"(two joined by |); its decision is {decision!r}"
        )
    category = str(found.get("category") or "")
    named = frozenset(category.replace("|", ",").split(",")) - {"", "-"}
    if not named <= set(CATEGORIES):
        raise BehaviourError(
            f"{path} line {number}: {', '.join(sorted(named - set(CATEGORIES)))} is no guideline; "
            f"allowed: {', '.join(CATEGORIES)}"
        )
    return FileCase(text, decisions, named)


def verdicts(published: PublishedModel, cases: Sequence[FileCase], preset: str) -> list[str]:
    """Say of each case what a model made of it.

    Args:
        published: The model.
        cases: The cases.
        preset: The preset that decides.

    Returns:
        One of `VERDICTS` a case.
    """
    judged = judge_texts(published, [case.text for case in cases], preset)
    told = []
    for place, (case, said) in enumerate(
        zip(cases, judged.verdicts.decisions.tolist(), strict=True)
    ):
        if said not in case.decisions:
            told.append(TO_A_PERSON if said == Decision.REVIEW else OPPOSITE)
        elif said == Decision.REJECT and case.categories:
            likeliest = CATEGORIES[int(judged.scores.category_probabilities[place].argmax())]
            named = {likeliest, *judged.verdicts.reasons(place)}
            told.append(RIGHT if named & case.categories else OTHER)
        else:
            told.append(RIGHT)
    return told
