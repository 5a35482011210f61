"""Tables of what bends a decision: names, disguises, calibration, explanations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from training.evidence.seeds import seed_ranges
from training.reports.evidence_cells import Table, figure, percent

_AUCS: Final = ("subgroup_auc", "bpsn_auc", "bnsp_auc")


def madlibs_table(madlibs: Mapping[str, Any] | None) -> Table:
    """Tell the AUCs by identity term, the lowest BPSN first.

    Args:
        madlibs: As `training.evidence.collect` gives it.
    """
    header = ["term", "n", "subgroup AUC", "BPSN AUC", "BNSP AUC"]
    about = (
        "76,564 sentences from six templates and 50 identity terms. Subgroup: within the term; "
        "BPSN: other toxic against the term's harmless sentences (low: the name itself counts "
        "against it); BNSP: the reverse (Borkan and others, 2019)."
    )
    if not madlibs:
        return Table("Identity terms (madlibs)", about, header, [])
    rows = [["mean over terms", f"{madlibs['n']:,}", *(f"{madlibs['mean'][a]:.4f}" for a in _AUCS)]]
    for system, values in madlibs["published"].items():
        rows.append([system, "-", *(f"{values[auc]:.4f}" for auc in _AUCS)])
    ranked = sorted(madlibs["terms"].items(), key=lambda item: item[1]["bpsn_auc"])
    rows += [[t, f"{v['n']:,}", *(f"{v[auc]:.4f}" for auc in _AUCS)] for t, v in ranked]
    worse = tuple(
        f"{auc.replace('_', ' ')}: {madlibs['mean'][auc]:.4f}, {system} {values[auc]:.4f}"
        for system, values in madlibs["published"].items()
        for auc in _AUCS
        if madlibs["mean"][auc] < values[auc]
    )
    return Table("Identity terms (madlibs)", about, header, rows, worse)


def groups_table(groups: Sequence[Mapping[str, Any]]) -> Table:
    """Tell what becomes of the same sentences about each group.

    Args:
        groups: As `training.evidence.collect` gives it.
    """
    rows = [
        [one["group"], str(one["n_approve"]), percent(one["rejected"]), percent(one["held"]),
         f"{one['mean_harmless']:.3f}", str(one["n_reject"]), percent(one["caught"]),
         percent(one["missed"])]
        for one in groups
    ]  # fmt: skip
    return Table(
        "Groups among this publisher's readers, in the same sentences",
        "`tests/behaviour/bias/groups.tsv`: harmless ones that are rejected or held, hateful ones "
        "that are rejected or approved.",
        ["group", "harmless", "rejected", "held", "mean probability", "hateful", "rejected",
         "approved"],
        rows,
    )  # fmt: skip


def spread_table(spread: Sequence[Mapping[str, Any]]) -> Table:
    """Tell how much a name moves the probability.

    Args:
        spread: As `training.evidence.collect` gives it.
    """
    rows = [
        [one["kind"], one["sentence"].replace("{filler}", "…"), f"{one['n']:,}",
         f"{one['p5']:.3f}", f"{one['p50']:.3f}", f"{one['p95']:.3f}", percent(one["approved"]),
         percent(one["rejected"])]
        for one in spread
    ]  # fmt: skip
    return Table(
        "The same sentence with other names",
        "Percentiles of the probability of rejection over the names put in.",
        ["kind", "sentence", "n", "5th", "median", "95th", "approved", "rejected"],
        rows,
    )


def attacks_table(attacks: Sequence[Mapping[str, Any]]) -> Table:
    """Tell what is kept of a rejection under each disguise.

    Args:
        attacks: As `training.evidence.collect` gives it.
    """
    rows = [
        [one["attack"], f"{one['n']:,}", percent(one["probability_kept"]),
         percent(one["rejected"]), percent(one["approved"]), percent(one["newly_rejected"])]
        for one in attacks
    ]  # fmt: skip
    return Table(
        "Disguises",
        "The three words that weigh most, disguised, in cases that are rejected as they stand; the "
        "last column does the same to harmless cases. Goals: 90 % of the probability kept, under "
        "1 % newly rejected.",
        ["disguise", "n", "probability kept", "still rejected", "approved", "harmless rejected"],
        rows,
    )


def harmless_table(kinds: Sequence[Mapping[str, Any]]) -> Table:
    """Tell what becomes of strings that only look disguised.

    Args:
        kinds: As `training.evidence.collect` gives it.
    """
    rows = [
        [one["kind"], f"{one['n']:,}", percent(one["rejected"]), percent(one["held"])]
        for one in kinds
    ]
    return Table(
        "Strings that only look like a disguise",
        "Made at random; none of them offends. Goal: under 1 % rejected.",
        ["kind", "n", "rejected", "held"],
        rows,
    )


def calibration_table(parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> Table:
    """Tell the calibration error by part and head.

    Args:
        parts: As `training.evidence.collect` gives it.
    """
    rows = [
        [name, one["head"], f"{one['n']:,}", f"{one['positives']:,}", figure(one["error"])]
        for name, entries in parts.items()
        for one in entries
    ]
    return Table(
        "Calibration",
        "Expected calibration error over ten bins of equal weight, with 95 % interval.",
        ["comments of", "head", "n", "positives", "calibration error"],
        rows,
    )


def history_table(history: Sequence[Mapping[str, Any]]) -> Table:
    """Tell what a probability of .8 has meant by version.

    Args:
        history: As `training.evidence.collect` gives it.
    """
    rows = [[one["version"], one["part"], f"{one['n']:,}", figure(one)] for one in history]
    return Table(
        "What a probability of .8 has meant",
        "Share of the held-back comments at or above .8 that were to be rejected, by version; not "
        "re-weighted.",
        ["version", "comments of", "n at .8 or above", "to be rejected"],
        rows,
    )


def seeds_table(seeds: Mapping[str, Any]) -> Table:
    """Tell what retrains on other seeds do to the precision of each preset.

    Args:
        seeds: As `training.evidence.collect` gives it; may be empty.
    """
    ranges = seed_ranges(seeds["runs"]) if seeds else []
    told = ", ".join(str(run["seed"]) for run in seeds["runs"][1:]) if seeds else ""
    rows = [
        [one["part"], one["preset"], f"{one['rejected']:,}", figure(one),
         f"{one['lowest']:.3f} to {one['highest']:.3f}", "yes" if one["within"] else "NO"]
        for one in ranges
        if one["within"] is not None
    ]  # fmt: skip
    return Table(
        "Precision of the presets, trained again on other seeds",
        f"The model ({seeds.get('date')}) beside the same recipe on the same data with the "
        f"seeds {told} for folds, disguises and thresholds; re-weighted to the stated prevalence.",
        ["comments of", "preset", "rejected", "precision", "on the other seeds",
         "within its interval"],
        rows,
    )  # fmt: skip


def explanations_table(explanations: Mapping[str, Any]) -> Table:
    """Tell the deletion test and the F1 of toxic spans.

    Args:
        explanations: As `training.evidence.collect` gives it.
    """
    rows, deletion, spans = [], explanations["deletion"], explanations["spans"]
    if deletion:
        count = f"{deletion['n']:,}"
        rows += [
            ["probability lost without the three words named", count, figure(deletion["named"])],
            ["probability lost without three others", count, figure(deletion["others"])],
            ["the named ones cost more", count, percent(deletion["named_more"])],
        ]
    if spans:
        count = f"{spans['n']:,}"
        rows += [
            ["toxic spans: F1 of characters", count, figure(spans["character_f1"])],
            ["the same where all is marked", count, f"{spans['marked_all']:.3f}"],
            ["the same where nothing is marked", count, f"{spans['marked_none']:.3f}"],
        ]
    return Table(
        "Explanations",
        "Deletion test on rejected comments; SemEval-2021 toxic spans, official test: words of at "
        "least half the weight of the heaviest against what people marked.",
        ["measure", "n", "figure"],
        rows,
    )
