"""Terms are scikit-learn's n-grams, named by hashes."""

from __future__ import annotations

from collections import Counter

import pytest
from sklearn.feature_extraction.text import CountVectorizer

from scoring.ngrams.extract import TermSettings, extract_terms, hash_term
from scoring.text.normalise import normalise


def named(text: str, settings: TermSettings) -> tuple[list[int], list[int]]:
    """Hashes of the word terms and of the character terms."""
    terms = extract_terms(normalise(text), settings)
    hashes = terms.hashes.tolist()
    return hashes[: terms.words], hashes[terms.words :]


def sklearn_terms(text: str, settings: TermSettings) -> tuple[list[int], list[int]]:
    separated_by_spaces = r"[^ ]+"
    words = CountVectorizer(
        analyzer="word", token_pattern=separated_by_spaces, lowercase=False,
        ngram_range=(1, settings.longest_word),
    )  # fmt: skip
    characters = CountVectorizer(
        analyzer="char_wb", lowercase=False,
        ngram_range=(settings.shortest_character, settings.longest_character),
    )  # fmt: skip
    joined = str(normalise(text))
    return (
        [hash_term(term, word=True) for term in words.build_analyzer()(joined)],
        [hash_term(term, word=False) for term in characters.build_analyzer()(joined)],
    )


@pytest.mark.parametrize(
    "settings", [TermSettings(), TermSettings(1, 1, 1), TermSettings(3, 4, 7)], ids=str
)
def test_terms_equal_scikit_learns(settings: TermSettings, fuzz_texts: list[str]) -> None:
    for text in fuzz_texts:
        found, expected = named(text, settings), sklearn_terms(text, settings)
        assert Counter(found[0]) == Counter(expected[0]), repr(text)
        assert Counter(found[1]) == Counter(expected[1]), repr(text)


def test_a_term_lies_in_its_tokens() -> None:
    terms = extract_terms(normalise("you idiot"), TermSettings(2, 5, 5))
    of = {
        hash_: (first, last)
        for hash_, first, last in zip(
            terms.hashes.tolist(),
            terms.first_tokens.tolist(),
            terms.last_tokens.tolist(),
            strict=True,
        )
    }
    assert terms.words == 3
    assert of[hash_term("you", word=True)] == (0, 0)
    assert of[hash_term("you idiot", word=True)] == (0, 1)
    assert of[hash_term("idiot", word=True)] == (1, 1)
    assert of[hash_term(" you ", word=False)] == (0, 0)
    assert of[hash_term("idiot", word=False)] == (1, 1)


def test_words_and_characters_are_different_terms() -> None:
    assert hash_term("ab", word=True) != hash_term("ab", word=False)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ((0, 2, 5), "whole number from 1 to 16"),
        ((2, -1, 5), "whole number from 1 to 16"),
        ((2, "2", 5), "whole number from 1 to 16"),
        ((2, 2.0, 5), "whole number from 1 to 16"),
        ((2, 2, 17), "whole number from 1 to 16"),
        ((2**62, 2, 5), "whole number from 1 to 16"),
        ((2, 5, 4), "go from 5 to 4"),
    ],
)
def test_impossible_settings_are_refused(fields: tuple[int, int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TermSettings(*fields)
