"""The behaviour suite: what a case asks for, what a model forgot, and the cases themselves."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from scoring.guidelines import CATEGORIES
from training.evaluation.behaviour import (
    MUST_APPROVE,
    MUST_NOT_APPROVE,
    MUST_REJECT,
    BehaviourError,
    Case,
    Outcome,
    forgotten,
    read_cases,
)
from training.keys import fold_key
from training.own_labels.written import read_written
from training.reports.behaviour import behaviour_table, write_behaviour

HEADER = "expectation\tcategory\ttext\n"


def case(expectation: str = MUST_REJECT, category: str = "threat") -> Case:
    return Case("threats", expectation, category, "x")


@pytest.mark.parametrize(
    ("expectation", "passing"),
    [
        (MUST_REJECT, {"reject"}),
        (MUST_APPROVE, {"approve"}),
        (MUST_NOT_APPROVE, {"reject", "review"}),
    ],
)
def test_what_a_case_asks_for(expectation: str, passing: set[str]) -> None:
    decisions = ("approve", "reject", "review")
    found = {one for one in decisions if Outcome(one, named=False).passes(case(expectation))}
    assert found == passing


def test_a_lost_capability_is_named() -> None:
    cases = [case() for _ in range(30)]
    before = [Outcome("reject", named=True)] * 30
    after = [Outcome("approve", named=False)] * 9 + before[9:]
    assert forgotten(cases, before, after) == (
        "threats: 9 cases lost, 0 won",
        "the whole suite: 9 cases lost, 0 won",
    )
    assert forgotten(cases, after, before) == ()


def test_a_little_lost_everywhere_is_named() -> None:
    cases = [Case(f"capability {n % 10}", MUST_REJECT, "", "x") for n in range(100)]
    before = [Outcome("reject", named=True)] * 100
    after = [Outcome("approve", named=False)] * 20 + before[20:]
    assert forgotten(cases, before, after) == ("the whole suite: 20 cases lost, 0 won",)


def test_a_few_lost_cases_are_chance() -> None:
    cases = [case() for _ in range(30)]
    before = [Outcome("reject", named=True)] * 30
    after = [Outcome("approve", named=False)] * 4 + before[4:]
    assert forgotten(cases, before, after) == ()


def test_the_table_counts_the_opposite_apart() -> None:
    outcomes = [Outcome(decision, named=True) for decision in ("reject", "approve", "review")]
    lines = behaviour_table([case()] * 3, outcomes).splitlines()
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == [
        "threats", "3", "33%", "33%", "33%", "100%"
    ]  # fmt: skip
    assert lines[-1].startswith("| all")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text\n", "begins with 'text'"),
        (f"{HEADER}must_reject\tthreat\n", "line 2 has 2 cells"),
        (f"{HEADER}reject\tthreat\tx\n", "begins with 'reject'"),
        (f"{HEADER}must_reject\trude\tx\n", "'rude' is no category"),
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "x.tsv").write_text(content)
    with pytest.raises(BehaviourError, match=said):
        read_cases(tmp_path)


def test_the_table_goes_between_its_markers(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("a\n<!-- behaviour:start -->\nold\n<!-- behaviour:end -->\nb\n")
    write_behaviour(path, "new")
    assert path.read_text() == ("a\n<!-- behaviour:start -->\n\nnew\n\n<!-- behaviour:end -->\nb\n")


def test_the_cases_are_none_that_trains(repository: Path) -> None:
    cases = read_cases(repository / "tests" / "behaviour" / "cases")
    keys = Counter(fold_key(case.text) for case in cases if any(map(str.isalnum, case.text)))
    assert [key for key, count in keys.items() if count > 1] == []
    written = {fold_key(text) for text in read_written(repository / "data" / "written")["text"]}
    assert keys.keys() & written == set()
    assert {case.category for case in cases} - {""} == set(CATEGORIES)
