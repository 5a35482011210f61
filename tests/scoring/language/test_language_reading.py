"""Whether the model can read a text, branch by branch, with an identifier that is told its line."""

from __future__ import annotations

import pytest

from scoring.language._rules import FOREIGN_LETTERS, MANY_WORDS, MOSTLY
from scoring.language.detect import (
    ENGLISH_PROBABILITY,
    FOREIGN_PROBABILITY,
    UNDETERMINED,
    LanguageIdentifier,
    Reading,
    TextStatistics,
    is_foreign_tag,
    read,
    script_language,
)

ENGLISH = TextStatistics(known_terms=20, letters=20, latin_letters=20, words=5, english_words=5)
READABLE = Reading("en", readable=True, rejectable=True)


def says(language: str, probability: float) -> LanguageIdentifier:
    return lambda _: (language, probability)


def silent(text: str) -> tuple[str, float]:
    raise AssertionError(f"the identifier was asked about {text!r}")


def counted(**changed: int) -> TextStatistics:
    return ENGLISH._replace(**changed)


def unreadable(language: str) -> Reading:
    return Reading(language, readable=False, rejectable=False)


def perhaps_english(language: str) -> Reading:
    return Reading(language, readable=False, rejectable=True)


def test_known_english_is_read_without_asking() -> None:
    assert read("thank you", ENGLISH, silent) == READABLE


def test_a_long_text_may_have_some_unknown_words() -> None:
    words = 10 * MANY_WORDS
    enough = counted(words=words, english_words=round(words * MOSTLY))
    assert read("…", enough, silent) == READABLE


@pytest.mark.parametrize("declared", ["en", "EN", "en-GB", "en_US", "eng", "und"])
def test_a_declared_english_changes_nothing(declared: str) -> None:
    assert not is_foreign_tag(declared)


@pytest.mark.parametrize("declared", ["de", "ar-EG", "fr_FR"])
def test_another_declared_language_is_foreign(declared: str) -> None:
    assert is_foreign_tag(declared)


def test_letters_of_another_script_are_beyond_the_model() -> None:
    mixed = counted(letters=20, latin_letters=20 - FOREIGN_LETTERS)
    assert read("Great. сволочь", mixed, silent) == unreadable("ru")
    assert read("a b c d", counted(letters=20, latin_letters=21 - FOREIGN_LETTERS), silent)


def test_a_short_text_in_another_script_is_beyond_the_model() -> None:
    assert read("да", counted(letters=2, latin_letters=0), silent) == unreadable("ru")


def test_a_text_without_known_terms_is_undetermined() -> None:
    assert read("xqz", counted(known_terms=0), silent) == unreadable(UNDETERMINED)


def test_a_text_without_letters_is_read() -> None:
    signs = counted(letters=0, latin_letters=0, words=0, english_words=0)
    assert read("1234 !!!", signs, silent) == READABLE
    nothing = signs._replace(known_terms=0)
    assert read("🥳", nothing, silent) == READABLE
    assert read("\u0e49" * 9, nothing, silent) == unreadable(UNDETERMINED)


def test_little_known_english_goes_to_a_person_whatever_the_identifier_thinks() -> None:
    """An insult in Latin letters, with an English word or two, is no English comment."""
    little = counted(words=5, english_words=3)
    assert read("…", little, says("en", 0.99)) == perhaps_english(UNDETERMINED)
    assert read("…", little, says("de", 0.01)) == perhaps_english("de")
    assert read("…", little, says("de", FOREIGN_PROBABILITY)) == unreadable("de")


def test_two_of_three_words_and_an_unlisted_name_are_english() -> None:
    thanks = counted(words=3, english_words=2)
    assert read("…", thanks, says("en", ENGLISH_PROBABILITY)) == READABLE


def test_what_has_no_known_word_is_never_read_whatever_the_identifier_thinks() -> None:
    none = counted(english_words=0)
    assert read("…", none, says("en", 0.99)) == perhaps_english(UNDETERMINED)
    assert read("…", none, says("ar", 0.2)) == perhaps_english("ar")
    assert read("…", none, says("ar", 0.7)) == unreadable("ar")


def test_english_words_outweigh_an_unsure_identifier() -> None:
    most = counted(words=MANY_WORDS - 1, english_words=MANY_WORDS - 2)
    assert read("…", most, says("de", FOREIGN_PROBABILITY - 0.01)) == READABLE
    assert read("…", most, says("de", FOREIGN_PROBABILITY)) == unreadable("de")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("سأقتلك", "ar"), ("אני", "he"), ("Я тебя", "ru"), ("Θα σε", "el"), ("Ես քեզ", "hy"),
        ("मैं", "hi"), ("ฉัน", "th"), ("죽여", "ko"), ("ころす", "ja"), ("我要", "zh"),
        ("እገድ", UNDETERMINED), ("latin", UNDETERMINED), ("", UNDETERMINED),
        ("I said нет нет", "ru"), ("нет سأقتلك", "ar"),
    ],
)  # fmt: skip
def test_the_script_names_the_language(text: str, language: str) -> None:
    assert script_language(text) == language
