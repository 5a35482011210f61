"""The command line of `python -m scoring`: options in, one archive out, errors as one line."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from scoring.archive import unfinished
from scoring.archive.csv_layout import DELIMITERS, CsvLayout
from scoring.archive.jsonl_layout import JsonLinesLayout
from scoring.archive.layout import Layout, is_compressed
from scoring.archive.parquet_layout import ParquetLayout
from scoring.archive.row_judge import RowJudge
from scoring.archive.run import Task, fingerprint, score_archive, unfinished_folder
from scoring.artifacts.manifest import parse_manifest
from scoring.artifacts.selection import current_version
from scoring.artifacts.shipped import chosen_models
from scoring.artifacts.verified_files import MANIFEST, read_verified
from scoring.comment_rules import LONGEST_COMMENT
from scoring.decisions.policy import DEFAULT_PRESET
from scoring.errors import ArchiveRefused, ScoringError
from scoring.parallel.chunk_map import LOCAL, open_chunk_map, usable_cores

LAYOUTS: Final[dict[str, type[Layout]]] = {
    "csv": CsvLayout, "jsonl": JsonLinesLayout, "parquet": ParquetLayout,
}  # fmt: skip
_ENDINGS: Final = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_OF_OUTPUT: Final = (
    "text_column", "language_column", "delimiter", "policy", "explain", "max_comment_bytes",
)  # fmt: skip
"""The options that change what is written."""
FAILED: Final = 1
WRONG_USE: Final = 2
INTERRUPTED: Final = 130
DEFAULT_BLOCK: Final = 2000
"""Comments in a block: some 50 ms of work, so that handing it over costs little beside it."""


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
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
    add("--format", choices=LAYOUTS, help="format of both files; else their names tell")
    add("--text-column", default="text", metavar="NAME", help="column of the comments (text)")
    add("--language-column", metavar="NAME", help="column of their languages, if there is one")
    add("--delimiter", choices=DELIMITERS, default="comma", help="between cells of CSV (comma)")


def _add_judging(group: argparse._ArgumentGroup) -> None:
    add, models = group.add_argument, chosen_models(os.environ)
    add("--models", type=Path, default=models, help="folder of models (MODERATION_MODELS, models)")
    add("--version", metavar="MODEL", help="version of the model; else the current one")
    add("--policy", default=DEFAULT_PRESET, help=f"preset that decides ({DEFAULT_PRESET})")
    add("--explain", action="store_true", help="list the words that weighed (JSON Lines only)")
    longest = f"longest comment in bytes of UTF-8 ({LONGEST_COMMENT})"
    number = partial(add, type=_at_least_one, metavar="N")
    number("--max-comment-bytes", default=LONGEST_COMMENT, help=longest)


def _add_running(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    number = partial(add, type=_at_least_one, metavar="N")
    number("--jobs", help="threads or worker processes (all cores)")
    cluster = "work on a Dask cluster: of this machine's processes, or at an address"
    add("--scheduler", nargs="?", const=LOCAL, metavar="ADDRESS", help=cluster)
    block = f"comments handed over at once ({DEFAULT_BLOCK})"
    number("--chunk-comments", default=DEFAULT_BLOCK, help=block)
    add("--restart", action="store_true", help="throw an unfinished run away and start anew")


def _at_least_one(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError(f"it is {number}, it must be at least 1")
    return number


def _make_task(options: argparse.Namespace) -> Task:
    """Check what the command line asks for."""
    _check_files(options.input, options.output)
    source, target = Path(options.input), Path(options.output)
    form = _format_of(source, options.format)
    other = _format_of(target, options.format) != form
    if other or is_compressed(source) != is_compressed(target):
        raise ArchiveRefused(
            f"{target} is to be in another format than {source}; allowed: the same, compressed by "
            "gzip where the input is"
        )
    if options.explain and form != "jsonl":
        raise ArchiveRefused(f"--explain needs a list in each row; {form} has none, jsonl has")
    folder = options.models / (options.version or current_version(options.models))
    contents = read_verified(folder)
    manifest = parse_manifest(contents[MANIFEST], str(folder))
    if options.policy not in manifest.policies:
        raise ArchiveRefused(
            f"--policy is {options.policy!r}; allowed: {', '.join(manifest.policies)}"
        )
    how = (options.policy, options.explain, options.max_comment_bytes)
    judge = partial(RowJudge, contents, str(folder), *how)
    asked = {f"--{name.replace('_', '-')}": getattr(options, name) for name in _OF_OUTPUT}
    job = {**fingerprint(source), "format": form, "model": manifest.version, **asked}
    columns = {name: asked[name] for name in ("--text-column", "--language-column") if asked[name]}
    delimiter = DELIMITERS[options.delimiter]
    layout = LAYOUTS[form](source, columns, options.chunk_comments, delimiter)
    return Task(target, layout.checked(), judge, job)


def _format_of(path: Path, named: str | None) -> str:
    """Tell an archive's format by its name, unless the user names it."""
    ending = (path.with_suffix("") if is_compressed(path) else path).suffix.lower()
    form = named or _ENDINGS.get(ending)
    if form is None:
        raise ArchiveRefused(
            f"{path} does not end in one of {', '.join(_ENDINGS)}; name its format by --format "
            f"{'|'.join(LAYOUTS)}"
        )
    if form == "parquet" and is_compressed(path):
        raise ArchiveRefused(f"{path}: Parquet compresses its columns itself; unpack it first")
    return form


def _check_files(source: str, target: str) -> None:
    """Check that the input can be read again and the output is new."""
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


def _run(options: argparse.Namespace) -> str:
    task = _make_task(options)
    if options.restart:
        unfinished.remove(unfinished_folder(task.target))
    with open_chunk_map(options.jobs or usable_cores(), options.scheduler) as chunk_map:
        return score_archive(task, chunk_map)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Words after the program's name; the process's own where None.

    Returns:
        Exit status: 0; 1 after a failure or 2 after wrong use, told in one line; 130 where it was
        interrupted.
    """
    options = _parse(sys.argv[1:] if arguments is None else arguments)
    try:
        _tell(_run(options))
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
