from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from scoring.guidelines import CATEGORIES, HEADS
from scoring.model.arrays import SentenceStage
from training.fitting.rows import TrainingRows
from training.fitting.sentences import (
    JudgedSentences,
    choose_sentence_stage,
    with_sentences,
)
from training.fitting.thresholds import JudgedRows
from training.settings import TrainingSettings
from training.sources.labels import LABELS, NO, UNKNOWN, YES

SETTINGS = TrainingSettings()


def test_sentences_of_the_rows_that_calibrate_lie_beside_them(
    make_table: Callable[..., pd.DataFrame],
) -> None:
    texts = ["One two. Three four.", "Five six. Seven eight.", "Nine ten. Eleven."]
    rows = make_table("civil-aayan", texts, reject=[YES, NO, NO]).assign(group=[4, 7, 7])
    judging = np.array([1.0, 0.0, 2.0])  # the second comment calibrates nothing
    data = TrainingRows(rows, np.array([3.0, 4.0, 5.0]), judging, [], np.array([6.0, 7.0, 8.0]))
    every, owners = with_sentences(data)
    assert every.rows["text"].tolist() == [
        texts[0], "One two. ", "Three four.", texts[1], texts[2], "Nine ten. ", "Eleven.",
    ]  # fmt: skip
    assert owners.tolist() == [-1, 0, 0, -1, -1, 2, 2]
    assert every.rows["group"].tolist() == [4, 4, 4, 7, 7, 7, 7]
    assert every.weights.tolist() == [3, 0, 0, 4, 5, 0, 0]
    assert every.judging.tolist() == [1, 0, 0, 0, 2, 0, 0]
    assert every.crowd_weights is not None
    assert every.crowd_weights.tolist() == [6, 0, 0, 7, 8, 0, 0]
    assert (every.rows.loc[owners >= 0, list(LABELS)] == UNKNOWN).all(axis=None)
    pd.testing.assert_frame_equal(
        every.rows[owners < 0].reset_index(drop=True), rows, check_dtype=False
    )


def _judged(reject: list[float], right: list[int]) -> JudgedRows:
    labels = np.full((len(right), len(HEADS)), NO, np.int8)
    labels[:, -1] = right
    category = np.full((len(right), len(CATEGORIES)), 0.01)
    return JudgedRows(category, np.array(reject), labels, np.ones(len(right)))


def _sentences(owners: list[int], reject: list[float]) -> JudgedSentences:
    category = np.full((len(owners), len(CATEGORIES)), 0.02)
    return JudgedSentences(np.array(owners), (category, np.array(reject)))


def test_the_discount_that_ranks_best_is_kept() -> None:
    judged = _judged([0.3, 0.4, 0.6], [YES, NO, YES])  # the first one's offence drowns
    sentences = _sentences([0, 0, 1, 1], [0.99, 0.1, 0.5, 0.4])
    stage, lifted = choose_sentence_stage(judged, sentences, SETTINGS)
    assert stage == SentenceStage(SETTINGS.sentence_lowest, SETTINGS.sentence_discounts[0])
    odds = 99 / math.e
    assert lifted.reject_probability == pytest.approx([odds / (1 + odds), 0.4, 0.6])
    assert lifted.category_probabilities[0, 0] == 0.01  # a discounted .02 is less
    assert judged.reject_probability[0] == 0.3


@pytest.mark.parametrize("sentences", [_sentences([], []), _sentences([1, 1], [0.99, 0.9])])
def test_where_sentences_rank_no_better_none_counts(sentences: JudgedSentences) -> None:
    judged = _judged([0.3, 0.2, 0.6], [YES, NO, YES])
    assert choose_sentence_stage(judged, sentences, SETTINGS) == (None, judged)
