"""Every branch from probabilities to a decision."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import PolicyError, ScoringError
from scoring.guidelines import CATEGORIES
from scoring.policy import Decision, Policy, decide

ASSIST = Policy("assist", 0.8, 0.2, (0.9,) * len(CATEGORIES))
AUTOMATIC = Policy("automatic", 0.6, 0.6, (0.9,) * len(CATEGORIES))
PROBABILITY = st.floats(0, 1)


def categories(**named: float) -> list[float]:
    return [named.get(key, 0.0) for key in CATEGORIES]


@pytest.mark.parametrize(
    ("policy", "reject", "decision"),
    [
        (ASSIST, 0.0, Decision.APPROVE),
        (ASSIST, 0.19, Decision.APPROVE),
        (ASSIST, 0.2, Decision.REVIEW),
        (ASSIST, 0.79, Decision.REVIEW),
        (ASSIST, 0.8, Decision.REJECT),
        (ASSIST, 1.0, Decision.REJECT),
        (AUTOMATIC, 0.59, Decision.APPROVE),
        (AUTOMATIC, 0.6, Decision.REJECT),
    ],
)
def test_the_overall_probability_decides(policy: Policy, reject: float, decision: Decision) -> None:
    assert decide(policy, categories(), reject).decision is decision


def test_one_category_is_enough_to_reject() -> None:
    verdict = decide(ASSIST, categories(threat=0.9, abuse=0.5), 0.1)
    assert verdict.decision is Decision.REJECT
    assert verdict.reasons == ("threat",)
    assert verdict.violated == tuple(key == "threat" for key in CATEGORIES)


def test_reasons_are_the_violated_categories_likeliest_first() -> None:
    verdict = decide(ASSIST, categories(threat=0.92, racism=0.99, abuse=0.99, sexism=0.8), 0.99)
    assert verdict.reasons == ("abuse", "racism", "threat")


def test_a_rejection_without_a_violation_names_the_largest_category() -> None:
    verdict = decide(ASSIST, categories(threat=0.3, vulgarity=0.4), 0.85)
    assert verdict.reasons == ("vulgarity",)
    assert not any(verdict.violated)


@pytest.mark.parametrize("policy", [ASSIST, AUTOMATIC], ids=lambda policy: policy.name)
@pytest.mark.parametrize("reject", [0.0, 0.5, 1.0])
def test_what_cannot_be_read_is_for_a_person(policy: Policy, reject: float) -> None:
    verdict = decide(policy, categories(threat=0.95), reject, readable=False)
    assert verdict.decision is Decision.REVIEW
    assert verdict.reasons == ()
    assert verdict.violated[CATEGORIES.index("threat")]


@given(
    st.lists(PROBABILITY, min_size=len(CATEGORIES), max_size=len(CATEGORIES)),
    PROBABILITY,
    st.sampled_from([ASSIST, AUTOMATIC]),
)
def test_reasons_are_given_for_a_rejection_and_for_nothing_else(
    category: list[float], reject: float, policy: Policy
) -> None:
    verdict = decide(policy, category, reject)
    assert bool(verdict.reasons) == (verdict.decision is Decision.REJECT)
    assert set(verdict.reasons) <= set(CATEGORIES)
    if policy is AUTOMATIC:
        assert verdict.decision is not Decision.REVIEW


@pytest.mark.parametrize(
    ("reject", "approve", "thresholds", "message"),
    [
        (0.8, 0.2, (0.9,) * 3, "'mine' has 3 category thresholds, needs 11: one for each of"),
        (1.1, 0.2, (0.9,) * 11, r"outside \[0, 1\]: reject 1.1"),
        (0.8, -0.1, (0.9,) * 11, r"outside \[0, 1\]: .*approve -0.1"),
        (0.8, 0.2, (2.0,) * 11, r"outside \[0, 1\]: .*categories \(2.0"),
        (math.nan, 0.2, (0.9,) * 11, r"outside \[0, 1\]: reject nan"),
        (0.2, 0.8, (0.9,) * 11, "approves below 0.8 but rejects from 0.2"),
    ],
)
def test_impossible_thresholds_are_refused(
    reject: float, approve: float, thresholds: tuple[float, ...], message: str
) -> None:
    with pytest.raises(PolicyError, match=message) as caught:
        Policy("mine", reject, approve, thresholds)
    assert isinstance(caught.value, ScoringError)
