"""The behaviour suite: written cases by capability, each with what must become of it.

`tests/behaviour/cases/` holds a tab-separated file a capability: expectation, category, text.
Cases judge and never train.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scipy.stats import binomtest

from scoring.artifacts.versions import PublishedModel
from scoring.classify import Judgements, classify
from scoring.decisions.policy import DEFAULT_PRESET, Decision
from scoring.guidelines import CATEGORIES
from scoring.language.identifier import load_identifier
from training.errors import TrainingError

MUST_REJECT: Final = "must_reject"
MUST_APPROVE: Final = "must_approve"
MUST_NOT_APPROVE: Final = "must_not_approve"
EXPECTATIONS: Final = (MUST_REJECT, MUST_APPROVE, MUST_NOT_APPROVE)
HEADER: Final = ["expectation", "category", "text"]
NO_CATEGORY: Final = "-"
WHOLE: Final = "the whole suite"
CHANCE: Final = 0.01
"""Below this probability that as many cases are lost by chance, a capability is worse."""


class BehaviourError(TrainingError):
    """A file of cases is malformed."""


@dataclass(frozen=True, slots=True)
class Case:
    """One comment and what must become of it.

    Attributes:
        capability: What it tests, the name of its file.
        expectation: One of `EXPECTATIONS`.
        category: The guideline that a rejection should name; empty where there is none.
        text: The comment.
    """

    capability: str
    expectation: str
    category: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model made of a case.

    Attributes:
        decision: `approve`, `reject` or `review`.
        named: Whether the case's category counts as violated.
    """

    decision: str
    named: bool

    def passes(self, case: Case) -> bool:
        """Whether it is what the case asks for."""
        if case.expectation == MUST_REJECT:
            return self.decision == Decision.REJECT
        if case.expectation == MUST_APPROVE:
            return self.decision == Decision.APPROVE
        return self.decision != Decision.APPROVE


def read_cases(folder: Path) -> list[Case]:
    """Read all cases of a folder.

    Args:
        folder: Holds one `.tsv` a capability.

    Returns:
        The cases, by capability; none where there is no such folder.

    Raises:
        BehaviourError: A line is malformed; the message names file and line.
    """
    cases = []
    for path in sorted(folder.glob("*.tsv")):
        lines = path.read_text(encoding="utf-8").split("\n")
        if lines[0].split("\t") != HEADER:
            raise BehaviourError(f"{path} begins with {lines[0]!r}, needs {HEADER} between tabs")
        cases += [
            _parse(path, number, line) for number, line in enumerate(lines[1:], 2) if line.strip()
        ]
    return cases


def _parse(path: Path, number: int, line: str) -> Case:
    cells = line.split("\t")
    if len(cells) != len(HEADER) or cells[0] not in EXPECTATIONS:
        raise BehaviourError(
            f"{path} line {number} has {len(cells)} cells and begins with {cells[0]!r}; needs "
            f"{' '.join(HEADER)} between tabs, the first one of {', '.join(EXPECTATIONS)}"
        )
    expectation, category, text = cells
    if category not in (NO_CATEGORY, *CATEGORIES):
        raise BehaviourError(f"{path} line {number}: {category!r} is no category, nor `-`")
    return Case(path.stem, expectation, category.replace(NO_CATEGORY, ""), text)


def run_cases(
    published: PublishedModel, cases: Sequence[Case], preset: str = DEFAULT_PRESET
) -> list[Outcome]:
    """Let a model decide on cases.

    Args:
        published: The model.
        cases: The cases.
        preset: The preset that decides.

    Returns:
        An outcome of each case.
    """
    found = judge_texts(published, [case.text for case in cases], preset)
    decisions, violated = found.verdicts.decisions.tolist(), found.verdicts.violated
    return [
        Outcome(decision, bool(case.category and violated[place, CATEGORIES.index(case.category)]))
        for place, (case, decision) in enumerate(zip(cases, decisions, strict=True))
    ]


def judge_texts(published: PublishedModel, texts: Sequence[str], preset: str) -> Judgements:
    """Classify texts as the service does.

    Args:
        published: The model.
        texts: n comments.
        preset: The preset that decides.

    Returns:
        The judgements.
    """
    policy = published.manifest.policies[preset]
    declared = [None] * len(texts)
    return classify(
        published.scorer, load_identifier(), policy, list(texts), declared, explained=False
    )


def forgotten(
    cases: Sequence[Case], before: Sequence[Outcome], after: Sequence[Outcome]
) -> tuple[str, ...]:
    """Name the capabilities that a new model lost beyond chance, by an exact sign test.

    Args:
        cases: The cases.
        before: What the model in use made of them.
        after: What the new one did.

    Returns:
        Names such as `threats: 12 cases lost, 2 won`; the whole suite counts as one too, so that
        no model passes that lost a little everywhere.
    """
    told = []
    for capability in [*dict.fromkeys(case.capability for case in cases), WHOLE]:
        passed = [
            (old.passes(case), new.passes(case))
            for case, old, new in zip(cases, before, after, strict=True)
            if capability in (WHOLE, case.capability)
        ]
        lost, won = passed.count((True, False)), passed.count((False, True))
        if lost > won and binomtest(lost, lost + won, alternative="greater").pvalue < CHANCE:
            told.append(f"{capability}: {lost} cases lost, {won} won")
    return tuple(told)
