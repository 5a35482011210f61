"""A comment's worst sentence counts, at a discount; the explanation names its words."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from scoring.explain import explain
from scoring.guidelines import CATEGORIES, HEADS
from scoring.model.arrays import Calibration, LinearModel, SentenceStage
from scoring.model.scorer import Scorer
from scoring.model.sentences import discounted, times_odds
from tests.tiny_models import model_of_words

LONG = "The road was closed again and nobody said why. You idiot! We took the train on monday."
FINE = "The road was closed again and nobody said why. We took the train on monday."
STAGE = SentenceStage(lowest=0.1, discount=1.0)
WORDS = "the road was closed again and nobody said why you we took train on monday"


@pytest.fixture(scope="module")
def whole() -> Scorer:
    """A model that knows one insult, and whose long texts dilute it."""
    return Scorer(_model())


@pytest.fixture(scope="module")
def staged() -> Scorer:
    """The same model, whose worst sentences count."""
    return Scorer(replace(_model(), sentences=STAGE))


def _model() -> LinearModel:
    slopes, offsets = np.ones(len(CATEGORIES)), np.full(len(CATEGORIES), -2.0)
    calibration = Calibration(slopes, offsets, np.array([-2.0, 1.0, 0.0]))
    harmless = dict.fromkeys(WORDS.split(), 0.0)
    insult = {"idiot": 9.0, **harmless}
    return model_of_words({"personal_attack": insult, "reject": insult}, calibration)


def test_the_worst_sentence_counts_at_a_discount(whole: Scorer, staged: Scorer) -> None:
    alone = whole.score(["You idiot! "])
    diluted, counted = whole.score([LONG]), staged.score([LONG])
    assert diluted.reject_probability[0] < counted.reject_probability[0]
    for together, part, found in (
        (diluted.category_probabilities, alone.category_probabilities,
         counted.category_probabilities),
        (diluted.reject_probability, alone.reject_probability, counted.reject_probability),
    ):  # fmt: skip
        np.testing.assert_array_equal(found, np.maximum(together, discounted(part, STAGE)))
    np.testing.assert_array_equal(counted.margins, diluted.margins)
    np.testing.assert_array_equal(counted.statistics, diluted.statistics)


def test_a_batch_says_what_each_comment_alone_says(staged: Scorer) -> None:
    texts = [FINE, LONG, "", "You idiot!", f"{FINE} {LONG}", LONG]
    batch = staged.score(texts)
    for place, text in enumerate(texts):
        one = staged.score([text])
        np.testing.assert_array_equal(batch.category_probabilities[place],
                                      one.category_probabilities[0])  # fmt: skip
        assert batch.reject_probability[place] == one.reject_probability[0]


def test_one_sentence_and_plainly_harmless_comments_are_read_once(
    whole: Scorer, staged: Scorer
) -> None:
    texts = ["You idiot", "We took the train on monday"]
    np.testing.assert_array_equal(staged.score(texts).reject_probability,
                                  whole.score(texts).reject_probability)  # fmt: skip
    strict = Scorer(replace(_model(), sentences=SentenceStage(lowest=0.99, discount=1.0)))
    assert strict.score([LONG]).reject_probability == whole.score([LONG]).reject_probability


def test_the_explanation_names_the_words_of_the_sentence_that_decided(staged: Scorer) -> None:
    (span,) = explain(staged, LONG, ("personal_attack",))
    assert LONG[span.start : span.end] == "idiot"
    (alone,) = explain(staged, "You idiot! ", ("personal_attack",))
    assert span.weight == alone.weight  # its weight in the sentence, not in the whole
    ranges = dict(zip(HEADS, staged.deciding_ranges(LONG), strict=True))
    start, end = ranges["personal_attack"] or (0, 0)
    assert LONG[start:end] == "You idiot! "
    assert ranges["threat"] is None  # no sentence says more of it than the whole


def test_odds_are_multiplied() -> None:
    np.testing.assert_allclose(times_odds(np.array([0.5, 0.8]), 0.25), [0.2, 0.5])
    np.testing.assert_allclose(discounted(np.array([0.5]), STAGE), 1 / (1 + math.e))
