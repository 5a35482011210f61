"""The record of all parts as JSON, and its tables as Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.benchmarks import scorer_speed, service_speed
from tests.benchmarks.measurement import AT_LEAST, Figure, Part, Table, part_from_json
from training.reports.markdown import markdown_table

_FIGURES: Final = ("figure", "measured", "lowest to highest round", "goal", "reached")
PAGE: Final = "docs/benchmarks.md"
_LARGE: Final = 1000


def read_record(path: Path) -> dict[str, Any]:
    """Read the record of earlier runs.

    Args:
        path: A JSON file, or none yet.

    Returns:
        For each part, what was found and the run that found it.
    """
    if not path.exists():
        return {}
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["parts"]
    return record


def record_json(record: Mapping[str, Any]) -> str:
    """Return the record as the text of a JSON file."""
    return json.dumps({"parts": record}, indent=1, ensure_ascii=False) + "\n"


def recorded_parts(record: Mapping[str, Any]) -> list[Part]:
    """Return what the parts of a record found, in its order."""
    return [part_from_json(entry["found"]) for entry in record.values()]


def full_report(record: Mapping[str, Any], plots: Mapping[str, str]) -> str:
    """Write out everything.

    Args:
        record: As `read_record` returns it.
        plots: For parts that have one, the name of their plot beside the document.

    Returns:
        Markdown.
    """
    blocks = []
    for entry in record.values():
        part = part_from_json(entry["found"])
        blocks += [f"## {part.title}", _run_line(entry["run"]), part_report(part)]
        if part.name in plots:
            blocks.append(f"![{part.title}]({plots[part.name]})")
    return "\n\n".join(blocks)


def part_report(part: Part) -> str:
    """Write out one part: figures with goals, what to know, further tables.

    Args:
        part: What was found.

    Returns:
        Markdown.
    """
    if part.skipped:
        return f"Not measured: {part.skipped}."
    figures = markdown_table(_FIGURES, [_line(figure) for figure in part.figures], numbers=(1,))
    facts = "\n".join(f"- {name}: {fact}" for name, fact in part.facts.items())
    tables = [f"{table.title}:\n\n{_table(table)}" for table in part.tables]
    return "\n\n".join(block for block in (figures, facts, *tables) if block)


def summary(record: Mapping[str, Any]) -> str:
    """Write out the figures that have a goal; of a group the worst.

    Args:
        record: As `read_record` returns it.

    Returns:
        Markdown.
    """
    lines = []
    for part in recorded_parts(record):
        if part.skipped:
            lines.append((part.title, "not measured", "", ""))
        for figure, of in worst_of_groups([f for f in part.figures if f.goal is not None]):
            name, measured, _, goal, reached = _line(figure)
            lines.append((f"{name} (worst of {of})" if of > 1 else name, measured, goal, reached))
    table = markdown_table(("figure", "measured", "goal", "reached"), lines, numbers=(1,))
    return f"{measured_on(record)}\n\n{table}"


def headline(record: Mapping[str, Any]) -> str:
    """Say in a sentence what a user waits for.

    Args:
        record: As `read_record` returns it.

    Returns:
        Markdown; what was not measured is left out.
    """
    parts = {part.name: part for part in recorded_parts(record) if not part.skipped}
    told = []
    for table in parts[service_speed.NAME].tables if service_speed.NAME in parts else ():
        if table.title == service_speed.LATENCIES:
            of = {
                (row[0], row[1]): row[3:] for row in table.rows if row[2] == service_speed.CLASSIFY
            }
            one, many = of[1, 1], of[1, 64]
            told.append(
                f"One worker answers {one[0]:,} requests a second over one connection, half of "
                f"them within {one[1]} ms and 99 % within {one[3]} ms, and {many[0]:,} over 64."
            )
    figures = parts[scorer_speed.NAME].figures if scorer_speed.NAME in parts else ()
    ratios = [f.found.median for f in figures if f.name.startswith("scikit-learn")]
    if ratios:
        told.append(
            f"The same model as a scikit-learn pipeline takes {min(ratios):.0f} (batches) to "
            f"{max(ratios):.0f} times as long (one by one)."
        )
    told.append(f"{measured_on(record)} All figures, goals and misses: [benchmarks]({PAGE}).")
    return "\n".join(told)


def measured_on(record: Mapping[str, Any]) -> str:
    """Say when, on what machine and with which model a record was made."""
    dates = sorted({entry["run"]["date"] for entry in record.values()})
    quick = any(entry["run"]["quick"] for entry in record.values())
    run = next(iter(record.values()))["run"]
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return (
        f"`make bench`, {when}{', a quick run' if quick else ''}; {run['machine']['processor']}, "
        f"{run['machine']['cores']} cores; model `{run['model']}`; {run['comments']['n']:,} "
        f"comments, mean length {run['comments']['mean_code_points']:g} code points."
    )


def worst_of_groups(figures: Sequence[Figure]) -> list[tuple[Figure, int]]:
    """Keep, of the figures of one group, the one farthest on the wrong side of its goal.

    Args:
        figures: Figures with goals.

    Returns:
        Figures in order, each with the size of its group.
    """
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(figure.group or figure.name, []).append(figure)
    return [(min(members, key=_merit), len(members)) for members in groups.values()]


def _merit(figure: Figure) -> float:
    goal = figure.goal
    wants_much = goal is not None and goal.relation == AT_LEAST
    return figure.found.median if wants_much else -figure.found.median


def _line(figure: Figure) -> tuple[str, str, str, str, str]:
    found, unit = figure.found, figure.unit
    single = found.low == found.high
    rounds = "" if single else f"{show(found.low, unit)} to {show(found.high, unit)}"
    goal = reached = ""
    if figure.goal is not None:
        goal = f"{figure.goal.relation} {show(figure.goal.bound, unit)}"
        if figure.goal.moonshot is not None:
            goal += f" (moonshot {show(figure.goal.moonshot, unit)})"
        reached = "yes" if figure.reached else "**no**"
    return figure.name, show(found.median, unit), rounds, goal, reached


def show(value: float, unit: str) -> str:
    """Write a value with three digits and its unit.

    Args:
        value: The value.
        unit: Its unit; `times` for a ratio, empty for a mere number.
    """
    number = f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:.3g}"
    return f"{number}×" if unit == "times" else f"{number} {unit}".strip()


def _table(table: Table) -> str:
    lines = [[f"{c:,}" if isinstance(c, (int, float)) else c for c in row] for row in table.rows]
    numbers = [c for c, cell in enumerate(table.rows[0]) if not isinstance(cell, str)]
    return markdown_table(table.header, lines, numbers=numbers)


def _run_line(run: Mapping[str, Any]) -> str:
    machine, comments = run["machine"], run["comments"]
    return (
        f"{run['date']}{', a quick run' if run['quick'] else ''}: {machine['processor']}, "
        f"{machine['cores']} cores, {machine['memory']}, {machine['system']}, {machine['python']}, "
        f"load average before {machine['load average before']}; model `{run['model']}`; "
        f"{comments['n']:,} {comments['source']}, mean length "
        f"{comments['mean_code_points']:g} code points; `{run['command']}`."
    )
