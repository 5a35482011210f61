"""The command line of training: `python -m training STEP`; `--help` lists the steps."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from scoring.artifacts.selection import make_current, use_version
from scoring.artifacts.shipped import chosen_models
from scoring.artifacts.versions import load_current, load_version
from scoring.compilation.cache import load_kernels
from scoring.errors import ScoringError
from scoring.parallel.chunk_map import LOCAL, ChunkMap, ThreadMap, open_chunk_map
from training.corpus.merge import HELD_BACK, TRAIN
from training.corpus.weights import judging_weights, news_folders, news_keys
from training.errors import TrainingError
from training.evaluation.gate import compare
from training.evaluation.own_rows import own_rows
from training.own_decisions.command import add_import, import_decisions
from training.own_labels.annotations import read_annotations
from training.own_labels.held_back import append_held_back, newly_held_back, read_held_back
from training.pipeline import Folders, train
from training.project_data import CASES, read_corpus, report
from training.publishing.model_card import comparison_table
from training.reports.ablation import (
    FIRST,
    FULL,
    ablation_table,
    held_back_table,
    prepare,
    variants,
)
from training.reports.behaviour import behaviour_report, write_behaviour
from training.reports.case_files import case_files_report
from training.reports.data_report import write_data_report
from training.reports.evaluate_command import OUT, add_evaluate, run_evaluate
from training.reports.markers import write_between_markers
from training.reports.readme import write_readme
from training.reports.seeds_command import add_seeds, run_seeds
from training.resources import Resources, peak_memory
from training.settings import TrainingSettings
from training.sources.fetch import Upstream, bring_sources
from training.sources.registry import load_registry

PROGRAM: Final = "comment-moderation"
DEFAULT_MIRROR = Path("../shared/datasets")


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Args:
        arguments: Words after the program's name.

    Returns:
        The options.
    """
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="the data folder")
    parser.add_argument(
        "--models",
        type=Path,
        default=chosen_models(os.environ),
        help="the folder of versions (MODERATION_MODELS)",
    )
    steps = parser.add_subparsers(dest="step", required=True)
    data = steps.add_parser("data", help="bring the sources into data/raw")
    data.add_argument("--mirror", type=Path, help="a folder that holds the sources' files")
    data.add_argument("--offline", action="store_true", help="never download")
    add_import(steps)
    training = steps.add_parser("train", help="train, evaluate and publish a version")
    training.add_argument("--force", action="store_true", help="use it whatever the gate says")
    training.add_argument(
        "--no-publish",
        action="store_true",
        help="keep the version in use: the new one waits for `models use`",
    )
    training.add_argument(
        "--own-weight",
        type=float,
        default=TrainingSettings().own_weight,
        metavar="W",
        help="weight of an own decision (30; a written comment's is 10)",
    )
    steps.add_parser("hold-back", help="append newly annotated comments to the held-back list")
    evaluation = add_evaluate(steps)
    for step in (training, evaluation, add_seeds(steps, OUT)):
        _add_resources(step)
    counted = steps.add_parser("data-report", help="print what each source holds and teaches")
    counted.add_argument(
        "--write", action="store_true", help="write it into data/README.md and docs/data"
    )
    steps.add_parser("ablation", help="print what each step and each source is worth")
    behaviour = steps.add_parser("behaviour", help="run the behaviour suite on the current version")
    behaviour.add_argument("--write", type=Path, help="put it between the markers of this file")
    cases = steps.add_parser(
        "cases", help="judge files of comments beside what should become of them"
    )
    cases.add_argument("files", type=Path, nargs="+", help="JSON Lines: text, decision, category")
    cases.add_argument(
        "--write",
        type=Path,
        nargs="+",
        default=[],
        help="put it between the markers of these files",
    )
    steps.add_parser("readme", help="write the current model's figures into README.md and docs")
    two = steps.add_parser("compare", help="compare two versions on the held-back comments")
    two.add_argument("first")
    two.add_argument("second")
    use = steps.add_parser("use", help="use a published version on this machine")
    use.add_argument("version")
    use.add_argument("--ship", action="store_true", help="make it the version that git tracks")
    return parser.parse_args(arguments)


def _add_resources(step: argparse.ArgumentParser) -> None:
    step.add_argument(
        "--jobs", type=_at_least_one, default=2, help="threads, or worker processes of a cluster"
    )
    step.add_argument(
        "--scheduler",
        nargs="?",
        const=LOCAL,
        metavar="ADDRESS",
        help="read texts on a Dask cluster: of this machine's processes, or at an address",
    )


