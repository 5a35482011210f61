"""`comment-moderation models compare`, on decisions as `import` writes them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from scoring.artifacts.selection import current_version
from scoring.artifacts.shipped import IN_CHECKOUT
from scoring.commands import models as command
from scoring.commands.compare import roc_auc

INSULTS = [f"You are an idiot, number {n}." for n in range(150)]
THANKS = [f"Thank you for report number {n}." for n in range(150)]


@pytest.fixture
def decisions(tmp_path: Path, kernel_cache: object) -> Path:  # noqa: ARG001
    path = tmp_path / "decisions.jsonl"
    rows = [
        {"text": text, "decision": decision}
        for pair in zip(INSULTS, THANKS, strict=True)
        for text, decision in zip(pair, ("reject", "approve"), strict=True)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def run(decisions: Path, *more: str) -> list[str]:
    version = current_version(IN_CHECKOUT)
    words = ["compare", version, version, "--decisions", str(decisions), *more]
    return ["--models", str(IN_CHECKOUT), *words]


def test_a_version_is_as_good_as_itself(
    decisions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(run(decisions, "--show", "3")) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("60 latest decisions, 30 of them rejections")
    assert all("+0.000 (+0.000 to +0.000)" in line for line in told[2:8])
    assert told[8] == "0 comments changed sides:"
    assert told[2].split()[:3] == ["ROC-AUC", "1.000", "1.000"]


def test_too_few_decisions_are_told(decisions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = decisions.read_text().splitlines(keepends=True)[:100]
    decisions.write_text("".join(lines))
    assert command.main(run(decisions)) == 1
    assert "20 decisions, 10 are rejections; 20 of either kind" in capsys.readouterr().err
    assert command.main(run(decisions.with_name("none"))) == 1
    assert "`import` decisions to compare on" in capsys.readouterr().err


def test_the_area_counts_ties_half() -> None:
    rejected = np.array([True, True, False, False])
    assert roc_auc(np.array([0.9, 0.5, 0.5, 0.1]), rejected) == 0.875
    assert np.isnan(roc_auc(np.array([0.1]), np.array([True])))
