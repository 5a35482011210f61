"""The command line of `python -m scoring`: options in, one archive out, errors as one line."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from scoring.archive.csv_layout import DELIMITERS
from scoring.archive.formats import FORMATS, JSON_LINES, Reading, format_of, open_layout
from scoring.archive.row_judge import JudgeSource
from scoring.archive.run import (
    Summary,
    Task,
    fingerprint,
    score_archive,
    unfinished_folder,
)
from scoring.archive.unfinished import remove_unfinished
from scoring.artifacts.manifest import parse_manifest
from scoring.artifacts.selection import current_version
from scoring.artifacts.shipped import chosen_models
from scoring.artifacts.verified_files import MANIFEST, read_verified
from scoring.comment_rules import LONGEST_COMMENT
from scoring.decisions.policy import DEFAULT_PRESET
from scoring.errors import ArchiveRefused, ScoringError
from scoring.parallel.chunk_map import LOCAL, open_chunk_map, usable_cores

FAILED: Final = 1
WRONG_USE: Final = 2
INTERRUPTED: Final = 130
DEFAULT_BLOCK: Final = 2000
"""Comments in a block: some 50 ms of work, so that handing it over costs little beside it."""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Args:
        arguments: Words after the program's name.

    Returns:
        The options.
    """
    parser = argparse.ArgumentParser(
        prog="comment-moderation score",
        description="Score an archive of comments: CSV, JSON Lines or Parquet of any size. A run "
        "that was stopped goes on where it was when the same command is given again.",
    )
    parser.add_argument(
        "input", metavar="INPUT", help="archive, such as comments.csv, .jsonl, .parquet or .csv.gz"
    )
    parser.add_argument("output", metavar="OUTPUT", help="file to write, in the same format")
    _add_reading(parser.add_argument_group("how comments are found"))
    _add_judging(parser.add_argument_group("how they are judged"))
    _add_running(parser.add_argument_group("how the work is done"))
    return parser.parse_args(arguments)


