"""What holds of every text, of any script and any length."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from scoring.text.normalise import normalise

# what disguises and addresses are made of, in the proportions that make them meet
PIECES = st.sampled_from([*"aabwhtpsx01359.@@$$**#!%-_+/:' \u0301\u200bраﬁ⑴½ı’", "ww", "com", "ñ"])
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join))
NAMES = ("URL", "EMAIL", "HANDLE")


@given(TEXTS)
@settings(max_examples=500, deadline=None)
@example("\x00\u200b\ufffe\uffff\U0010ffff\U000e0041")
def test_tokens_are_never_empty_nor_hold_white_space(text: str) -> None:
    for token in normalise(text).tokens:
        assert token
        assert not re.search(r"\s", token)
        assert token in NAMES or not re.search("[A-Z]", token)


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_offsets_lie_in_the_text_and_in_order(text: str) -> None:
    normalised = normalise(text)
    begins, ends, at = normalised.begins, normalised.ends, normalised.token_at
    assert ((begins >= 0) & (begins < ends) & (ends <= len(text))).all()
    for first, stop in pairwise(at):
        assert (begins[first:stop][1:] >= begins[first:stop][:-1]).all()
        assert (ends[first:stop][1:] >= ends[first:stop][:-1]).all()
    starts = [normalised.source_range(t)[0] for t in range(len(at) - 1)]
    assert starts == sorted(starts)


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_output_is_at_most_eighteen_times_the_text_and_a_name(text: str) -> None:
    assert len(normalise(text).codes) <= 18 * len(text) + 6


@given(TEXTS)
@settings(max_examples=500, deadline=None)
@example("a a a a")  # joined to aaaa, then shortened to aa
@example("as$s o0o")  # undone to asss, then shortened
def test_normalising_twice_is_stable(text: str) -> None:
    """The second pass may only lower a name (URL) and shorten what the first brought together."""
    once = str(normalise(text))
    twice = str(normalise(once))
    assert str(normalise(twice)) == twice
    if not re.search(r"URL|EMAIL|HANDLE|(\S)\1\1", once):
        assert twice == once
