"""`make bench`: measures, prints tables with goals, and puts a full run into the documents.

`python -m tests.benchmarks.run --only scorer --quick` measures one part shortly and only prints.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.benchmarks import (
    lengths,
    memory,
    other_libraries,
    scorer_speed,
    service_speed,
    swap,
    training_scale,
)
from tests.benchmarks.machine import describe_machine, library_versions
from tests.benchmarks.measurement import Part
from tests.benchmarks.plots import draw_plots, plot_file
from tests.benchmarks.report import (
    full_report,
    headline,
    part_report,
    read_record,
    record_json,
    recorded_parts,
    summary,
)
from tests.benchmarks.setting import ROOT, Setting, prepare
from training.project_data import report
from training.reports.markers import write_between_markers

PARTS: Final[Mapping[str, Callable[[Setting], Part]]] = {
    scorer_speed.NAME: scorer_speed.measure,
    other_libraries.NAME: other_libraries.measure,
    lengths.NAME: lengths.measure,
    service_speed.NAME: service_speed.measure,
    memory.NAME: memory.measure,
    swap.NAME: swap.measure,
    training_scale.NAME: training_scale.measure,
}
DOCUMENTS: Final = ROOT / "docs"
RECORD: Final = DOCUMENTS / "benchmarks.json"
MARKERS: Final = "benchmarks"
GOALS: Final = "goals"
SPEED: Final = "speed"


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Args:
        arguments: Words after the program's name.

    Returns:
        The options.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.run", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=tuple(PARTS), metavar="PART",
        help=f"measure this part ({', '.join(PARTS)}); may be given again",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="few, short rounds: does it run?")
    parser.add_argument(
        "--write", action="store_true",
        help="put the figures into docs/ and README.md, as a full run does anyway",
    )  # fmt: skip
    parser.add_argument(
        "--rows", type=int, nargs="+", help="numbers of rows to train on, instead of the usual"
    )
    parser.add_argument(
        "--service-python", default=sys.executable, metavar="PYTHON",
        help="interpreter that runs the service; that of `make bench` has nothing else installed",
    )  # fmt: skip
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> None:
    """Measure, print, and where asked for write.

    Args:
        options: As `parse_arguments` returns them.

    Raises:
        ScoringError: There is no usable model.
        TrainingError: The project's own data is malformed.
        OSError: A document cannot be written.
    """
    rows = options.rows or (training_scale.QUICK_ROWS if options.quick else training_scale.ROWS)
    record = read_record(RECORD)
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        setting = prepare(
            Path(folder),
            quick=options.quick,
            training_rows=tuple(rows),
            service_python=options.service_python,
        )
        for name in options.only or PARTS:
            details = describe_run(setting, options)
            part = PARTS[name](setting)
            report(f"\n## {part.title}\n\n{part_report(part)}")
            record[name] = {"run": details, "found": part.to_json()}
            if options.write or not (options.only or options.quick):
                write_documents({key: record[key] for key in PARTS if key in record})


def describe_run(setting: Setting, options: argparse.Namespace) -> dict[str, Any]:
    """Say what, when and on what is measured.

    Args:
        setting: What is measured with.
        options: The command line's.

    Returns:
        Plain values for the record.
    """
    words = [word for name in options.only or () for word in ("--only", name)]
    words += ["--quick"] if options.quick else []
    words += ["--rows", *map(str, options.rows)] if options.rows else []
    comments = setting.comments
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "command": shlex.join(["python", "-m", "tests.benchmarks.run", *words]),
        "quick": setting.quick,
        "machine": describe_machine(),
        "libraries": library_versions(),
        "model": setting.published.manifest.version,
        "comments": {
            "source": comments.source,
            "n": len(comments.texts),
            "mean_code_points": round(comments.mean_length, 1),
        },
    }


def write_documents(record: Mapping[str, Any]) -> None:
    """Write the record, the plots, and the tables between the documents' markers.

    Args:
        record: What all parts found, and when.

    Raises:
        OSError: A document cannot be written.
        TrainingError: A document has no place for the tables.
    """
    RECORD.write_text(record_json(record), encoding="utf-8")
    plots = draw_plots(recorded_parts(record))
    for name, image in plots.items():
        (DOCUMENTS / plot_file(name)).write_bytes(image)
    files = {name: plot_file(name) for name in plots}
    write_between_markers(DOCUMENTS / "benchmarks.md", MARKERS, full_report(record, files))
    write_between_markers(DOCUMENTS / "benchmarks.md", GOALS, summary(record))
    write_between_markers(ROOT / "README.md", SPEED, headline(record))


if __name__ == "__main__":
    run(parse_arguments(sys.argv[1:]))
