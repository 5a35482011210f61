"""Figures and examples of the README and docs/quality.md, written from the model in use."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from scoring.artifacts.manifest import Manifest
from scoring.artifacts.verified_files import replace_file
from scoring.artifacts.versions import PublishedModel, load_current
from scoring.classify import classify
from scoring.decisions.policy import DEFAULT_PRESET
from scoring.language.identifier import load_identifier
from scoring.result_json import render
from training.evaluation.metrics import TOO_FEW, interval_text
from training.reports.evaluate_command import OUT
from training.reports.markers import MarkerError, with_block
from training.reports.readme_evidence import evidence_block, peers_block
from training.reports.readme_table import comments_table

QUALITY: Final = Path("docs", "quality.md")
EXAMPLE: Final = "You are an idiot."
_HEADS: Final = ("roc_auc", "average_precision", "precision", "recall")
_SHARES: Final = ("rejected", "approved", "review", "precision", "false_reject", "missed")


def write_readme(root: Path, models: Path) -> None:
    """Write figures and examples of the model in use between the documents' markers.

    Args:
        root: The folder of README.md, docs/quality.md and docs/evaluation/.
        models: The folder of versions.

    Raises:
        MarkerError: A marker is missing.
        ArtifactError: There is no usable model.
        OSError: The file cannot be read or written.
    """
    published = load_current(models)
    metrics = json.loads((models / published.manifest.version / "metrics.json").read_bytes())
    readme, quality = root / "README.md", root / QUALITY
    front = readme.read_text(encoding="utf-8")
    front = with_block(front, "table", comments_table(published), readme)
    front = with_block(front, "evidence", evidence_block(root / OUT), readme)
    front = _with_example(front, published, readme)
    details = quality.read_text(encoding="utf-8")
    figures = metrics_block(published.manifest, metrics["evaluations"])
    details = with_block(details, "metrics", figures, quality)
    details = with_block(details, "peers", peers_block(root / OUT), quality)
    replace_file(readme, front.encode())
    replace_file(quality, details.encode())


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


def example_answer(published: PublishedModel) -> str:
    """Classify the example as `POST /classify` does, with its words listed.

    Args:
        published: The model.

    Returns:
        The whole answer as JSON, a line for each field, category and word.
    """
    policy = published.manifest.policies[DEFAULT_PRESET]
    judged = classify(
        published.scorer, load_identifier(), policy, [EXAMPLE], [None], explained=True
    )
    fields = []
    for key, value in json.loads(b"{" + render(judged)[0]).items():
        if isinstance(value, dict):
            parts = [f"{json.dumps(name)}: {json.dumps(part)}" for name, part in value.items()]
            told = _bracketed("{}", parts)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            told = _bracketed("[]", [json.dumps(part) for part in value])
        else:
            told = json.dumps(value)
        fields.append(f"{json.dumps(key)}: {told}")
    return "{" + ",\n ".join(fields) + "}"


def _bracketed(brackets: str, parts: Sequence[str]) -> str:
    return brackets[0] + ",\n   ".join(["\n   " + parts[0], *parts[1:]]) + brackets[1]


def _with_example(text: str, published: PublishedModel, path: Path) -> str:
    pattern = re.compile(r"(<!-- example -->.*?```json\n).*?(```)", re.DOTALL)
    if not pattern.search(text):
        raise MarkerError(f"{path} lacks <!-- example --> and JSON after it")
    answer = example_answer(published)
    return pattern.sub(lambda found: f"{found[1]}{answer}\n{found[2]}", text, count=1)
