"""How good the model is, for README and docs/quality.md: `make evaluate` and `make peers`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from training.reports.evaluate_command import CARD, JSON_FILE, OUT, PAGE, read_report
from training.reports.evidence_summary import summary_sentences, worse_than_published
from training.reports.markdown import markdown_table

PEERS: Final = "peers.json"


def evidence_block(folder: Path) -> str:
    """Tell the evidence on the shipped model.

    Args:
        folder: docs/evaluation.

    Returns:
        Markdown.

    Raises:
        EvidenceError: The report is of another format.
        OSError: A file cannot be read.
    """
    found = read_report(folder / JSON_FILE)
    lines = [f"- {line}" for line in summary_sentences(found)]
    worse = worse_than_published(found)
    lines.append(
        f"- {len(worse)} figures are worse than published ones of other systems; each is named in "
        f"the [model card]({OUT}/{CARD})."
    )
    about = (
        f"Model `{found['model']}`, `make evaluate`, {found['date']}; [every table and picture]"
        f"({OUT}/{PAGE}):"
    )
    return "\n".join([about, "", *lines])


def peers_block(folder: Path) -> str:
    """Put what else a newsroom could install beside the model.

    Args:
        folder: docs/evaluation.

    Returns:
        Markdown; one line where `make peers` was not run.

    Raises:
        OSError: The file cannot be read.
    """
    if not (folder / PEERS).exists():
        return "`make peers` measures it; it was not run for this version."
    found: dict[str, Any] = json.loads((folder / PEERS).read_text(encoding="utf-8"))
    sets = list(found["sets"])
    rows = [_row(peer, sets) for peer in found["peers"]]
    header = ["", *sets, "mean", "ms a comment"]
    sizes = ", ".join(f"{name} {found['sets'][name][0]:,}" for name in sets)
    about = (
        f"ROC-AUC of “should not be published”, `make peers`, model `{found['model']}`, "
        f"{found['date']}, n: {sizes}; one thread, one comment at a time. A word list says yes or "
        "no: the area under its one point. alt-profanity-check learnt from Wikipedia talk and "
        "tweets, the places of two of the sets. The machine had other work: read times as ratios."
    )
    missing = "".join(
        f" {name} could not be loaded ({reason})." for name, reason in found["missing"].items()
    )
    table = markdown_table(header, rows, numbers=range(1, len(header)))
    picture = f"![Quality against cost: mean ROC-AUC, milliseconds]({OUT.name}/peers.png)"
    return f"{about}{missing}\n\n{table}\n\n{picture}"


def _row(peer: Mapping[str, Any], sets: list[str]) -> list[str]:
    aucs = [f"{peer['roc_auc'][name]:.3f}" for name in sets]
    return [
        f"{peer['name']} ({peer['about']})" if peer["name"] != peer["about"] else peer["name"],
        *aucs,
        f"{peer['mean_roc_auc']:.3f}",
        f"{peer['milliseconds_single']:.2f}",
    ]