def _add_reading(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--format", choices=FORMATS, help="format of both files; else their names tell")
    add("--text-column", default="text", metavar="NAME", help="column of the comments (text)")
    add("--language-column", metavar="NAME", help="column of their languages, if there is one")
    add("--delimiter", choices=DELIMITERS, default="comma", help="between cells of CSV (comma)")


def _add_judging(group: argparse._ArgumentGroup) -> None:
    add, models = group.add_argument, chosen_models(os.environ)
    add("--models", type=Path, default=models, help="folder of models (MODERATION_MODELS, models)")
    add("--version", metavar="MODEL", help="version of the model; else the current one")
    add("--policy", default=DEFAULT_PRESET, help=f"preset that decides ({DEFAULT_PRESET})")
    add("--explain", action="store_true", help="list the words that weighed (JSON Lines only)")
    add(
        "--max-comment-bytes",
        type=_at_least_one,
        default=LONGEST_COMMENT,
        metavar="N",
        help=f"longest comment in bytes of UTF-8 ({LONGEST_COMMENT})",
    )


def _add_running(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--jobs", type=_at_least_one, metavar="N", help="threads or worker processes (all cores)")
    add(
        "--scheduler",
        nargs="?",
        const=LOCAL,
        metavar="ADDRESS",
        help="work on a Dask cluster: of this machine's processes, or at an address",
    )
    add(
        "--chunk-comments",
        type=_at_least_one,
        default=DEFAULT_BLOCK,
        metavar="N",
        help=f"comments handed over at once ({DEFAULT_BLOCK})",
    )
    add("--restart", action="store_true", help="throw an unfinished run away and start anew")


def _at_least_one(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError(f"it is {number}, it must be at least 1")
    return number


def make_task(options: argparse.Namespace) -> Task:
    """Check what the command line asks for.

    Args:
        options: As `parse_arguments` returns them.

    Returns:
        The task.

    Raises:
        ArchiveError: A file or column is not as it must be.
        ArtifactError: The model does not verify.
        OSError: A file cannot be read.
    """
    source, target = Path(options.input), Path(options.output)
    check_files(options.input, options.output)
    form = format_of(source, options.format)
    if format_of(target, options.format) != form:
        raise ArchiveRefused(
            f"{target} is to be in another format than {source}; allowed: the same, compressed by "
            "gzip where the input is"
        )
    if options.explain and form.name != JSON_LINES:
        raise ArchiveRefused(f"--explain needs a list in each row; {form.name} has none, jsonl has")
    version = options.version or current_version(options.models)
    folder = options.models / version
    contents = read_verified(folder)
    reading = Reading(
        options.text_column,
        options.language_column,
        DELIMITERS[options.delimiter],
        options.chunk_comments,
    )
    judge = JudgeSource(
        contents, str(folder), options.policy, options.explain, options.max_comment_bytes
    )
    manifest = parse_manifest(contents[MANIFEST], str(folder))
    if options.policy not in manifest.policies:
        raise ArchiveRefused(
            f"--policy is {options.policy!r}; allowed: {', '.join(manifest.policies)}"
        )
    job = {**fingerprint(source), "format": form.name, "model": manifest.version, **_asked(options)}
    return Task(source, target, open_layout(source, form, reading), judge, job)


def _asked(options: argparse.Namespace) -> dict[str, str | int | bool | None]:
    """The options that change what is written."""
    names = (
        "text_column", "language_column", "delimiter", "policy", "explain", "max_comment_bytes",
    )  # fmt: skip
    return {f"--{name.replace('_', '-')}": getattr(options, name) for name in names}


def check_files(source: str, target: str) -> None:
    """Check that the input can be read again and the output is new.

    Args:
        source: Name of the input.
        target: Name of the output.

    Raises:
        ArchiveRefused: One of them is not as it must be.
        OSError: A folder cannot be read.
    """
    if not source or not target:
        raise ArchiveRefused(
            "the input or the output has no name: make score IN=comments.csv OUT=scored.csv"
        )
    given, wanted = Path(source), Path(target)
    if not given.exists():
        raise ArchiveRefused(f"{given} does not exist; name a file to score")
    if not stat.S_ISREG(given.stat().st_mode):
        raise ArchiveRefused(f"{given} is no regular file; write what it gives to a file first")
    if wanted.exists() and given.samefile(wanted):
        raise ArchiveRefused(f"{wanted} is the input itself; name another file for the output")
    if wanted.exists():
        raise ArchiveRefused(
            f"{wanted} exists; an output gets its name when it is whole and is never overwritten: "
            "move it away, or name another"
        )
    if not wanted.parent.is_dir():
        raise ArchiveRefused(f"the folder {wanted.parent} does not exist; make it first")


def run(options: argparse.Namespace) -> Summary:
    """Score one archive.

    Args:
        options: As `parse_arguments` returns them.

    Returns:
        What was done.

    Raises:
        ScoringError: The archive, the model or the cluster cannot be used.
        OSError: The disk is full or a file cannot be read.
    """
    task = make_task(options)
    if options.restart:
        remove_unfinished(unfinished_folder(task.target))
    with open_chunk_map(options.jobs or usable_cores(), options.scheduler) as chunk_map:
        return score_archive(task, chunk_map)


def describe(summary: Summary) -> str:
    """Tell what a run did.

    Args:
        summary: What it did.

    Returns:
        One line.
    """
    total = sum(summary.decisions.values())
    counts = ", ".join(f"{n:,} {name}" for name, n in sorted(summary.decisions.items()))
    speed = summary.comments / max(summary.seconds, 1e-9)
    earlier = total - summary.comments
    resumed = f", {earlier:,} of them by an earlier run" if earlier else ""
    return (
        f"{total:,} comments{resumed}: {counts or 'none'}; {summary.seconds:.1f} s, "
        f"{speed:,.0f} comments a second"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Words after the program's name; the process's own where None.

    Returns:
        Exit status: 0; 1 after a failure or 2 after wrong use, told in one line; 130 where it was
        interrupted.
    """
    options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    try:
        _tell(describe(run(options)))
    except ArchiveRefused as error:
        _tell(f"error: {error}")
        return WRONG_USE
    except (ScoringError, OSError) as error:
        _tell(f"error: {error}{_kept(options)}")
        return FAILED
    except KeyboardInterrupt:
        _tell(f"stopped{_kept(options)}")
        return INTERRUPTED
    return 0


def _kept(options: argparse.Namespace) -> str:
    """Say that nothing is lost, where there was something to lose."""
    if not unfinished_folder(Path(options.output)).is_dir():
        return ""
    return "; what was scored is kept, and the same command goes on from it"


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
