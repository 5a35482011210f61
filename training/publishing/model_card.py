"""The model card: what a version is and what it is worth, in words and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scoring.artifacts.manifest import Manifest
from training.evaluation.gate import Comparison
from training.evaluation.metrics import TOO_FEW, interval_text


def model_card(
    manifest: Manifest,
    metrics: dict[str, Any],
    rows_by_source: dict[str, int],
    citations: Mapping[str, str],
) -> str:
    """Write a version's card.

    Args:
        manifest: The version's manifest.
        metrics: Metrics by evaluation name, as `evaluate` returns them.
        rows_by_source: Training rows of each source.
        citations: What to cite for each source.

    Returns:
        Markdown.
    """
    parts = [_heading(manifest)]
    parts += [_evaluation(name, values) for name, values in metrics.items()]
    parts += [_sources(manifest, rows_by_source, citations), _limits(manifest)]
    return "\n\n".join(parts) + "\n"


def _heading(manifest: Manifest) -> str:
    return f"""# Model {manifest.version}

Linear comment-moderation model for English news comments: TF-IDF of word n-grams up to
{manifest.terms.longest_word} tokens and character n-grams of {manifest.terms.shortest_character}
to {manifest.terms.longest_character} code points, one logistic regression a guideline category and
one for the overall decision. Trained {manifest.trained_at} on {manifest.training_rows:,} comments;
guidelines {manifest.guidelines}. Probabilities are calibrated on out-of-fold news comments
re-weighted to a prevalence of {manifest.prevalence:.0%} rejected.

Weights are stored as int8 with one scale a head, idf as float16; every figure below was measured
on the reloaded files."""


def _evaluation(name: str, metrics: dict[str, Any]) -> str:
    lines = [
        f"## Evaluation: {name}",
        "",
        f"n = {metrics['n']}, re-weighted to {metrics['prevalence']:.0%} rejected; thresholds of "
        f"the `{metrics['policy']}` preset; 95 % bootstrap intervals. Expected calibration error "
        f"of the overall probability: {metrics['calibration_error']:.3f}.",
        "",
        "| head | n | positives | ROC-AUC | average precision | precision | recall |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_row(head, values) for head, values in metrics["heads"].items()]
    lines += [
        "",
        "| preset | rejected | approved | review | precision | recall | false rejects | missed |",
        "|---|---|---|---|---|---|---|---|",
    ]
    columns = ("rejected", "approved", "review", "precision", "recall", "false_reject", "missed")
    for preset, shares in metrics["presets"].items():
        cells = " | ".join(f"{shares[column]:.1%}" for column in columns)
        lines.append(f"| {preset} | {cells} |")
    return "\n".join(lines)


def _row(head: str, values: dict[str, Any]) -> str:
    counts = f"| {head} | {values['n']} | {values['positives']} |"
    if values["verdict"] == TOO_FEW:
        return f"{counts} {TOO_FEW} | | | |"
    cells = [
        interval_text(values[key])
        for key in ("roc_auc", "average_precision", "precision", "recall")
    ]
    return f"{counts} {' | '.join(cells)} |"


def _sources(
    manifest: Manifest, rows_by_source: dict[str, int], citations: Mapping[str, str]
) -> str:
    lines = [
        "## Training sources and attributions",
        "",
        "| source | rows | licence | attribution |",
        "|---|---|---|---|",
    ]
    for key, licence in sorted(manifest.sources.items()):
        rows, citation = rows_by_source.get(key, 0), citations.get(key, "")
        lines.append(f"| {key} | {rows:,} | {licence} | {citation} |")
    return "\n".join(lines)


def _limits(manifest: Manifest) -> str:
    provisional = ", ".join(f"`{key}`" for key in manifest.provisional) or "none"
    return f"""## Limits

- Only English is judged; other languages and scripts answer `review`.
- Calibration and thresholds rest on a stated mixture, out of fold: news comments drawn at random
  and, for what such news lacks (threats, promotion), comments written for this project.
- Provisional heads (fewer than 50 positives in that mixture): {provisional}.
- The labels of news comments were made by a language model that read each comment against the
  guide, what judges in two independent passes; they are not a human moderator's. Two passes
  by one kind of annotator show consistency, not validity.
- Comments are judged alone, without their article or thread: irony, quotes and contempt without a
  bad word are where a linear model of n-grams is weakest.
- Prevalence is stated, not observed: none of the public samples of news comments is natural. Set
  thresholds on your own labelled comments."""


def comparison_table(comparisons: tuple[Comparison, ...]) -> str:
    """Show where a new version stands against the current one.

    Args:
        comparisons: One a judged head.

    Returns:
        Lines of text; one line where no head could be judged.
    """
    if not comparisons:
        return "no head has enough held-back positives to compare"
    lines = [f"{'head':22} {'positives':>9} {'current':>8} {'new':>8}   difference (95 %)"]
    lines += [
        f"{c.head:22} {c.positives:9d} {c.current:8.3f} {c.new:8.3f}   "
        f"{c.new - c.current:+.3f} ({c.low:+.3f} to {c.high:+.3f})"
        for c in comparisons
    ]
    return "\n".join(lines)
