"""Many texts at once have the terms that each has by itself."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.errors import LoneSurrogate
from scoring.ngrams.batch import batch_latin_words, batch_terms
from scoring.ngrams.extract import TermSettings, extract_terms, hash_term
from scoring.text.normalise import normalise

LONG = (
    "word " * 5000,
    "x" * 20_000,
    "\ufdfa" * 2000,  # a ligature of eighteen letters
    "a.b " * 3000,
    "\U0001f600" * 3000,
    "1 " * 4000,
)


@pytest.mark.parametrize("settings", [TermSettings(), TermSettings(1, 5, 5), TermSettings(3, 1, 2)])
def test_batch_equals_text_by_text(settings: TermSettings, fuzz_texts: list[str]) -> None:
    texts = [*LONG, *fuzz_texts, *LONG, ""]
    batch = batch_terms(texts, settings)
    assert len(batch.text_at) == len(texts) + 1
    for i, text in enumerate(texts):
        terms = extract_terms(normalise(text), settings)
        found = batch.hashes[batch.text_at[i] : batch.text_at[i + 1]]
        np.testing.assert_array_equal(found, terms.hashes)
        assert batch.word_ends[i] == batch.text_at[i] + terms.words
    assert batch.text_at[-1] == len(batch.hashes)


def test_latin_words_equal_the_definition(fuzz_texts: list[str]) -> None:
    texts = [*LONG, *fuzz_texts, "'tis don't f*ck www.x.com naïve там 12", ""]
    batch = batch_latin_words(texts)
    for i, text in enumerate(texts):
        words = [
            token
            for token in normalise(text).tokens
            if token[0].islower() and token.isascii() and token.replace("'", "").isalpha()
        ]
        found = batch.hashes[batch.text_at[i] : batch.text_at[i + 1]].tolist()
        assert found == [hash_term(word, word=True) for word in words]


@pytest.mark.parametrize("texts", [[], ["", ""]])
def test_no_term(texts: list[str]) -> None:
    batch = batch_terms(texts, TermSettings())
    assert batch.hashes.tolist() == []
    assert batch.text_at.tolist() == [0] * (len(texts) + 1)


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(LoneSurrogate):
        batch_terms(["fine", "\ud800"], TermSettings())
