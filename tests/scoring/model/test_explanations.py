"""Explanations are exact: they sum to the scorer's margins and point at the words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scoring.errors import LoneSurrogate
from scoring.explain import explain
from scoring.guidelines import CATEGORIES, HEADS
from scoring.model.arrays import Calibration, LinearModel
from scoring.model.scorer import Scorer
from scoring.text.normalise import normalise
from tests.tiny_models import model_of_words

UNCALIBRATED = Calibration(np.ones(len(CATEGORIES)), np.zeros(len(CATEGORIES)), np.zeros(3))


def insult_scorer(word: str = "idiot") -> Scorer:
    """The scorer of a model with one term, which speaks for personal_attack."""
    weights = {"personal_attack": {word: 2.0}, "threat": {word: -1.0}}
    return Scorer(model_of_words(weights, UNCALIBRATED))


def test_token_weights_sum_to_margins_less_biases(
    model: LinearModel, scorer: Scorer, fuzz_texts: list[str]
) -> None:
    texts = [*fuzz_texts, "ab " * 6000]
    margins = scorer.score(texts).margins - model.biases
    for text, expected in zip(texts, margins, strict=True):
        weights = scorer.token_weights(normalise(text))
        np.testing.assert_allclose(weights.sum(axis=0), expected, atol=1e-9, err_msg=repr(text))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("You IDIOT!", "IDIOT"),
        ("😀😀 cafe\u0301 idi0t", "idi0t"),
        ("so: i d i o t", "i d i o t"),
        ("\u200bid\u200biot", "id\u200biot"),
    ],
)
def test_a_span_is_the_word_in_the_text_as_sent(text: str, word: str) -> None:
    (span,) = explain(insult_scorer(), text, ("personal_attack",))
    assert text[span.start : span.end] == word
    assert span.category == "personal_attack"
    assert span.weight == pytest.approx(2.0, rel=1e-4)  # stored in steps of a 127th


def test_a_weight_is_shared_by_occurrences() -> None:
    spans = explain(insult_scorer(), "idiot you idiot", ("personal_attack",))
    assert [(span.start, span.end) for span in spans] == [(0, 5), (10, 15)]
    assert [span.weight for span in spans] == pytest.approx([1.0, 1.0], rel=1e-4)


def test_a_weight_is_shared_by_the_words_of_a_pair() -> None:
    spans = explain(insult_scorer("utter idiot"), "an utter idiot", ("personal_attack",))
    assert [(span.start, span.end) for span in spans] == [(3, 8), (9, 14)]
    assert [span.weight for span in spans] == pytest.approx([1.0, 1.0], rel=1e-4)


def test_only_words_that_speak_for_rejection_are_listed() -> None:
    assert explain(insult_scorer(), "idiot", ("threat",)) == []
    assert explain(insult_scorer(), "fine", ("personal_attack",)) == []
    assert explain(insult_scorer(), "", ("personal_attack",)) == []


def test_spans_are_heaviest_first_within_each_head_and_limited(
    scorer: Scorer, fuzz_texts: list[str]
) -> None:
    heads = ("threat", "abuse")
    for text in fuzz_texts:
        spans = explain(scorer, text, heads, most=3)
        for head in heads:
            weights = [span.weight for span in spans if span.category == head]
            assert len(weights) <= 3
            assert weights == sorted(weights, reverse=True)
            assert all(weight > 0 for weight in weights)
        assert [span.category for span in spans] == sorted(
            (span.category for span in spans), key=heads.index
        )


def test_a_model_without_terms_explains_nothing(
    make_linear_model: Callable[..., LinearModel],
) -> None:
    assert explain(Scorer(make_linear_model(["you"], known=0.0)), "you", HEADS) == []


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(LoneSurrogate):
        explain(insult_scorer(), "\ud800", HEADS)
