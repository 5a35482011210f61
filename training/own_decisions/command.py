"""`comment-moderation import FILE`: a newsroom's past decisions into data/own, with a report."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from training.own_decisions.exports import read_export
from training.own_decisions.store import FILE, Changes, add_decisions
from training.own_decisions.understanding import (
    COLUMNS,
    REJECT,
    Meanings,
    Understood,
    most_frequent,
    understand,
)

FOLDER: Final = "own"
_SHOWN: Final = 10


def add_import(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the step `import` to a command line.

    Args:
        steps: The steps of the command line.
    """
    step = steps.add_parser(
        "import",
        help="bring past decisions of moderators into data/own",
        description="Reads CSV (any delimiter and encoding), TSV, JSON Lines, Excel, and the XML "
        "exports of WordPress and Disqus. Importing the same file again changes nothing.",
    )
    step.add_argument("file", type=Path, help="the export")
    step.add_argument(
        "--map", type=_pairs, default={}, metavar="STATUS=DECISION,…",
        help="what a status decides, such as published=approve,removed=reject,held=undecided",
    )  # fmt: skip
    step.add_argument(
        "--reason", type=_pairs, default={}, metavar="REASON=GUIDELINE,…",
        help="which guideline a reason names, such as spam=commercial_promotion",
    )  # fmt: skip
    for meaning in COLUMNS:
        step.add_argument(f"--{meaning}-column", metavar="NAME", help=f"column of the {meaning}s")
    step.add_argument("--encoding", help="of a text file; else it is told from its bytes")
    step.add_argument("--delimiter", help="between cells; else it is told from the header")
    step.add_argument("--dry-run", action="store_true", help="report, and import nothing")


def _pairs(words: str) -> dict[str, str]:
    """Read `a=b,c=d`."""
    pairs = dict[str, str]()
    for word in filter(None, words.split(",")):
        left, sign, right = word.partition("=")
        if not sign or not left.strip() or not right.strip():
            raise argparse.ArgumentTypeError(f"{word!r} is not NAME=MEANING")
        pairs[left.strip()] = right.strip()
    return pairs


def import_decisions(options: argparse.Namespace) -> list[str]:
    """Import an export.

    Args:
        options: As `add_import` reads them, with `data`, the data folder.

    Returns:
        The report, line by line; it quotes statuses and reasons, never a comment.

    Raises:
        ImportRefused: The file cannot be read as comments with decisions.
        OwnDecisionsDamaged: What was imported before is damaged.
        OSError: The disk is full; what was imported before stays.
    """
    records = read_export(options.file, encoding=options.encoding, delimiter=options.delimiter)
    named = {meaning: getattr(options, f"{meaning}_column") or "" for meaning in COLUMNS}
    found = understand(records, Meanings(named, options.map, options.reason))
    folder = options.data / FOLDER
    changes = add_decisions(folder, found.decisions, dry_run=options.dry_run)
    return [
        *_told_reading(len(records), found),
        *_told_unknown("status", found.statuses, "--map", "decides nothing; left out"),
        *_told_unknown("reason", found.reasons, "--reason", "names no guideline; left unknown"),
        _told_changes(changes, folder, dry_run=options.dry_run),
    ]


def _told_reading(records: int, found: Understood) -> list[str]:
    rejected = [one for one in found.decisions if one.decision == REJECT]
    named = sum(bool(one.categories) for one in rejected)
    columns = ", ".join(f"{meaning} from {name!r}" for meaning, name in found.columns.items())
    return [
        f"{records:,} comments read: {columns}",
        f"{len(found.decisions):,} decisions: {len(found.decisions) - len(rejected):,} approved, "
        f"{len(rejected):,} rejected, {named:,} of them with a guideline",
        f"left out: {found.undecided:,} not decided yet, {found.empty:,} without text",
    ]


def _told_unknown(what: str, lines: Mapping[str, list[int]], option: str, means: str) -> list[str]:
    every = most_frequent(lines)
    told = [
        f"{what} {word!r} {means}: {count:,} comments, first in line "
        f"{', '.join(map(str, places))} ({option} {word or 'NAME'}=…)"
        for word, count, places in every[:_SHOWN]
    ]
    rest = len(every) - _SHOWN
    return [*told, f"and {rest:,} more of the kind"] if rest > 0 else told


def _told_changes(changes: Changes, folder: Path, *, dry_run: bool) -> str:
    verb = "would be" if dry_run else "are"
    return (
        f"{changes.new:,} {verb} new in {folder / FILE}, {changes.changed:,} {verb} changed, "
        f"{changes.same:,} stay as they were"
    )
