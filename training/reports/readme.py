"""The README's figures and examples, written by command from the model in use."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from scoring.artifacts.manifest import Manifest
from scoring.artifacts.verified_files import replace_file
from scoring.artifacts.versions import PublishedModel, load_current
from scoring.classify import classify
from scoring.language.identifier import load_identifier
from scoring.result_json import render
from training.evaluation.metrics import TOO_FEW, interval_text
from training.reports.evaluate_command import OUT
from training.reports.markers import MarkerError, with_block
from training.reports.readme_evidence import evidence_block, peers_block
from training.reports.readme_table import comments_table

EXAMPLES: Final = {
    "reject": ("You are an idiot.", True),
    "approve": ("Thank you for this careful report.", False),
}
"""By the name of the marker before it: the text, and whether its words are listed."""
_HEADS: Final = ("roc_auc", "average_precision", "precision", "recall")
_SHARES: Final = ("rejected", "approved", "review", "precision", "false_reject", "missed")


def write_readme(path: Path, models: Path) -> None:
    """Write figures and examples of the model in use between the README's markers.

    Args:
        path: The README.
        models: The folder of versions.

    Raises:
        MarkerError: A marker is missing.
        ArtifactError: There is no usable model.
        OSError: The file cannot be read or written.
    """
    published = load_current(models)
    metrics = json.loads((models / published.manifest.version / "metrics.json").read_bytes())
    text = path.read_text(encoding="utf-8")
    text = with_block(text, "table", comments_table(published), path)
    figures = metrics_block(published.manifest, metrics["evaluations"])
    text = with_block(text, "metrics", figures, path)
    evaluation = path.parent / OUT if (path.parent / OUT).exists() else models.parent / OUT
    text = with_block(text, "evidence", evidence_block(evaluation), path)
    text = with_block(text, "peers", peers_block(evaluation), path)
    for name in EXAMPLES:
        text = _with_example(text, name, published, path)
    replace_file(path, text.encode())


def metrics_block(manifest: Manifest, evaluations: dict[str, Any]) -> str:
    """Tell what the model is worth on held-back comments.

    Args:
        manifest: The model's manifest.
        evaluations: Metrics by evaluation name, as `evaluate` returns them.

    Returns:
        Markdown; one line where nothing was evaluated.
    """
    about = f"Model `{manifest.version}`, {manifest.training_rows:,} training comments."
    parts = [_evaluation(name, metrics) for name, metrics in evaluations.items()]
    return "\n\n".join([about, *parts])


def _evaluation(name: str, metrics: dict[str, Any]) -> str:
    heads = metrics["heads"]
    judged = {head: values for head, values in heads.items() if values["verdict"] != TOO_FEW}
    few = [f"{head} ({heads[head]['positives']})" for head in heads if head not in judged]
    lines = [
        f"Evaluation: {name}, drawn at random within strata and labelled by this project's",
        f"guidelines; n = {metrics['n']}, re-weighted to {metrics['prevalence']:.0%} rejected;",
        "95 % bootstrap intervals; `make evaluate`:",
        "",
        f"| head | positives | ROC-AUC | average precision | precision, `{metrics['policy']}` "
        "| recall |",
        "|---|---|---|---|---|---|",
    ]
    for head, values in judged.items():
        cells = " | ".join(interval_text(values[key]) for key in _HEADS)
        lines.append(f"| {head} | {values['positives']} | {cells} |")
    lines += ["", f"Too few positives to judge: {', '.join(few) or 'none'}.", ""]
    lines += [
        "| preset | rejected | approved | for review | precision of rejections | false rejects "
        "| rejectable comments approved |",
        "|---|---|---|---|---|---|---|",
    ]
    for preset, shares in metrics["presets"].items():
        cells = " | ".join(f"{shares[column]:.1%}" for column in _SHARES)
        lines.append(f"| `{preset}` | {cells} |")
    return "\n".join(lines)


def example_answers(name: str, published: PublishedModel) -> list[str]:
    """Classify an example's text under the first preset.

    Args:
        name: A key of `EXAMPLES`.
        published: The model.

    Returns:
        Lines of JSON: the decision with its overall probabilities and reasons; the spans, where
        the example lists them.
    """
    text, explained = EXAMPLES[name]
    policy = published.manifest.policies["assist"]
    judged = classify(
        published.scorer, load_identifier(), policy, [text], [None], explained=explained
    )
    result = json.loads(b"{" + render(judged)[0])
    shown = {key: result[key] for key in ("decision", "approve", "reject", "reasons")}
    lines = [json.dumps(shown)]
    return [*lines, json.dumps({"spans": result["spans"]})] if explained else lines


def _with_example(text: str, name: str, published: PublishedModel, path: Path) -> str:
    pattern = re.compile(rf"(<!-- example:{name} -->.*?```json\n).*?(```)", re.DOTALL)
    if not pattern.search(text):
        raise MarkerError(f"{path} lacks <!-- example:{name} --> and JSON after it")
    answers = "\n".join(example_answers(name, published))
    return pattern.sub(lambda found: f"{found[1]}{answers}\n{found[2]}", text, count=1)
