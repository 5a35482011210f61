from __future__ import annotations

import hashlib

import pytest

from training.keys import fold, fold_key, fold_keys


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("You ARE wrong!!!", "youarewrong"),
        ("  Room 101\n\tis here. ", "room101ishere"),
        ("ｆｕｌｌ ＷＩＤＴＨ", "fullwidth"),
        ("Straße", "strasse"),
        ("a\u200bb\u00adc", "abc"),
        ("Привет, МИР", "приветмир"),
        ("?! 😀 …", ""),
        ("", ""),
    ],
)
def test_fold_keeps_letters_and_digits_in_lower_case(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_key_is_the_start_of_the_digest_of_the_folded_text() -> None:
    expected = hashlib.sha256(b"youarewrong").hexdigest()[:16]
    assert fold_key("You are wrong.") == expected
    assert len(expected) == 16


def test_key_ignores_case_space_and_punctuation_and_nothing_else() -> None:
    same = {fold_key(text) for text in ("No way!", "no  way", "NO-WAY", "«No way»")}
    assert len(same) == 1
    assert fold_key("No ways") not in same


def test_keys_come_in_order() -> None:
    assert fold_keys(["b", "a", "B!"]) == [fold_key("b"), fold_key("a"), fold_key("b")]
