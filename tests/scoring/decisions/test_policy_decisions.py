"""Every branch from probabilities to a decision."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.decisions._decide import READING, decide_texts
from scoring.decisions.decide import CODES, Verdicts, decide, thresholds
from scoring.decisions.policy import OUTCOMES, Decision, Policy
from scoring.errors import PolicyError, ScoringError
from scoring.guidelines import CATEGORIES
from scoring.language._rules import PERHAPS_ENGLISH
from scoring.text._letters import STATISTICS

ASSIST = Policy("assist", 0.8, 0.2, (0.9,) * len(CATEGORIES))
AUTOMATIC = Policy("automatic", 0.6, 0.6, (0.9,) * len(CATEGORIES))
PROBABILITY = st.floats(0, 1)


class Verdict(NamedTuple):
    """One comment's verdict, as a caller reads it."""

    decision: str
    violated: set[str]
    reasons: tuple[str, ...]
    reason: str | None


def categories(**named: float) -> list[float]:
    return [named.get(key, 0.0) for key in CATEGORIES]


def verdict(
    policy: Policy, category: list[float], reject: float, *, readable: bool = True
) -> Verdict:
    found = decide(policy, np.array([category]), np.array([reject]), np.array([readable]))
    violated = {key for key, yes in zip(CATEGORIES, found.violated[0], strict=True) if yes}
    (outcome,) = found.outcomes
    assert OUTCOMES[outcome].decision == found.decisions[0]
    return Verdict(found.decisions[0], violated, found.reasons(0), OUTCOMES[outcome].reason)


@pytest.mark.parametrize(
    ("policy", "reject", "decision"),
    [
        (ASSIST, 0.0, Decision.APPROVE),
        (ASSIST, math.nextafter(0.2, 0), Decision.APPROVE),
        (ASSIST, 0.2, Decision.REVIEW),
        (ASSIST, math.nextafter(0.8, 0), Decision.REVIEW),
        (ASSIST, 0.8, Decision.REJECT),
        (ASSIST, 1.0, Decision.REJECT),
        (AUTOMATIC, math.nextafter(0.6, 0), Decision.APPROVE),
        (AUTOMATIC, 0.6, Decision.REJECT),
    ],
)
def test_the_overall_probability_decides(policy: Policy, reject: float, decision: Decision) -> None:
    assert verdict(policy, categories(), reject).decision == decision


@pytest.mark.parametrize("key", CATEGORIES)
def test_one_category_that_reaches_its_threshold_is_enough_to_reject(key: str) -> None:
    reached = verdict(ASSIST, categories(**{key: 0.9}), 0.1)
    assert reached == (Decision.REJECT, {key}, (key,), key)
    missed = verdict(ASSIST, categories(**{key: math.nextafter(0.9, 0)}), 0.1)
    assert missed == (Decision.APPROVE, set(), (), None)


def test_reasons_are_the_violated_categories_likeliest_first_and_ties_in_their_order() -> None:
    found = verdict(ASSIST, categories(threat=0.92, racism=0.99, abuse=0.99, sexism=0.8), 0.99)
    assert found.reasons == ("abuse", "racism", "threat")
    assert verdict(ASSIST, [0.95] * len(CATEGORIES), 0.95).reasons == CATEGORIES
    rising = [0.9 + 0.001 * place for place in range(len(CATEGORIES))]
    assert verdict(ASSIST, rising, 0.95).reasons == CATEGORIES[::-1]


def test_where_only_the_overall_probability_rejects_the_likeliest_category_is_violated() -> None:
    found = verdict(ASSIST, categories(threat=0.3, vulgarity=0.4, racism=0.4), 0.85)
    assert found == (Decision.REJECT, {"vulgarity"}, ("vulgarity",), "vulgarity")


@pytest.mark.parametrize("policy", [ASSIST, AUTOMATIC], ids=lambda policy: policy.name)
@pytest.mark.parametrize("reject", [0.0, 0.5, 1.0])
def test_what_cannot_be_read_is_for_a_person(policy: Policy, reject: float) -> None:
    found = verdict(policy, categories(threat=0.95), reject, readable=False)
    assert found == (Decision.REVIEW, {"threat"}, (), "language")


@pytest.mark.parametrize("policy", [ASSIST, AUTOMATIC], ids=lambda policy: policy.name)
@pytest.mark.parametrize(("reject", "decision"), [(0.0, Decision.REVIEW), (0.99, Decision.REJECT)])
def test_disguised_words_may_reject_and_never_approve(
    policy: Policy, reject: float, decision: Decision
) -> None:
    codes = np.zeros((1, CODES), np.uint8)
    codes[0, READING] = PERHAPS_ENGLISH
    nothing = np.zeros((1, STATISTICS), np.int32)
    probabilities = np.zeros((1, len(CATEGORIES))), np.array([reject])
    decide_texts(*probabilities, nothing, thresholds(policy), codes)
    found = Verdicts(codes)
    assert found.decisions.tolist() == [decision]
    assert found.readable.tolist() == [decision is Decision.REJECT]


@settings(deadline=None)  # the first call compiles
@given(
    st.lists(
        st.tuples(
            st.lists(
                PROBABILITY | st.sampled_from([0.5, 0.9]),
                min_size=len(CATEGORIES),
                max_size=len(CATEGORIES),
            ),
            PROBABILITY | st.sampled_from([0.2, 0.6, 0.8]),
            st.booleans(),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([ASSIST, AUTOMATIC]),
)
def test_the_rule_spelt_out(
    comments: list[tuple[list[float], float, bool]], policy: Policy
) -> None:
    every = decide(policy, *(np.array(column) for column in zip(*comments, strict=True)))
    assert len(every) == len(comments)
    for n, (category, reject, readable) in enumerate(comments):
        likeliest = sorted(range(len(CATEGORIES)), key=lambda c: -category[c])
        violated = [CATEGORIES[c] for c in likeliest if category[c] >= 0.9]
        if not readable:
            expected, reasons = Decision.REVIEW, []
        elif violated or reject >= policy.reject_threshold:
            expected, reasons = Decision.REJECT, violated or [CATEGORIES[likeliest[0]]]
        elif reject < policy.approve_threshold:
            expected, reasons = Decision.APPROVE, []
        else:
            expected, reasons = Decision.REVIEW, []
        assert (every.decisions[n], list(every.reasons(n))) == (expected, reasons)
        named = {*violated, *reasons} if readable else {*violated}
        assert every.violated[n].tolist() == [key in named for key in CATEGORIES]
        assert every.readable[n] == readable
        if policy is AUTOMATIC and readable:
            assert expected is not Decision.REVIEW


def test_no_comments_get_no_verdicts() -> None:
    none = decide(ASSIST, np.zeros((0, len(CATEGORIES))), np.zeros(0))
    assert (len(none), none.outcomes, none.decisions.tolist()) == (0, [], [])


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
