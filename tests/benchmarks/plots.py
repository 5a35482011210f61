"""Plots of the benchmarks, drawn from the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, ScalarFormatter

from tests.benchmarks import lengths, service_speed, training_scale
from tests.benchmarks.measurement import Part, Table
from training.evaluation.plots import BLUE, GREY, MARKERS, VERMILION, figure_png

PREFIX: Final = "benchmarks"
_SIZE: Final = (9.0, 3.6)
_DOTS: Final = 100
_DASHES: Final = ("-", "--", ":")


def draw_plots(parts: Sequence[Part]) -> dict[str, bytes]:
    """Draw the plot of each part that has one and was measured.

    Args:
        parts: What was found.

    Returns:
        PNG images by name of the part.
    """
    drawn = {}
    for part in parts:
        if part.name in _PLOTS and not part.skipped:
            drawn[part.name] = figure_png(_PLOTS[part.name](part), dots_per_inch=_DOTS)
    return drawn


def plot_file(part: str) -> str:
    """Return the file name of a part's plot."""
    return f"{PREFIX}_{part}.png"


def _service(part: Part) -> Figure:
    table = _needed(part, service_speed.LATENCIES)
    workers = sorted(set(table.column("workers")))
    figure, panels = _panels(len(workers))
    for panel, count in zip(panels, workers, strict=True):
        for route, color in (("/classify", BLUE), ("/noop", VERMILION)):
            rows = [row for row in table.rows if row[0] == count and row[2] == route]
            for n, name in enumerate(("p50", "p95", "p99")):
                at = list(table.header).index(f"{name} ms")
                panel.plot(
                    [row[1] for row in rows], [row[at] for row in rows], color=color,
                    linestyle=_DASHES[n], marker=MARKERS[n], label=f"{route} {name}",
                )  # fmt: skip
        panel.set(
            xscale="log", yscale="log", xlabel="connections", ylabel="latency, ms",
            title=f"{count} {'worker' if count == 1 else 'workers'}",
        )  # fmt: skip
        _plain_ticks(panel, table.column("connections"))
    panels[0].legend(fontsize="small")
    return figure


def _length(part: Part) -> Figure:
    growth = _needed(part, lengths.GROWTH_TABLE)
    slow = _needed(part, lengths.PATHOLOGICAL_TABLE)
    figure, (left, right) = _panels(2)
    sizes, cost = growth.column("code points a comment"), growth.column("ns a byte")
    left.errorbar(sizes, cost, yerr=_errors(growth), color=BLUE, marker="o", capsize=3)
    left.set(xscale="log", xlabel="code points a comment", ylabel="ns a byte", ylim=(0, None),
             title="as comments grow")  # fmt: skip
    _plain_ticks(left, sizes)
    names = slow.column("input")
    right.barh(names, slow.column("ns a byte"), xerr=_errors(slow), color=BLUE)
    ordinary = slow.column("ns a byte")[names.index(lengths.ORDINARY)]
    right.axvline(3 * ordinary, color=GREY, linestyle="--", label="3 × ordinary comments")
    right.invert_yaxis()
    right.set(xlabel="ns a byte", title="20 kB in one comment")
    right.legend(fontsize="small", loc="best")
    return figure


def _training(part: Part) -> Figure:
    table = _needed(part, training_scale.TABLE)
    figure, panels = _panels(2)
    rows = table.column("rows")
    for panel, name in zip(panels, ("seconds", "peak MB"), strict=True):
        panel.plot(rows, table.column(name), color=BLUE, marker="o")
        panel.set(xlabel="rows", ylabel=name, xlim=(0, None), ylim=(0, None))
        panel.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:,.0f}k")
    return figure


_PLOTS: Final[Mapping[str, Callable[[Part], Figure]]] = {
    service_speed.NAME: _service,
    lengths.NAME: _length,
    training_scale.NAME: _training,
}


def _panels(count: int) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=_SIZE, layout="constrained")
    FigureCanvasAgg(figure)
    panels = list(figure.subplots(1, count, squeeze=False)[0])
    for panel in panels:
        panel.grid(visible=True, alpha=0.3)
    return figure, panels


def _needed(part: Part, title: str) -> Table:
    table = part.table(title)
    if table is None:
        raise KeyError(f"part {part.name} has no table {title!r}; run it again")
    return table


def _errors(table: Table) -> tuple[list[float], list[float]]:
    middle, low, high = (table.column(name) for name in ("ns a byte", "low", "high"))
    return (
        [m - a for m, a in zip(middle, low, strict=True)],
        [b - m for m, b in zip(middle, high, strict=True)],
    )


def _plain_ticks(panel: Axes, values: Sequence[Any]) -> None:
    panel.set_xticks(sorted(set(values)))
    panel.xaxis.set_major_formatter(ScalarFormatter())
    panel.xaxis.set_minor_formatter(NullFormatter())
