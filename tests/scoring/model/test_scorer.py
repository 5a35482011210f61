"""The scorer gives scikit-learn's numbers, the same one by one, in batches and in threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from scoring.errors import LayoutExceeded, LoneSurrogate
from scoring.guidelines import ABUSE_KINDS, CATEGORIES, HEADS
from scoring.language.detect import TextStatistics
from scoring.model._calibration import LEAST
from scoring.model.arrays import LinearModel
from scoring.model.scorer import Scorer, Scores, calibrated_probabilities
from scoring.ngrams.extract import hash_term
from scoring.text._letters import KNOWN_TERMS
from scoring.text.normalise import normalise

LONG_TEXTS = ["ab " * 6000, "ab" * 6000, "you are an idiot " * 1000, "ﷺ" * 3000]


def sklearn_margins(model: LinearModel, texts: list[str]) -> NDArray[np.float64]:
    """The margins of a scikit-learn pipeline with the model's terms, idf and weights."""
    joined = [str(normalise(text)) for text in texts]
    margins = np.tile(model.biases, (len(texts), 1))
    row_of = {hash_: row for row, hash_ in enumerate(model.hashes.tolist())}
    for word, options in (
        (True, {"analyzer": "word", "token_pattern": r"[^ ]+", "ngram_range": (1, 2)}),
        (False, {"analyzer": "char_wb", "ngram_range": (2, 5)}),
    ):
        every = TfidfVectorizer(lowercase=False, **options).fit(joined).vocabulary_
        known = [term for term in sorted(every) if hash_term(term, word=word) in row_of]
        rows = [row_of[hash_term(term, word=word)] for term in known]
        block = TfidfVectorizer(lowercase=False, vocabulary=known, sublinear_tf=True, **options)
        block.idf_ = model.idf[rows].astype(np.float64)
        margins += block.transform(joined) @ model.float_weights(np.array(rows, np.int64))
    return margins


def same(one: Scores, other: Scores, rows: slice) -> bool:
    pairs: Any = zip(one, other, strict=True)
    return all(np.array_equal(mine, its[rows]) for mine, its in pairs)


def test_margins_equal_a_scikit_learn_pipeline(
    model: LinearModel, scorer: Scorer, fuzz_texts: list[str]
) -> None:
    texts = fuzz_texts + LONG_TEXTS
    difference = np.abs(scorer.score(texts).margins - sklearn_margins(model, texts))
    assert difference.max() <= 1e-6


def test_probabilities_follow_from_margins(
    model: LinearModel, scorer: Scorer, fuzz_texts: list[str]
) -> None:
    scores, calibration = scorer.score(fuzz_texts), model.calibration

    def sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1 / (1 + np.exp(-z))

    category = sigmoid(scores.margins[:, :-1] * calibration.slopes + calibration.offsets)
    abuse, kinds = CATEGORIES.index("abuse"), [CATEGORIES.index(kind) for kind in ABUSE_KINDS]
    category[:, abuse] = np.maximum(category[:, abuse], category[:, kinds].max(axis=1))
    independent = np.clip(1 - np.prod(1 - category, axis=1), 1e-6, 1 - 1e-6)
    constant, margin, odds = calibration.overall
    reject = sigmoid(
        constant + margin * scores.margins[:, -1] + odds * np.log(independent / (1 - independent))
    )
    told = LEAST + (1 - 2 * LEAST) * category
    np.testing.assert_allclose(scores.category_probabilities, told, atol=1e-12)
    told = LEAST + (1 - 2 * LEAST) * np.maximum(reject, category.max(axis=1))
    np.testing.assert_allclose(scores.reject_probability, told, atol=1e-12)


def test_no_probability_is_certain_at_extreme_margins() -> None:
    margins = np.array([[value] * len(HEADS) for value in (-1e4, -50.0, 0.0, 50.0, 1e4)])
    ones = np.ones(len(CATEGORIES))
    category, reject = calibrated_probabilities(margins, ones, 0 * ones, np.array([0.0, 1.0, 1.0]))
    for probabilities in (category, reject):
        assert ((probabilities >= 0.005) & (probabilities <= 0.995)).all()
        assert (np.diff(probabilities, axis=0) >= 0).all()


