"""`comment-moderation models`: list versions, choose one on this machine, go back, remove old ones.

Needs neither the compiler nor the training environment.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from scoring.artifacts.selection import (
    ListedVersion,
    current_version,
    list_versions,
    make_current,
    prune,
    roll_back,
    use_version,
)
from scoring.artifacts.shipped import chosen_models
from scoring.errors import ScoringError

FAILED: Final = 1
_KEPT: Final = 5


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Args:
        arguments: Words after `models`.

    Returns:
        The options.
    """
    parser = argparse.ArgumentParser(
        prog="comment-moderation models",
        description="The versions of the model, and which of them is in use on this machine. A "
        "running service follows within a second.",
    )
    parser.add_argument(
        "--models",
        type=Path,
        default=chosen_models(os.environ),
        help="the folder of versions (MODERATION_MODELS)",
    )
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("list", help="list the versions, the newest first")
    use = steps.add_parser("use", help="use a version on this machine")
    use.add_argument("version")
    use.add_argument("--ship", action="store_true", help="make it the version that git tracks")
    steps.add_parser("rollback", help="use the version that was in use before")
    old = steps.add_parser(
        "prune", help="remove old versions, but not the one in use, the shipped one, the one before"
    )
    old.add_argument("--keep", type=int, default=_KEPT, help=f"newest to keep ({_KEPT})")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Words after `models`; the process's own where None.

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
    models: Path = options.models
    if options.step == "list":
        return table(list_versions(models)) or [f"{models} holds no version; run `make train`"]
    if options.step == "use":
        (make_current if options.ship else use_version)(models, options.version)
        return [f"{current_version(models)} is in use"]
    if options.step == "rollback":
        return [f"{roll_back(models)} is in use"]
    removed = prune(models, max(0, options.keep))
    return [f"removed {version}" for version in removed] or ["nothing to remove"]


def table(versions: Sequence[ListedVersion]) -> list[str]:
    """Lay versions out, a line each.

    Args:
        versions: What `list_versions` returned.

    Returns:
        Lines: name, when it was trained, megabytes, and what it is.
    """
    return [
        f"{one.version:<28}{one.trained_at:<22}{one.bytes / 1e6:5.1f} MB"
        f"{'  in use' if one.in_use else ''}{'  shipped' if one.shipped else ''}"
        for one in versions
    ]
