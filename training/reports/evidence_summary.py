"""The evidence in plain words, for the head of the page, the terminal, the card and the README."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from training.evidence.collect import ALL_PLACES, NEWS_PLACE
from training.evidence.seeds import seed_ranges
from training.reports.evidence_cells import figure, percent
from training.reports.evidence_tables import evidence_tables
from training.reports.markdown import markdown_table

PRESET: Final = "assist"
_ON_ONE_PAGE: Final = (
    "What each preset does with held-back comments",
    "Behaviour suite by capability",
    "Public benchmarks",
    "The same recipe trained on the benchmark's own part",
    "Disguises",
    "Explanations",
)


def summary_sentences(found: Mapping[str, Any]) -> list[str]:
    """Say how good the model is, and where it is not, in sentences.

    Args:
        found: As `training.evidence.collect` gives it.

    Returns:
        Sentences, the most important first; those about what was not measured are left out.
    """
    lines = []
    if NEWS_PLACE in found["held_back"]:
        lines += _held_back(found["held_back"][NEWS_PLACE])
    if ALL_PLACES in found["held_back"]:
        lines.append(_all_places(found["held_back"]))
    if found["behaviour"]:
        lines += _behaviour(found["behaviour"])
    for one in found["benchmarks"]:
        if one["key"] == "c3":
            lines.append(_other_site(one))
    if found["bias"]["madlibs"]:
        lines.append(_bias(found["bias"]["madlibs"]))
    if found["evasion"]["attacks"]:
        lines.append(_disguises(found["evasion"]["attacks"]))
    if found["seeds"]:
        lines.append(_seeds(found["seeds"]))
    if found["explanations"]["deletion"]:
        lines.append(_deletion(found["explanations"]["deletion"]))
    return lines


def _held_back(one: Mapping[str, Any]) -> list[str]:
    shares, prevalence = one["presets"][PRESET], one["prevalence"]
    to_reject = 100 * prevalence
    wrong = 100 * (1 - prevalence) * shares["false_reject"]
    return [
        f"Of 100 news comments, {to_reject:.0f} of which break the rules, `{PRESET}` leaves "
        f"{100 * shares['review']:.0f} to a person, rejects {100 * shares['rejected']:.0f} by "
        f"itself ({wrong:.1f} of them wrongly) and approves {100 * shares['approved']:.0f}; "
        f"{to_reject * shares['missed']:.1f} violations slip through "
        f"(n = {one['n']:,}, held back).",
        f"ROC-AUC of the overall decision there: {figure(one['heads']['reject']['roc_auc'])}.",
    ]


def _all_places(held_back: Mapping[str, Any]) -> str:
    one = held_back[ALL_PLACES]
    aucs = {
        name: values["heads"]["reject"]["roc_auc"]["value"]
        for name, values in held_back.items()
        if values["heads"]["reject"]["roc_auc"] is not None and name != ALL_PLACES
    }
    worst = min(aucs, key=lambda name: float(aucs[name]))
    return (
        f"Over {len(held_back) - 1} places, each alike (n = {one['n']:,}), ROC-AUC is "
        f"{figure(one['heads']['reject']['roc_auc'])}, lowest for {worst} ({aucs[worst]:.3f})."
    )


def _behaviour(capabilities: list[Mapping[str, Any]]) -> list[str]:
    whole, parts = capabilities[-1], capabilities[:-1]
    worst = sorted(parts, key=lambda one: float(one["passed"]))[:3]
    told = ", ".join(
        f"{one['capability'].replace('_', ' ')} ({percent(one['passed'])})" for one in worst
    )
    return [
        f"Of {whole['cases']:,} written cases {percent(whole['passed'])} are decided as asked, "
        f"{percent(whole['held'])} go to a person, {percent(whole['opposite'])} get the opposite; "
        f"weakest: {told}."
    ]


def _other_site(one: Mapping[str, Any]) -> str:
    bad = one["decisions"]["to reject"]
    return (
        f"On another news site (C3, n = {one['n']:,}) ROC-AUC is "
        f"{figure(one['figures']['roc_auc'])}: of what its judges called toxic "
        f"{percent(bad['rejected'])} is rejected, {percent(bad['held'])} held and "
        f"{percent(bad['approved'])} approved."
    )


def _bias(madlibs: Mapping[str, Any]) -> str:
    term, worst = min(madlibs["terms"].items(), key=lambda item: float(item[1]["bpsn_auc"]))
    return (
        f"Identity terms (n = {madlibs['n']:,}): mean subgroup, BPSN and BNSP AUC "
        f"{madlibs['mean']['subgroup_auc']:.3f}, {madlibs['mean']['bpsn_auc']:.3f}, "
        f"{madlibs['mean']['bnsp_auc']:.3f}; the name that most counts against its bearer is "
        f"“{term}” ({worst['bpsn_auc']:.3f})."
    )


def _disguises(attacks: list[Mapping[str, Any]]) -> str:
    kept = [one for one in attacks if one["probability_kept"] >= 0.9]
    worst = min(attacks, key=lambda one: float(one["probability_kept"]))
    return (
        f"{len(kept)} of {len(attacks)} disguises keep 90 % of the probability of rejection; most "
        f"is lost by “{worst['attack']}” ({percent(worst['probability_kept'])} kept)."
    )


def _seeds(seeds: Mapping[str, Any]) -> str:
    told = [one for one in seed_ranges(seeds["runs"]) if one["within"] is not None]
    inside = sum(one["within"] for one in told)
    others = ", ".join(str(run["seed"]) for run in seeds["runs"][1:])
    return (
        f"Trained again on other seeds ({others}), {inside} of {len(told)} precisions of presets "
        "on held-back comments stay within the intervals of the model's."
    )


def _deletion(deletion: Mapping[str, Any]) -> str:
    return (
        f"Without the three words an explanation names the probability falls by "
        f"{deletion['named']['value']:.3f}, without three others by "
        f"{deletion['others']['value']:.3f} (n = {deletion['n']:,} rejected comments)."
    )


def worse_than_published(found: Mapping[str, Any]) -> list[str]:
    """Name each figure that is worse than a published one.

    Args:
        found: As `training.evidence.collect` gives it.
    """
    return [f"{table.title}: {line}" for table in evidence_tables(found) for line in table.worse]


def terminal_page(found: Mapping[str, Any]) -> str:
    """Write one page for a terminal.

    Args:
        found: As `training.evidence.collect` gives it.
    """
    parts = [f"Model {found['model']}, {found['date']}", "\n".join(summary_sentences(found))]
    parts += [
        f"{table.title}\n{markdown_table(table.header, table.rows)}"
        for table in evidence_tables(found)
        if table.title in _ON_ONE_PAGE
    ]
    worse = worse_than_published(found)
    if worse:
        parts.append(f"{len(worse)} figures are worse than published ones; see the page.")
    return "\n\n".join(parts)
