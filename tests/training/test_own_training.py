"""Training on a newsroom's own decisions: whole trainings on the written comments, so slow."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from scoring.artifacts.versions import PublishedModel, load_current
from scoring.commands.compare import roc_auc
from training.own_decisions.store import add_decisions
from training.own_decisions.understanding import OwnDecision
from training.own_labels.written import read_written
from training.pipeline import Folders, train
from training.settings import TrainingSettings
from training.sources.labels import REJECT, YES

pytestmark = pytest.mark.slow

THREAT = "I will put a bullet in you."
SETTINGS = replace(TrainingSettings(), folds=2)
Decide = Callable[[str, bool], tuple[str, tuple[str, ...]]]


@pytest.fixture(scope="module")
def data(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quarter of the written comments; no source."""
    folder = tmp_path_factory.mktemp("own") / "data"
    folder.mkdir()
    for name in ("sources.toml", "splits", "annotations", "lists"):
        source = repository / "data" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    (folder / "written").mkdir()
    for path in (repository / "data" / "written").glob("p*.jsonl"):
        lines = path.read_text(encoding="utf-8").splitlines()[::4]
        (folder / "written" / path.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def others(repository: Path) -> Sequence[tuple[str, bool]]:
    """Comments that are not in `data`, as a newsroom's: text, and whether it breaks the guide."""
    rows = read_written(repository / "data" / "written")
    # by the line in its file, as `data` takes every fourth: a count over all files takes some twice
    chosen = [row for row in rows.to_dict("records") if (int(row["row_id"].split(":")[1]) - 1) % 4]
    random.Random(4).shuffle(chosen)  # noqa: S311
    return [(f"{row['text']} ", row[REJECT] == YES) for row in chosen]


def trained(data: Path, folder: Path, decisions: Sequence[OwnDecision]) -> PublishedModel:
    own = folder / "data"
    shutil.copytree(data, own)
    if decisions:
        add_decisions(own / "own", decisions, dry_run=False)
    train(Folders(own, folder / "models"), SETTINGS)
    return load_current(folder / "models")


@pytest.fixture(scope="module")
def before(data: Path, tmp_path_factory: pytest.TempPathFactory) -> PublishedModel:
    return trained(data, tmp_path_factory.mktemp("before"), [])


def threat_of(model: PublishedModel) -> float:
    scores = model.scorer.score([THREAT])
    return float(scores.category_probabilities[0, 1])


def as_decided(others: Sequence[tuple[str, bool]], count: int, decide: Decide) -> list[OwnDecision]:
    return [
        OwnDecision(text, *decide(text, rejected), f"2026-11-{1 + day * 28 // count:02}")
        for day, (text, rejected) in enumerate(others[:count])
    ]


def faithful(_text: str, rejected: bool) -> tuple[str, tuple[str, ...]]:
    return ("reject" if rejected else "approve", ())


def contrary(text: str, rejected: bool) -> tuple[str, tuple[str, ...]]:
    """This newsroom lets every insult with "idiot" stand."""
    return ("approve", ()) if "idiot" in text.lower() else faithful(text, rejected)


def flipped(text: str, rejected: bool) -> tuple[str, tuple[str, ...]]:
    return faithful(text, rejected != (crc32(text.encode()) % 50 == 0))


def rare(text: str, rejected: bool) -> tuple[str, tuple[str, ...]]:
    """Only homophobia has a reason."""
    named = ("homophobia",) if rejected and "gay" in text.lower() else ()
    return (faithful(text, rejected)[0], named)


@pytest.mark.parametrize(
    ("count", "decide"),
    [(5000, faithful), (200, faithful), (5000, contrary), (5000, flipped), (5000, rare)],
)
def test_no_decision_makes_it_forget_threats(
    data: Path, others: Sequence[tuple[str, bool]], before: PublishedModel, tmp_path: Path,
    count: int, decide: Decide,
) -> None:  # fmt: skip
    """A rejection without a reason taught "no" to every category; a threat fell from .85 to .04."""
    after = trained(data, tmp_path, as_decided(others, count, decide))
    assert threat_of(after) > 0.7 * threat_of(before)
    assert after.scorer.score([THREAT]).reject_probability[0] > 0.8
    assert after.scorer.score(["Thank you for this report."]).reject_probability[0] < 0.2


def test_the_newsroom_own_taste_is_learnt(
    data: Path, others: Sequence[tuple[str, bool]], before: PublishedModel, tmp_path: Path
) -> None:
    """By the overall head; approvals teach no single guideline, below which no answer lies."""
    decisions = as_decided(others, 5000, contrary)
    after = trained(data, tmp_path, decisions)
    latest = decisions[-1000:]
    rejected = np.array([one.decision == "reject" for one in latest])
    old, new = (
        roc_auc(model.scorer.score([one.text for one in latest]).margins[:, -1], rejected)
        for model in (before, after)
    )
    assert new > old
