from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scoring.artifacts.selection import current_version
from scoring.artifacts.versions import PublishedModel
from scoring.model.scorer import Scorer
from tests.tiny_models import INSULT, PRAISE, manifest_of, model_of_sentences
from training.evaluation.behaviour import BehaviourError
from training.reports.case_files import (
    OPPOSITE,
    OTHER,
    RIGHT,
    case_files_report,
    read_file_cases,
    verdicts,
)


@pytest.fixture(scope="module")
def published() -> PublishedModel:
    model = model_of_sentences()
    return PublishedModel(manifest_of(model), Scorer(model), model)


def put(folder: Path, *cases: dict[str, Any]) -> Path:
    path = folder / "first.jsonl"
    path.write_text("\n".join(map(json.dumps, cases)) + "\n", encoding="utf-8")
    return path


def test_each_case_is_right_opposite_or_named_otherwise(
    published: PublishedModel, tmp_path: Path
) -> None:
    cases = put(
        tmp_path,
        {"text": INSULT, "decision": "reject", "category": "personal_attack"},
        {"text": INSULT, "decision": "reject", "category": "threat"},
        {"text": INSULT, "decision": "approve", "category": None},
        {"text": PRAISE, "decision": "approve|review", "category": None},
    )
    found = verdicts(published, read_file_cases(cases), "automatic")
    assert found == [RIGHT, OTHER, OPPOSITE, RIGHT]


def test_the_table_names_file_preset_and_number(published: PublishedModel, tmp_path: Path) -> None:
    cases = put(tmp_path, {"text": PRAISE, "decision": "approve"})
    told = case_files_report(published, [cases])
    assert published.manifest.version in told
    assert "| first | `automatic` | 1 | 100.0 % |" in " ".join(told.split())


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes('{"text": "é", "decision": "approve"}'.encode("latin-1"))
    with pytest.raises(BehaviourError, match="is not UTF-8"):
        read_file_cases(path)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 1 is no JSON"),
        ('{"text": "a", "decision": "delete"}', "its decision is 'delete'"),
        ('{"decision": "approve"}', "needs a text"),
        ('{"text": "a", "decision": "reject", "category": "spam"}', "spam is no guideline"),
        ('{"text": "a", "decision": "reject", "category": 7}', "7 is no guideline"),
        ("", "holds no cases"),
    ],
)
def test_a_malformed_file_is_refused_by_line(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(BehaviourError, match=told):
        read_file_cases(path)


@pytest.mark.parametrize("page", ["README.md", "docs/quality.md"])
def test_documents_hold_the_table_of_the_model_that_ships(repository: Path, page: str) -> None:
    text = (repository / page).read_text(encoding="utf-8")
    block = text.partition("<!-- cases:start -->")[2].partition("<!-- cases:end -->")[0]
    shipped = current_version(repository / "models")
    assert f"Model `{shipped}`" in block, "run `training cases` as CONTRIBUTING says"
    assert "| public_reports" in block
