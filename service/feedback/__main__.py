"""`comment-moderation feedback`: export what moderators decided, delete it, measure agreement."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from scoring.classifier import Classifier
from scoring.errors import ScoringError
from scoring.guidelines import CATEGORIES
from service.errors import SettingsError
from service.feedback.shadow import shadow_report
from service.feedback.store import UNAVAILABLE, FeedbackStore

DATABASE: Final = "MODERATION_FEEDBACK_DATABASE"
_STEP: Final = 1000


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Args:
        arguments: Words after `feedback`.

    Returns:
        The options.
    """
    parser = argparse.ArgumentParser(
        prog="comment-moderation feedback",
        description="What moderators decided and sent to POST /feedback.",
    )
    parser.add_argument(
        "--database", default=os.environ.get(DATABASE, ""), help=f"its URL ({DATABASE})"
    )
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("export", help="print JSON Lines that `import` reads")
    steps.add_parser("agreement", help="compare the model in use with the moderators")
    steps.add_parser("shadow", help="what each preset would have done (MODERATION_SHADOW)")
    delete = steps.add_parser("delete", help="delete for good; each condition by itself deletes")
    delete.add_argument("--comment", help="feedback on the comment of this id")
    delete.add_argument("--author", help="feedback on comments of this author")
    delete.add_argument("--older-than", type=float, metavar="DAYS", help="received before")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Words after `feedback`; the process's own where None.

    Returns:
        The exit status: 0, or 1 after an error told in one line.
    """
    options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    try:
        store = _open(options.database)
        try:
            store.prepare()
            _run(store, options)
        finally:
            store.close()
    except (SettingsError, ScoringError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except UNAVAILABLE as error:
        sys.stderr.write(f"error: the database cannot be used: {type(error).__name__}\n")
        return 1
    return 0


def _open(url: str) -> FeedbackStore:
    if not url:
        raise SettingsError(f"{DATABASE} is not set, nor --database given")
    return FeedbackStore(url)


def _run(store: FeedbackStore, options: argparse.Namespace) -> None:
    if options.step == "export":
        for row in store.export():
            sys.stdout.write(f"{json.dumps(row, ensure_ascii=False)}\n")
    elif options.step == "shadow":
        sys.stdout.write("".join(f"{line}\n" for line in _shadow(store)))
    elif options.step == "agreement":
        sys.stdout.write("".join(f"{line}\n" for line in agreement(list(store.export()))))
    else:
        age = None if options.older_than is None else timedelta(days=options.older_than)
        removed = store.delete(comment_id=options.comment, author=options.author, older_than=age)
        sys.stdout.write(f"{removed:,} deleted\n")


def _shadow(store: FeedbackStore) -> list[str]:
    found = store.judged_and_decided()
    moments = [moment for *_, moment in found] or [datetime.now(UTC)]
    judged = [(judgement, decision) for judgement, decision, _ in found]
    return shadow_report(judged, Classifier().policies, (moments[0], moments[-1]))


def agreement(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Compare the model in use with the moderators.

    Args:
        rows: As `FeedbackStore.export` gives them.

    Returns:
        Lines: decisions of the model beside the moderators', for each guideline that they named
        how often the model names it too, and for each moderator how often they agree.
    """
    if not rows:
        return ["no feedback yet"]
    judged = Classifier().classify([row["text"] for row in rows])
    sides = Counter((row["decision"], one.decision) for row, one in zip(rows, judged, strict=True))
    lines = [f"{len(rows):,} decisions of moderators; the model in use, by `assist`:"]
    lines += [f"  moderator {a}, model {b}: {n:,}" for (a, b), n in sorted(sides.items())]
    for key in CATEGORIES:
        named = [one for row, one in zip(rows, judged, strict=True) if key in row["categories"]]
        if named:
            both = sum(key in one.violated for one in named)
            lines.append(f"  {key}: named by moderators {len(named):,}, by the model too {both:,}")
    moderators = Counter(row["moderator"] for row in rows if row["moderator"])
    agreed = Counter(
        row["moderator"]
        for row, one in zip(rows, judged, strict=True)
        if row["moderator"] and one.decision == row["decision"]
    )
    lines += [
        f"  moderator {name}: {number:,} decisions, the model decides {agreed[name]:,} the same way"
        for name, number in sorted(moderators.items())
    ]
    return lines


if __name__ == "__main__":
    sys.exit(main())
