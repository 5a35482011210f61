"""The shipped model's card in plain words, from the figures of `make evaluate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from training.reports.evidence_cells import percent
from training.reports.evidence_summary import summary_sentences, worse_than_published

_WORST: Final = 6
_NOT_FOR: Final = """\
It was not made to decide alone about people's speech: `assist` leaves what is unclear to a person.
It was not made for other languages than English (they go to a person), for private messages, for
children's protection, for law enforcement, nor to profile who wrote something. It sees one comment,
not the article nor the thread: irony, quotation and contempt without a bad word are where a linear
model of n-grams is weakest. Its labels are a language model's readings of the guide, not a human
moderator's: judge it on your own decisions first (`make notebooks`)."""


def evidence_card(found: Mapping[str, Any]) -> str:
    """Write the card.

    Args:
        found: As `training.evidence.collect` gives it.

    Returns:
        Markdown.
    """
    parts = [
        f"# Model {found['model']}, in plain words",
        "Written by `make evaluate` from [evaluation.json](evaluation.json), measured "
        f"{found['date']}; [all tables and pictures](index.html).",
        "## What it does\n\nIt reads one English comment and says, for the newsroom's guidelines "
        "one by one and for all together, how probable it is that a moderator would reject it, "
        "which words weighed most, and under a preset whether to publish, to reject or to ask a "
        "person. It adds up weights of words and letters: what it says can be traced exactly.",
        "## How good it is\n\n" + _list(summary_sentences(found)),
        "## What it gets wrong most\n\n" + _list(_mistakes(found)),
        "## For whom it was not made\n\n" + _NOT_FOR,
    ]
    worse = worse_than_published(found)
    if worse:
        parts.append("## Worse than published figures\n\n" + _list(worse))
    return "\n\n".join(parts) + "\n"


def _list(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _mistakes(found: Mapping[str, Any]) -> list[str]:
    """Name the capabilities, groups and disguises that it handles worst."""
    capabilities = sorted(found["behaviour"][:-1], key=lambda one: -float(one["opposite"]))
    lines = [
        f"{one['capability'].replace('_', ' ')}: {percent(one['opposite'])} of {one['cases']} "
        f"cases get the opposite decision, {percent(one['held'])} go to a person"
        for one in capabilities[:_WORST]
    ]
    groups = sorted(found["bias"]["groups"], key=lambda one: -float(one["rejected"] + one["held"]))
    if groups:
        worst = groups[0]
        lines.append(
            f"harmless sentences about {worst['group']}: {percent(worst['rejected'])} of "
            f"{worst['n_approve']} are rejected, {percent(worst['held'])} held"
        )
    attacks = sorted(found["evasion"]["attacks"], key=lambda one: float(one["probability_kept"]))
    lines += [
        f"offences disguised ({one['attack']}): {percent(one['approved'])} are approved"
        for one in attacks[:2]
    ]
    return lines
