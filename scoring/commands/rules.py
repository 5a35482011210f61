"""`comment-moderation rules FILE`: what house rules would change, before they are used."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from scoring.classifier import Classifier, Judgement
from scoring.decisions.policy import DEFAULT_PRESET
from scoring.errors import HouseRulesRefused, ScoringError
from scoring.rules.rules_file import read_rules

FAILED: Final = 1
_DECISIONS: Final = Path("data", "own", "decisions.jsonl")


class Change(NamedTuple):
    """A comment that house rules decide otherwise.

    Attributes:
        line: Its line in the file of decisions.
        text: The comment.
        moderator: What a moderator decided.
        before: What the model decides.
        after: What it decides under the rules, and who.
    """

    line: int
    text: str
    moderator: str
    before: Judgement
    after: Judgement


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Args:
        arguments: Words after `rules`.

    Returns:
        The options.
    """
    parser = argparse.ArgumentParser(
        prog="comment-moderation rules",
        description="Check a file of house rules, and say what it would have changed on decisions "
        "that were imported.",
    )
    parser.add_argument("file", type=Path, help="the house rules, TOML")
    parser.add_argument(
        "--decisions", type=Path, default=_DECISIONS, help=f"imported decisions ({_DECISIONS})"
    )
    parser.add_argument("--models", type=Path, help="the folder of versions (MODERATION_MODELS)")
    parser.add_argument("--policy", default=DEFAULT_PRESET, help=f"preset ({DEFAULT_PRESET})")
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="list the first N comments that change"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Words after `rules`; the process's own where None.

    Returns:
        The exit status: 0, or 1 after an error told in one line.
    """
    options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    try:
        lines = _run(options)
    except (ScoringError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return FAILED
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def _run(options: argparse.Namespace) -> list[str]:
    rules = read_rules(options.file)
    counts = f"{len(rules.words)} rules of words, {len(rules.presets)} presets"
    told = [f"{options.file} can be used: {counts}"]
    if not options.decisions.exists():
        return [*told, f"{options.decisions} is not there: `import` decisions to compare on"]
    rows = _read(options.decisions)
    texts = [row["text"] for row in rows]
    plain = Classifier(options.models)
    ruled = Classifier(options.models, rules=rules)
    known = options.policy in plain.policies
    before = plain.classify(texts, policy=options.policy if known else None)
    after = ruled.classify(texts, policy=options.policy)
    changes = [
        Change(line, row["text"], row["decision"], old, new)
        for line, (row, old, new) in enumerate(zip(rows, before, after, strict=True), 1)
        if old.decision != new.decision
    ]
    return [*told, *_summary(len(rows), changes), *map(_shown, changes[: options.show])]


def _read(path: Path) -> list[dict[str, str]]:
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found = json.loads(line)
            rows.append({"text": str(found["text"]), "decision": str(found["decision"])})
        except (ValueError, KeyError, TypeError) as error:
            raise HouseRulesRefused(f"{path} line {number} is no imported decision") from error
    return rows


def _summary(rows: int, changes: Sequence[Change]) -> list[str]:
    told = [f"{rows:,} decisions, of which {len(changes):,} would be decided otherwise:"]
    counted = Counter(
        (change.before.decision, change.after.decision, change.after.decided_by or "thresholds")
        for change in changes
    )
    right = sum(change.after.decision == change.moderator for change in changes)
    wrong = sum(change.before.decision == change.moderator for change in changes)
    told += [f"  {old} to {new}, by {by}: {n:,}" for (old, new, by), n in counted.most_common()]
    return [*told, f"as your moderators decided: {right:,} more, {wrong:,} fewer"]


def _shown(change: Change) -> str:
    by = change.after.decided_by or "thresholds"
    return (
        f"line {change.line}, moderator {change.moderator}: {change.before.decision} to "
        f"{change.after.decision} by {by}: {change.text}"
    )