def test_a_batch_equals_single_texts_exactly(scorer: Scorer, fuzz_texts: list[str]) -> None:
    batch = scorer.score(fuzz_texts)
    for i, text in enumerate(fuzz_texts):
        assert same(scorer.score([text]), batch, slice(i, i + 1)), repr(text)


def test_threads_give_the_same_numbers(scorer: Scorer, fuzz_texts: list[str]) -> None:
    expected = scorer.score(fuzz_texts)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(scorer.score, [fuzz_texts] * 24):
            assert same(found, expected, slice(None))


def test_an_empty_batch_gives_no_rows(scorer: Scorer) -> None:
    scores = scorer.score([])
    assert scores.margins.shape == (0, len(HEADS))
    assert scores.category_probabilities.shape == (0, len(CATEGORIES))
    assert scores.reject_probability.shape == (0,)


@pytest.mark.parametrize("text", ["", " \n\u200b", "\ufffe"])
def test_a_text_without_tokens_scores_the_biases(
    model: LinearModel, scorer: Scorer, text: str
) -> None:
    scores = scorer.score([text])
    assert not scores.statistics.any()
    np.testing.assert_array_equal(scores.margins[0], model.biases)


def test_texts_are_counted(make_linear_model: Callable[..., LinearModel]) -> None:
    scorer = Scorer(make_linear_model(["you idiot"]))
    scores = scorer.score(["You idiot, привет! 123 @name", "Idioten", "xyz", "you you"])
    counted = [TextStatistics(*text) for text in scores.statistics.tolist()]
    assert [text.letters for text in counted] == [14, 7, 3, 6]
    assert [text.latin_letters for text in counted] == [8, 7, 3, 6]
    assert [text.words for text in counted] == [3, 1, 1, 2]
    assert [text.english_words for text in counted] == [2, 0, 0, 2]
    assert counted[2].known_terms == 0
    assert all(counted[i].known_terms > 0 for i in (0, 1, 3))


def test_a_lone_surrogate_is_refused_with_its_text_and_position(scorer: Scorer) -> None:
    with pytest.raises(LoneSurrogate, match=r"text number 1: .* at code point 3"):
        scorer.score(["fine", "ab \ud800"])


def test_halves_of_a_pair_in_neighbouring_texts_are_refused(scorer: Scorer) -> None:
    with pytest.raises(LoneSurrogate, match="text number 0"):
        scorer.score(["\ud83d", "\ude00"])


def test_a_model_without_terms_scores_its_biases(
    make_linear_model: Callable[..., LinearModel],
) -> None:
    empty = make_linear_model(["you idiot"], known=0.0)
    scores = Scorer(empty).score(["you idiot"])
    np.testing.assert_array_equal(scores.margins[0], empty.biases)
    assert scores.statistics[0, KNOWN_TERMS] == 0


def of_bytes(unit: str, size: int = 20_480) -> str:
    return unit * (size // len(unit.encode()))


@pytest.mark.parametrize(
    "text",
    [
        of_bytes("a"),
        "".join(map(chr, range(0x4E00, 0x4E00 + 6826))),
        of_bytes(" "),
        "a" + of_bytes("\u0301"),
        of_bytes("a."),
        of_bytes("a-b."),
        of_bytes("a@"),
        of_bytes("a-", 10_000) + "@" + of_bytes("a-", 10_000) + "@a",
        of_bytes("a*"),
        of_bytes("*"),
        of_bytes("1"),
        of_bytes("a "),
        of_bytes("'a"),
        of_bytes("ﷺ"),
        of_bytes("\x00"),
        of_bytes("\u202e"),
        of_bytes("😀a"),
    ],
    ids=lambda text: ascii(text[:4]),
)
def test_hostile_text_takes_no_more_than_thirty_times_an_ordinary_one(
    scorer: Scorer, text: str
) -> None:
    def seconds(texts: list[str]) -> float:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            scores = scorer.score(texts)
            times.append(time.perf_counter() - start)
        assert np.isfinite(scores.margins).all()
        return min(times)

    assert seconds([text]) <= 30 * seconds([of_bytes("You are an idiot, thank you! ")])


def test_a_head_that_would_lie_on_the_idf_is_refused(tiny_model: LinearModel) -> None:
    wider = np.hstack([tiny_model.weights, tiny_model.weights[:, :1]])
    with pytest.raises(LayoutExceeded, match="13 heads, a term's entry has room for 12"):
        Scorer(replace(tiny_model, weights=wider))
