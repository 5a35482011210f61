"""How many cases of the behaviour suite pass, by capability, for terminals and the README."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scoring.artifacts.versions import PublishedModel
from training.evaluation.behaviour import BehaviourError, Case, Outcome, read_cases, run_cases
from training.evidence.capabilities import capability_shares
from training.reports.markdown import markdown_table
from training.reports.markers import write_between_markers


def behaviour_report(published: PublishedModel, folder: Path) -> str:
    """Run the suite and tell the result.

    Args:
        published: The model.
        folder: The folder of cases.

    Returns:
        One line about model and suite, and the table.

    Raises:
        BehaviourError: There are no cases, or a line is malformed.
    """
    cases = read_cases(folder)
    if not cases:
        raise BehaviourError(f"{folder} holds no cases; run this in a checkout")
    about = (
        f"Model `{published.manifest.version}`, preset `assist`, {len(cases):,} cases of "
        "`tests/behaviour/cases/`; `make behaviour`:"
    )
    return f"{about}\n\n{behaviour_table(cases, run_cases(published, cases))}"


def write_behaviour(path: Path, report: str) -> None:
    """Put the result between the markers of a document.

    Args:
        path: The document.
        report: As `behaviour_report` returns it.

    Raises:
        TrainingError: A marker is missing.
        OSError: The file cannot be read or written.
    """
    write_between_markers(path, "behaviour", report)


def behaviour_table(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> str:
    """Tell how many cases pass, by capability.

    Args:
        cases: The cases.
        outcomes: What a model made of them.

    Returns:
        A Markdown table: cases, passed, to a person, the opposite, and of the rejections that had
        to be, how many name the guideline.
    """
    lines = [_line(entry) for entry in capability_shares(cases, outcomes)]
    header = ["capability", "cases", "passed", "to a person", "opposite", "guideline named"]
    return markdown_table(header, lines, numbers=range(1, len(header)))


def _line(entry: dict[str, Any]) -> list[str]:
    named = "-" if entry["named"] is None else f"{100 * entry['named']:.0f}%"
    shares = [f"{100 * entry[key]:.0f}%" for key in ("passed", "held", "opposite")]
    return [entry["capability"].replace("_", " "), f"{entry['cases']:,}", *shares, named]
