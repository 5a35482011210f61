"""Tables of quality: held-back comments, the behaviour suite, benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from training.evaluation.metrics import TOO_FEW
from training.reports.evidence_cells import Table, figure, percent

_MEASURES: Final = {
    "roc_auc": "ROC-AUC",
    "recall_at_5_percent_false_rejects": "recall at 5 % false rejects",
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
}
_HEAD_MEASURES: Final = ("roc_auc", "average_precision", "precision", "recall")


def presets_table(held_back: Mapping[str, Any]) -> Table:
    """Tell what each preset does with held-back comments.

    Args:
        held_back: As `training.evidence.collect` gives it.
    """
    columns = ("rejected", "review", "approved", "precision", "recall", "false_reject", "missed")
    rows = [
        [name, f"{one['n']:,}", preset, *(percent(shares[column]) for column in columns)]
        for name, one in held_back.items()
        for preset, shares in one["presets"].items()
    ]
    return Table(
        "What each preset does with held-back comments",
        "Re-weighted to 20 % that should be rejected. Recall and missed are shares of those; false "
        "rejects a share of the others.",
        ["comments of", "n", "preset", "rejected", "held", "approved", "precision", "recall",
         "false rejects", "missed"],
        rows,
    )  # fmt: skip


def heads_table(held_back: Mapping[str, Any]) -> Table:
    """Tell what each judged head is worth on held-back comments.

    Args:
        held_back: As `training.evidence.collect` gives it.
    """
    rows = [
        [name, head, f"{values['n']:,}", f"{values['positives']:,}",
         *(figure(values[key]) for key in _HEAD_MEASURES)]
        for name, one in held_back.items()
        for head, values in one["heads"].items()
        if values["verdict"] != TOO_FEW
    ]  # fmt: skip
    return Table(
        "Held-back comments by head",
        "95 % bootstrap intervals; heads with fewer than 50 positives are not judged. Precision "
        "and recall at the thresholds of `assist`.",
        ["comments of", "head", "n", "positives", "ROC-AUC", "average precision", "precision",
         "recall"],
        rows,
    )  # fmt: skip


def behaviour_suite_table(capabilities: Sequence[Mapping[str, Any]]) -> Table:
    """Tell how many cases of the behaviour suite pass.

    Args:
        capabilities: As `training.evidence.collect` gives it.
    """
    rows = [
        [one["capability"].replace("_", " "), f"{one['cases']:,}",
         *(percent(one[key]) for key in ("passed", "held", "opposite", "named"))]
        for one in capabilities
    ]  # fmt: skip
    return Table(
        "Behaviour suite by capability",
        "Cases written for it, never trained on. Held went to a person; opposite is the wrong "
        "decision; named are the rejections that name the right guideline.",
        ["capability", "cases", "passed", "held", "opposite", "guideline named"],
        rows,
    )


def benchmarks_table(benchmarks: Sequence[Mapping[str, Any]]) -> Table:
    """Put the public benchmarks beside published figures.

    Args:
        benchmarks: As `training.evidence.collect` gives it.
    """
    rows = [
        [one["key"], one["about"], one["head"], f"{one['n']:,}", f"{one['positives']:,}",
         *_measured(one)]
        for one in benchmarks
    ]  # fmt: skip
    return Table(
        "Public benchmarks",
        "Nothing is trained on these. Accuracy at the threshold of `assist`, macro-F1 where the "
        "probability passes one half.",
        ["benchmark", "what", "head", "n", "positives", *_MEASURES.values(), "published"],
        rows,
        _worse(benchmarks),
    )


def _measured(one: Mapping[str, Any]) -> list[str]:
    """Write our figures on a benchmark and, in the last cell, those of others."""
    figures = one["figures"]
    return [*(figure(figures.get(key)) for key in _MEASURES), _others(one["published"])]


def _others(published: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name} {value:.3f}" for name, value in published["all"].items())
    return f"{published['measure'].replace('_', ' ')}: {told}" if told else "-"


def _worse(measured: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Name each published figure that ours does not reach."""
    return tuple(
        f"{one['key']}: {one['published']['measure'].replace('_', ' ')} {ours['value']:.3f}, "
        f"{system} {value:.3f}"
        for one in measured
        if (ours := one["figures"].get(one["published"]["measure"]))
        for system, value in one["published"]["all"].items()
        if ours["value"] < value
    )


def function_tables(benchmarks: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Tell the benchmarks that have functions, one table each.

    Args:
        benchmarks: As `training.evidence.collect` gives it.
    """
    return [_functions(one) for one in benchmarks if one["parts"]]


def _functions(benchmark: Mapping[str, Any]) -> Table:
    systems = list(benchmark["parts"][0]["published"])
    rows, worse = [], []
    for part in benchmark["parts"]:
        others = part["published"]
        rows.append(
            [part["part"], f"{part['n']:,}", figure(part),
             *(f"{others[system]:.3f}" if system in others else "-" for system in systems)]
        )  # fmt: skip
        behind = [system for system in systems if part["value"] < others.get(system, 0.0)]
        if behind:
            worse.append(f"{part['part']}: {part['value']:.3f}, behind {', '.join(behind)}")
    source = benchmark["published"]["source"]
    return Table(
        f"{benchmark['key']} by function",
        f"Share of right answers of the `{benchmark['head']}` head at its threshold "
        f"({benchmark['threshold']:.2f})." + (f" Others: {source}." if source else ""),
        ["function", "n", "this model", *systems],
        rows,
        tuple(worse),
    )


def own_splits_table(splits: Sequence[Mapping[str, Any]]) -> Table:
    """Tell what the recipe reaches trained on a benchmark's own part.

    Args:
        splits: As `training.evidence.collect` gives it.
    """
    rows = [
        [one["key"], f"{one['trained_on']:,}", f"{one['n']:,}", *_measured(one)] for one in splits
    ]
    return Table(
        "The same recipe trained on the benchmark's own part",
        "Features and solver of this project, fitted on the training part alone, as the published "
        "systems were; threshold chosen out of fold. YouTube: one video left out, five times.",
        ["benchmark", "trained on", "n", *_MEASURES.values(), "published"],
        rows,
        _worse(splits),
    )
