"""A whole training with a news source, annotations and held-back comments: evaluation and gate.

The news comments are written comments under another name, so nothing but this repository is needed.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import training.evaluation.gate
import training.evaluation.metrics
from scoring.artifacts.selection import current_version
from scoring.artifacts.versions import load_current
from scoring.guidelines import HEADS
from training.__main__ import main
from training.keys import fold, fold_key
from training.own_labels.held_back import read_held_back
from training.pipeline import Folders, train
from training.project_data import read_corpus
from training.reports.evaluate_command import read_report
from training.reports.seeds_command import SEEDS_FILE, read_seeds
from training.settings import TrainingSettings
from training.sources.registry import load_registry

pytestmark = pytest.mark.slow

SETTINGS = TrainingSettings()
FILES = ("data__threat.csv", "toxic_language.csv", "data__safe.csv")
SOURCE = """[[source]]
key = "civil-aayan"
title = "News comments of a test"
domain = "news"
role = "train"
licence = "CC0-1.0"
weights_may_ship = true
weight = 1.0
citation = "none"
labeller = "the writer"
dates = "2026"
teaches = "a test"
known_noise = "none"
reader = "civil_aayan"
"""


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.evaluation.gate, "RESAMPLES", 40)
    monkeypatch.setattr(training.evaluation.metrics, "RESAMPLES", 12)


@pytest.fixture
def news_data(
    repository: Path,
    small_data: Path,
    tmp_path: Path,
    write_annotations: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
) -> Path:
    """A data folder with some 1,000 annotated news comments, 40 % of them held back."""
    data = tmp_path / "data"
    shutil.copytree(small_data, data)
    comments = {}
    for path in sorted((repository / "data" / "written").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines()[30:120]:
            row = json.loads(line)
            if fold(row["text"]):
                comments[fold_key(row["text"])] = row
    write_source(data, [row["text"] for row in comments.values()])
    annotated = write_annotations(
        *(
            {"text": row["text"], "decision": row["decision"], "inclusion_probability": "0.5",
             "categories": " ".join(row["categories"])}
            for row in comments.values()
        )
    )  # fmt: skip
    shutil.copytree(annotated, data / "annotations", dirs_exist_ok=True)
    assert main(["--data", str(data), "hold-back"]) == 0
    assert main(["--data", str(data), "hold-back"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert not first.startswith("0 keys appended")
    assert second.startswith("0 keys appended")
    return data


def write_source(data: Path, texts: list[str]) -> None:
    folder = data / "raw" / "civil-aayan"
    folder.mkdir(parents=True)
    entries = []
    for name in FILES:
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["text", "label"])
            writer.writerows([text, "0"] for text in (texts if name == FILES[-1] else []))
        content = (folder / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        entries.append(
            f'[[source.files]]\nname = "{name}"\nsha256 = "{digest}"\nbytes = {len(content)}\n'
        )
    (data / "sources.toml").write_text(SOURCE + "".join(entries), encoding="utf-8")


def test_evaluates_the_held_back_comments_and_asks_the_gate(
    news_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = Folders(news_data, tmp_path / "models")
    assert train(folders, SETTINGS).passed
    first = current_version(folders.models)
    check_evaluation(folders.models / first)
    corpus = read_corpus(news_data, load_registry(news_data / "sources.toml"))
    held_back = read_held_back(news_data / "splits" / "held_back.txt")
    assert set(corpus.part("held_back")["key"]) == held_back
    assert load_current(folders.models).manifest.training_rows >= len(corpus.part("train"))
    time.sleep(1)  # a version is named by the second
    poor = replace(SETTINGS, kept_terms=1, inverse_regularisation=1e-6)
    refused = train(folders, poor)
    assert not refused.passed
    assert "worse beyond chance on" in refused.reason
    assert "reject" in refused.reason
    assert current_version(folders.models) == first
    time.sleep(1)
    passed = train(folders, SETTINGS)
    assert passed.passed
    assert {c.new - c.current for c in passed.comparisons} == {0.0}
    assert current_version(folders.models) not in (first, "")
    capsys.readouterr()
    out = tmp_path / "evaluation"
    command = ["--data", str(news_data), "--models", str(folders.models), "evaluate"]
    assert main([*command, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Of 100 news comments, 20 of which break the rules" in said
    found = read_report(out / "evaluation.json")
    assert found["model"] == current_version(folders.models)
    assert "hatecheck" in found["missing"] or not found["benchmarks"]
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    assert "https://" not in page
    check_seeds(news_data, command[:-1], out, capsys)
    (out / "evaluation.json").write_text('{"format": 0}', encoding="utf-8")
    assert main([*command, "--out", str(out)]) == 1
    assert "has format 0, this version reads 1" in capsys.readouterr().err


def check_seeds(
    news_data: Path, command: list[str], out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The model in use is trained again on another seed; on other data it cannot be."""
    assert main([*command, "seeds", "7", "--out", str(out)]) == 0
    assert "within its interval" in capsys.readouterr().out
    found = read_seeds(out / SEEDS_FILE, read_report(out / "evaluation.json")["model"])
    assert [run["seed"] for run in found["runs"]] == [SETTINGS.seed, 7]
    first, again = (run["precisions"] for run in found["runs"])
    assert first
    assert first != again
    next((news_data / "written").glob("*.jsonl")).unlink()
    assert main([*command, "seeds", "8", "--out", str(out)]) == 1
    assert "was trained with data" in capsys.readouterr().err


def check_evaluation(folder: Path) -> None:
    content = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    (metrics,) = content["evaluations"].values()
    assert metrics["n"] > 200
    assert metrics["prevalence"] == pytest.approx(SETTINGS.prevalence)
    assert metrics["heads"]["reject"]["verdict"] == "judged"
    card = (folder / "model_card.md").read_text(encoding="utf-8")
    for head in HEADS:
        assert f"| {head} |" in card
    assert "| civil-aayan |" in card
