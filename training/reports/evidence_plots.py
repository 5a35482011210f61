"""Pictures of the evidence, as PNG bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from training.evaluation.plots import BLUE, GREY, VERMILION, figure_png, new_figure
from training.sources.labels import REJECT


def evidence_pictures(found: Mapping[str, Any]) -> dict[str, bytes]:
    """Draw what the tables tell best in a picture.

    Args:
        found: As `training.evidence.collect` gives it.

    Returns:
        PNG images by title; those that there is nothing to draw of are left out.
    """
    pictures = {}
    for name, entries in found["calibration"].items():
        for entry in entries:
            if entry["head"] == REJECT:
                pictures[f"Reliability, {name}"] = figure_png(_reliability(name, entry))
    if found["behaviour"]:
        pictures["Behaviour suite"] = figure_png(_behaviour(found["behaviour"]))
    functions = [one for one in found["benchmarks"] if one["key"] == "hatecheck"]
    if functions:
        pictures["HateCheck by function"] = figure_png(_functions(functions[0]))
    if found["evasion"]["attacks"]:
        pictures["Disguises"] = figure_png(_attacks(found["evasion"]["attacks"]))
    return pictures


def _reliability(name: str, entry: Mapping[str, Any]) -> Figure:
    figure, axes = new_figure(f"{name} (n = {entry['n']:,})", (5.5, 4.5))
    bins = entry["bins"]
    share = bins["share"]
    below = [one - low for one, low in zip(share, bins["low"], strict=True)]
    above = [high - one for one, high in zip(share, bins["high"], strict=True)]
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="perfectly calibrated")
    axes.errorbar(
        bins["probability"], share, yerr=(below, above), color=BLUE, marker="o", capsize=3,
        label=f"calibration error {entry['error']['value']:.3f}",
    )  # fmt: skip
    axes.set(
        xlabel="probability of rejection, mean of a bin",
        ylabel="share to be rejected", xlim=(0, 1), ylim=(0, 1),
    )  # fmt: skip
    axes.legend(loc="upper left")
    return figure


def _behaviour(capabilities: Sequence[Mapping[str, Any]]) -> Figure:
    ranked = sorted(capabilities, key=lambda one: float(one["passed"]))
    names = [f"{one['capability'].replace('_', ' ')} ({one['cases']})" for one in ranked]
    figure, axes = new_figure("Behaviour suite", (8, 0.28 * len(ranked) + 1.2))
    left = [0.0] * len(ranked)
    for key, colour, label in (
        ("passed", BLUE, "as asked"), ("held", "#B0B0B0", "to a person"),
        ("opposite", VERMILION, "opposite"),
    ):  # fmt: skip
        values = [100 * one[key] for one in ranked]
        axes.barh(names, values, left=left, color=colour, label=label)
        left = [a + b for a, b in zip(left, values, strict=True)]
    axes.set(xlabel="cases, %", xlim=(0, 100))
    axes.legend(loc="lower left")
    return figure


def _functions(benchmark: Mapping[str, Any]) -> Figure:
    parts = benchmark["parts"][::-1]
    figure, axes = new_figure("HateCheck by function", (8, 0.28 * len(parts) + 1.2))
    names, places = [one["part"] for one in parts], range(len(parts))
    for system, marker, colour in (
        ("Perspective", "^", VERMILION), ("BERT (Davidson)", "s", GREY), ("", "o", BLUE),
    ):  # fmt: skip
        values = [one["published"].get(system) if system else one["value"] for one in parts]
        axes.plot(
            values, places, marker, color=colour, label=system or "this model", linestyle="none"
        )
    axes.set_yticks(list(places), names)
    axes.set(xlabel="share of right answers", xlim=(-0.02, 1.02))
    axes.legend(loc="lower left")
    return figure


def _attacks(attacks: Sequence[Mapping[str, Any]]) -> Figure:
    ranked = sorted(attacks, key=lambda one: float(one["probability_kept"]))
    figure, axes = new_figure("Disguises", (8, 0.28 * len(ranked) + 1.2))
    names = [one["attack"] for one in ranked]
    axes.barh(names, [100 * one["probability_kept"] for one in ranked], color=BLUE)
    axes.axvline(90, color=VERMILION, linestyle="--", label="goal, 90 %")
    axes.set(xlabel="probability of rejection kept, %", xlim=(0, 105))
    axes.legend(loc="lower left")
    return figure
