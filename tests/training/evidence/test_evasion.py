from __future__ import annotations

import numpy as np
import pytest

from scoring.artifacts.versions import PublishedModel
from training.corpus.disguises import DISGUISES, disguise
from training.evaluation.behaviour import MUST_APPROVE, MUST_REJECT, Case
from training.evidence.evasion import measure_evasion
from training.evidence.harmless import harmless_strings


@pytest.mark.parametrize(
    ("name", "disguised"),
    [
        ("leetspeak", "You 1d107."),
        ("dots between letters", "You i.d.i.o.t."),
        ("spaces between letters", "You i d i o t."),
        ("zero-width spaces", "You i\u200bd\u200bi\u200bo\u200bt."),
        ("full width", "You ｉｄｉｏｔ."),
        ("HTML entities", "You &#105;&#100;&#105;&#111;&#116;."),
        ("as a link", "You https://idiot.com."),
    ],
)
def test_a_word_is_disguised_where_it_stands(name: str, disguised: str) -> None:
    random = np.random.default_rng(0)
    assert disguise("You idiot.", [(4, 9)], DISGUISES[name], random) == disguised


def test_what_is_drawn_changes_an_inner_letter_only() -> None:
    for name in (
        "one letter masked",
        "a letter left out",
        "two letters swapped",
        "a letter repeated",
    ):
        word = disguise("idiots", [(0, 6)], DISGUISES[name], np.random.default_rng(1))
        assert word != "idiots"
        assert word.endswith("s"), name


def test_short_words_and_numbers_are_left() -> None:
    text = "No 12345"
    assert (
        disguise(text, [(0, 2), (3, 8)], DISGUISES["leetspeak"], np.random.default_rng(0)) == text
    )


def test_only_what_was_decided_rightly_is_disguised(shipped: PublishedModel) -> None:
    cases = [
        Case("insults", MUST_REJECT, "personal_attack", "You are an idiot."),
        Case("insults", MUST_REJECT, "personal_attack", "The bus was late."),
        Case("short_english", MUST_APPROVE, "", "Thank you for this careful report."),
    ]
    found = measure_evasion(shipped, cases)
    assert {one["attack"] for one in found["attacks"]} == set(DISGUISES)
    assert all((one["n"], one["n_harmless"]) == (1, 1) for one in found["attacks"])
    kept = {one["attack"]: one["probability_kept"] for one in found["attacks"]}
    assert kept["zero-width spaces"] == 1.0


def test_harmless_strings_are_drawn_alike_each_time() -> None:
    assert harmless_strings(2, 1) == harmless_strings(2, 1)
    assert all(len(texts) == 2 for texts in harmless_strings(2, 1).values())