def _at_least_one(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError(f"it is {number}, it must be at least 1")
    return number


def run(options: argparse.Namespace) -> None:
    """Do one step.

    Args:
        options: As `parse_arguments` returns them.

    Raises:
        TrainingError: The data cannot be used.
        ScoringError: A model cannot be used.
        OSError: The disk is full or a folder cannot be written.
    """
    steps: dict[str, Callable[[Folders, argparse.Namespace], None]] = {
        "data": _bring,
        "import": _import,
        "train": _train,
        "hold-back": _hold_back,
        "evaluate": _evaluate,
        "seeds": _retrain_on_seeds,
        "ablation": _ablate,
        "data-report": lambda folders, options: write_data_report(
            folders.data, write=options.write
        ),
        "behaviour": _run_behaviour,
        "cases": _judge_case_files,
        "readme": lambda folders, _: write_readme(folders.data.parent, folders.models),
        "compare": _compare,
        "use": _use,
    }
    steps[options.step](Folders(options.data, options.models), options)


@contextlib.contextmanager
def _open_chunk_map(options: argparse.Namespace) -> Iterator[ChunkMap]:
    """Open what runs chunks; scoring's compiled code is loaded before any is called."""
    load_kernels()
    with open_chunk_map(options.jobs, options.scheduler) as chunk_map:
        yield chunk_map


def _bring(_folders: Folders, options: argparse.Namespace) -> None:
    mirror = options.mirror or (DEFAULT_MIRROR if DEFAULT_MIRROR.is_dir() else None)
    registry = load_registry(options.data / "sources.toml")
    upstream = None if options.offline else Upstream()
    for status in bring_sources(registry, options.data / "raw", mirror, upstream).statuses:
        report(str(status))


def _train(folders: Folders, options: argparse.Namespace) -> None:
    started, settings = (
        time.monotonic(),
        TrainingSettings(jobs=options.jobs, own_weight=options.own_weight),
    )
    with _open_chunk_map(options) as chunk_map:
        train(
            folders,
            settings,
            force=options.force,
            publish_it=not options.no_publish,
            chunk_map=chunk_map,
        )
    peak = peak_memory()
    memory = "" if peak is None else f", at most {peak / 1e9:.2f} GB of memory"
    report(f"{time.monotonic() - started:.0f} s{memory}")


def _hold_back(folders: Folders, _options: argparse.Namespace) -> None:
    path = folders.data / "splits" / "held_back.txt"
    registry = load_registry(folders.data / "sources.toml")
    annotations = read_annotations(folders.data / "annotations")
    already = read_held_back(path)
    keys = newly_held_back(annotations, already, news_folders(registry))
    append_held_back(path, keys)
    report(f"{len(keys)} keys appended to {path}, {len(already)} were there")


def _ablate(folders: Folders, _options: argparse.Namespace) -> None:
    registry, settings = load_registry(folders.data / "sources.toml"), TrainingSettings()
    resources = Resources(ThreadMap(settings.jobs))
    corpus = read_corpus(folders.data, registry, resources=resources)
    unannotated = read_corpus(folders.data, registry, annotated=False, resources=resources).rows
    data = prepare(corpus.part(TRAIN), unannotated, registry, settings, resources)
    report(ablation_table(data, registry, settings))
    held_back = corpus.part(HELD_BACK)
    weights = judging_weights(held_back, news_keys(registry), settings.prevalence)
    every = {variant.name: variant for variant in variants(data, registry, settings)}
    report("")
    report(held_back_table(data, held_back, weights, every[FIRST], every[FULL], settings))


def _run_behaviour(folders: Folders, options: argparse.Namespace) -> None:
    told = behaviour_report(load_current(folders.models), folders.data.parent / CASES)
    report(told)
    if options.write is not None:
        write_behaviour(options.write, told)


def _judge_case_files(folders: Folders, options: argparse.Namespace) -> None:
    told = case_files_report(load_current(folders.models), options.files)
    report(told)
    for document in options.write:
        write_between_markers(document, "cases", told)


def _import(_folders: Folders, options: argparse.Namespace) -> None:
    for line in import_decisions(options):
        report(line)


def _compare(folders: Folders, options: argparse.Namespace) -> None:
    """Compare two versions head by head, as the gate does, on public and on own held-back rows."""
    first, second = (
        load_version(folders.models, version) for version in (options.first, options.second)
    )
    registry, settings = load_registry(folders.data / "sources.toml"), TrainingSettings()
    held_back = read_corpus(folders.data, registry).part(HELD_BACK)
    weights = judging_weights(held_back, news_keys(registry), settings.prevalence)
    judging = weights > 0
    for name, rows, row_weights in (
        ("held-back news comments", held_back[judging].reset_index(drop=True), weights[judging]),
        ("own held-back decisions", own := own_rows(held_back), np.ones(len(own))),
    ):
        if len(rows):
            found = compare(first, second, rows, row_weights, seed=settings.seed)
            report(f"{len(rows):,} {name}; the first version is `current`:")
            report(comparison_table(found))


def _use(folders: Folders, options: argparse.Namespace) -> None:
    choose = make_current if options.ship else use_version
    choose(folders.models, options.version)
    report(f"{options.version} is in use")


def _evaluate(folders: Folders, options: argparse.Namespace) -> None:
    with _open_chunk_map(options) as chunk_map:
        run_evaluate(folders.data, folders.models, options, Resources(chunk_map), report)


def _retrain_on_seeds(folders: Folders, options: argparse.Namespace) -> None:
    with _open_chunk_map(options) as chunk_map:
        run_seeds(folders.data, folders.models, options, Resources(chunk_map), report)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Words after the program's name; the process's own where None.

    Returns:
        Exit code: 0, or 1 after an error told in one line.
    """
    try:
        run(parse_arguments(sys.argv[1:] if arguments is None else arguments))
    except (TrainingError, ScoringError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
