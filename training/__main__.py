"""The command line of training: `python -m training STEP`; `--help` lists the steps."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from scoring.errors import ScoringError
from scoring.store import load_current, make_current
from training.ablation import FIRST, FULL, ablation_table, held_back_table, prepare, variants
from training.annotations import read_annotations
from training.corpus.assemble import HELD_BACK, TRAIN
from training.corpus.held_back import append_held_back, newly_held_back, read_held_back
from training.corpus.row_weights import judging_weights, news_keys
from training.data_report import write_data_report
from training.errors import TrainingError
from training.evaluate import evaluate
from training.pipeline import Folders, read_corpus, report, train
from training.settings import TrainingSettings
from training.sources.fetch import Upstream, bring_sources
from training.sources.registry import load_registry

DEFAULT_MIRROR = Path("../shared/datasets")


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Args:
        arguments: Words after the program's name.

    Returns:
        The options.
    """
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="the data folder")
    parser.add_argument(
        "--models",
        type=Path,
        default=Path(os.environ.get("MODERATION_MODELS", "models")),
        help="the folder of versions (MODERATION_MODELS)",
    )
    steps = parser.add_subparsers(dest="step", required=True)
    data = steps.add_parser("data", help="bring the sources into data/raw")
    data.add_argument("--mirror", type=Path, help="a folder that holds the sources' files")
    data.add_argument("--offline", action="store_true", help="never download")
    training = steps.add_parser("train", help="train, evaluate and publish a version")
    training.add_argument(
        "--force", action="store_true", help="make it current whatever the gate says"
    )
    training.add_argument("--jobs", type=_at_least_one, default=2, help="heads fitted at once")
    steps.add_parser("hold-back", help="append newly annotated comments to the held-back list")
    steps.add_parser("evaluate", help="measure the current version on the held-back comments")
    counted = steps.add_parser("data-report", help="print what each source holds and teaches")
    counted.add_argument("--write", type=Path, help="put it between the markers of this file")
    steps.add_parser("ablation", help="print what each step and each source is worth")
    use = steps.add_parser("use", help="make a published version current")
    use.add_argument("version")
    return parser.parse_args(arguments)


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
    folders = Folders(options.data, options.models)
    if options.step == "data":
        _bring(options)
    elif options.step == "train":
        train(folders, TrainingSettings(jobs=options.jobs), force=options.force)
    elif options.step == "hold-back":
        _hold_back(folders)
    elif options.step == "evaluate":
        _evaluate(folders)
    elif options.step == "ablation":
        _ablate(folders)
    elif options.step == "data-report":
        write_data_report(folders.data, options.write)
    else:
        make_current(folders.models, options.version)
        report(f"{options.version} is current")


def _bring(options: argparse.Namespace) -> None:
    mirror = options.mirror or (DEFAULT_MIRROR if DEFAULT_MIRROR.is_dir() else None)
    registry = load_registry(options.data / "sources.toml")
    upstream = None if options.offline else Upstream()
    for status in bring_sources(registry, options.data / "raw", mirror, upstream).statuses:
        report(str(status))


def _hold_back(folders: Folders) -> None:
    path = folders.data / "splits" / "held_back.txt"
    already = read_held_back(path)
    keys = newly_held_back(read_annotations(folders.data / "annotations"), already)
    append_held_back(path, keys)
    report(f"{len(keys)} keys appended to {path}, {len(already)} were there")


def _ablate(folders: Folders) -> None:
    registry, settings = load_registry(folders.data / "sources.toml"), TrainingSettings()
    corpus = read_corpus(folders.data, registry)
    unannotated = read_corpus(folders.data, registry, annotated=False).rows
    data = prepare(corpus.part(TRAIN), unannotated, registry, settings)
    report(ablation_table(data, registry, settings))
    held_back = corpus.part(HELD_BACK)
    weights = judging_weights(held_back, news_keys(registry), settings.prevalence)
    every = {variant.name: variant for variant in variants(data, registry, settings)}
    report("")
    report(held_back_table(data, held_back, weights, every[FIRST], every[FULL], settings))


def _evaluate(folders: Folders) -> None:
    registry = load_registry(folders.data / "sources.toml")
    settings = TrainingSettings()
    rows = read_corpus(folders.data, registry).part(HELD_BACK)
    weights = judging_weights(rows, news_keys(registry), settings.prevalence)
    if not weights.any():
        report("no held-back comment could be read; run `make data` first")
        return
    metrics = evaluate(load_current(folders.models), rows, weights, seed=settings.seed)
    report(json.dumps(metrics, indent=1))


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
