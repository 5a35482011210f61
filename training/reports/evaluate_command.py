"""`make evaluate`: the evidence on the model in use, as a page, as JSON and in the terminal."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from scoring.artifacts.versions import load_current
from training.corpus.merge import HELD_BACK
from training.errors import TrainingError
from training.evaluation.behaviour import read_cases
from training.evidence.collect import FORMAT, Inputs, collect
from training.project_data import CASES, read_corpus
from training.reports.evidence_card import evidence_card
from training.reports.evidence_page import evidence_page
from training.reports.evidence_summary import terminal_page
from training.reports.seeds_command import SEEDS_FILE, read_seeds
from training.resources import Resources
from training.sources.registry import load_registry

OUT: Final = Path("docs/evaluation")
JSON_FILE: Final = "evaluation.json"
PAGE: Final = "index.html"
CARD: Final = "model_card.md"
GROUP_SENTENCES: Final = Path("tests/behaviour/bias")


class EvidenceError(TrainingError):
    """A stored report is of another format."""


def add_evaluate(
    steps: argparse._SubParsersAction[argparse.ArgumentParser],
) -> argparse.ArgumentParser:
    """Add the step `evaluate` to a command line.

    Args:
        steps: The steps of the command line.

    Returns:
        The step.
    """
    step = steps.add_parser(
        "evaluate", help="measure the version in use on everything that is there"
    )
    step.add_argument("--out", type=Path, default=OUT, help=f"folder of the report ({OUT})")
    step.add_argument(
        "--quick",
        action="store_true",
        help="keep the last report's figures of the recipe trained on the benchmarks' own parts",
    )
    return step


def run_evaluate(
    data: Path,
    models: Path,
    options: argparse.Namespace,
    resources: Resources,
    report: Callable[[str], None],
) -> None:
    """Measure the version in use and write the report.

    Args:
        data: The folder data/.
        models: The folder of versions.
        options: `out` and `quick`.
        resources: What to compute with.
        report: Told each line.

    Raises:
        EvidenceError: The last report is of another format.
    """
    registry = load_registry(data / "sources.toml")
    held_back = read_corpus(data, registry, resources=resources).part(HELD_BACK)
    if not len(held_back):
        report("no held-back comment could be read; run `make data` first")
        return
    path = options.out / JSON_FILE
    last = read_report(path) if path.exists() else {}
    current = load_current(models)
    inputs = Inputs(
        data,
        registry,
        held_back,
        read_cases(data.parent / CASES),
        data.parent / GROUP_SENTENCES,
        history=last.get("cut_history", []),
        own_splits=last.get("own_splits", []) if options.quick else None,
        seeds=read_seeds(options.out / SEEDS_FILE, current.manifest.version),
    )
    found = collect(current, inputs, report)
    write_report(options.out, found)
    report(f"\n{terminal_page(found)}\n\nwritten: {options.out / PAGE}, {options.out / JSON_FILE}")


def read_report(path: Path) -> dict[str, Any]:
    """Read a report's figures.

    Args:
        path: `evaluation.json`.

    Raises:
        EvidenceError: It is of another format.
        OSError: It cannot be read.
    """
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if found.get("format") != FORMAT:
        raise EvidenceError(
            f"{path} has format {found.get('format')!r}, this version reads {FORMAT}; move it away "
            "and run `make evaluate` again"
        )
    return found


def write_report(out: Path, found: dict[str, Any]) -> None:
    """Write figures and page.

    Args:
        out: The folder, made where it is missing.
        found: The figures.

    Raises:
        OSError: It cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (out / JSON_FILE).write_text(text + "\n", encoding="utf-8")
    (out / PAGE).write_text(evidence_page(found), encoding="utf-8")
    (out / CARD).write_text(evidence_card(found), encoding="utf-8")
