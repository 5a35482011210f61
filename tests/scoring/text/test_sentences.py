from __future__ import annotations

import pytest

from scoring.text.sentences import sentence_ranges


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It rained. You idiot! Why?", ["It rained. ", "You idiot! ", "Why?"]),
        ("He said “no.” We left.", ["He said “no.” ", "We left."]),
        ("first line\nsecond line", ["first line\n", "second line"]),
        ("<p>one two</p>three four", ["<p>one two</p>", "three four"]),
        ("What?! Really... yes", ["What?! ", "Really... ", "yes"]),
        ("Fine.\n:-)\nAnd you?", ["Fine.\n", "And you?"]),  # a sign is no sentence
    ],
)
def test_a_text_is_cut_after_its_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_ranges(text)] == sentences


@pytest.mark.parametrize(
    "text",
    ["", "one sentence.", "version 1.2 of example.com", "no end at all", "a. b. c.", "...\n"],
)
def test_one_sentence_is_the_text_itself(text: str) -> None:
    assert sentence_ranges(text) == []
