"""What own decisions teach, and what they do not say."""

from __future__ import annotations

from scoring.guidelines import CATEGORIES
from training.keys import fold_key
from training.own_decisions.store import held_back_keys, own_table
from training.own_decisions.understanding import OwnDecision
from training.sources.labels import NO, REJECT, UNKNOWN, YES


def test_unknown_is_not_no() -> None:
    table = own_table([OwnDecision("a", "reject"), OwnDecision("b", "approve")])
    assert table[REJECT].tolist() == [YES, NO]
    assert (table[list(CATEGORIES)].to_numpy() == UNKNOWN).all()


def test_a_named_guideline_is_yes_and_no_other_is_no() -> None:
    table = own_table([OwnDecision("a", "reject", ("racism",))])
    assert table[["abuse", "racism"]].to_numpy()[0].tolist() == [YES, YES]
    assert table.loc[0, "threat"] == UNKNOWN


def test_the_latest_fifth_is_held_back() -> None:
    decisions = [OwnDecision(f"comment {day}", "approve", (), f"{day}") for day in range(10)]
    assert held_back_keys(decisions) == {fold_key("comment 8"), fold_key("comment 9")}
    assert held_back_keys([]) == frozenset()
