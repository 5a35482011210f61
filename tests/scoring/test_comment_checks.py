"""What a comment must be: the limits, at, below and above."""

from __future__ import annotations

import pytest

from scoring.comment_rules import Fault, is_language_tag, text_fault


@pytest.mark.parametrize("text", ["a", "é" * 5, "x" * 10, " .", "\u200b", "\x00"])
def test_a_text_within_the_limits_has_no_fault(text: str) -> None:
    assert text_fault(text, 10) is None


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("x" * 11, "text_too_long", "text is 11 bytes of UTF-8; allowed: 10"),
        ("é" * 6, "text_too_long", "text is 12 bytes of UTF-8; allowed: 10"),
        ("", "empty_text", "text is 0 code points, none of them visible; allowed: 1 or more"),
        (" \n\u2003", "empty_text", "text is 3 code points, none of them visible"),
        ("ab\ud800", "invalid_text", "half of a UTF-16 pair at code point 2"),
        ("x" * 11 + "\udfff", "invalid_text", "half of a UTF-16 pair at code point 11"),
    ],
)
def test_a_fault_names_its_code_and_a_length(text: str, code: str, message: str) -> None:
    fault = text_fault(text, 10)
    assert isinstance(fault, Fault)
    assert fault.code == code
    assert message in fault.message


@pytest.mark.parametrize("value", ["en", "pt-BR", "zh_Hant_TW", "de-" + "a" * 8])
def test_language_tags(value: str) -> None:
    assert is_language_tag(value)


@pytest.mark.parametrize("value", ["", "e", "en ", "12", None, 7, ["en"], "en-" + "a-b" * 20, "ен"])
def test_what_is_no_language_tag(value: object) -> None:
    assert not is_language_tag(value)
