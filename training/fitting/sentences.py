"""Whether a comment's worst sentence shall count, and at what discount: tried out of fold."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from scoring.model.arrays import SentenceStage
from scoring.model.sentences import Probabilities, Sentences, lift
from scoring.text.sentences import sentence_ranges
from training.fitting.rows import TrainingRows
from training.fitting.thresholds import JudgedRows
from training.settings import TrainingSettings
from training.sources.labels import LABELS, UNKNOWN, YES


class JudgedSentences(NamedTuple):
    """Sentences of judged rows.

    Attributes:
        owners: int64 (m), ascending: the place of each one's comment among the judged rows.
        probabilities: Of the categories, float64 (m, 11), and overall, float64 (m), by heads that
            saw neither the sentence nor its comment.
    """

    owners: NDArray[np.int64]
    probabilities: Probabilities


def with_sentences(data: TrainingRows) -> tuple[TrainingRows, NDArray[np.int64]]:
    """Put the sentences of the rows that calibrate beside them, to be scored and not learnt.

    Args:
        data: n rows.

    Returns:
        n + m rows, ordered by group; the sentences have no label and the weight 0. And int64
        (n + m): the row in `data` that a sentence is of, -1 for those rows themselves, which stay
        in their order.
    """
    texts = data.rows["text"].tolist()
    found = [
        (row, texts[row][start:end])
        for row in np.flatnonzero(data.judging > 0).tolist()
        for start, end in sentence_ranges(texts[row])
    ]
    owners = np.array([row for row, _ in found], np.int64)
    sentences = data.rows.iloc[owners].assign(
        text=[text for _, text in found], **dict.fromkeys(LABELS, np.int8(UNKNOWN))
    )
    rows = pd.concat([data.rows, sentences], ignore_index=True)
    order = np.argsort(rows["group"].to_numpy(), kind="stable")
    nothing = np.zeros(len(owners))

    def extended(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.concatenate([weights, nothing])[order]

    crowd = data.crowd_weights
    return (
        replace(
            data,
            rows=rows.iloc[order].reset_index(drop=True),
            weights=extended(data.weights),
            judging=extended(data.judging),
            crowd_weights=None if crowd is None else extended(crowd),
        ),
        np.concatenate([np.full(len(data.rows), -1), owners])[order],
    )


def choose_sentence_stage(
    judged: JudgedRows, sentences: JudgedSentences, settings: TrainingSettings
) -> tuple[SentenceStage | None, JudgedRows]:
    """Choose the discount at which worst sentences rank comments best.

    Args:
        judged: Judged rows, out of fold.
        sentences: Their sentences.
        settings: The discounts to try.

    Returns:
        The stage with the largest average precision of the overall decision, and the rows as it
        judges them; None and the rows as they are where it is never larger than without.
    """
    found: tuple[SentenceStage | None, JudgedRows] = None, judged
    if not len(sentences.owners):
        return found
    largest = _average_precision(judged)
    for discount in settings.sentence_discounts:
        stage = SentenceStage(settings.sentence_lowest, discount)
        lifted = _lifted(judged, sentences, stage)
        value = _average_precision(lifted)
        if value > largest:
            largest, found = value, (stage, lifted)
    return found


def _lifted(judged: JudgedRows, sentences: JudgedSentences, stage: SentenceStage) -> JudgedRows:
    doubtful = (judged.reject_probability >= stage.lowest) & (
        judged.reject_probability < stage.highest
    )
    used = doubtful[sentences.owners]
    comments, starts = np.unique(sentences.owners[used], return_index=True)
    category, reject = judged.category_probabilities.copy(), judged.reject_probability.copy()
    if len(comments):
        places = Sentences(comments.tolist(), [], starts.astype(np.int64))
        for whole, part in zip((category, reject), sentences.probabilities, strict=True):
            lift(whole, places, part[used], stage)
    return replace(judged, category_probabilities=category, reject_probability=reject)


def _average_precision(judged: JudgedRows) -> float:
    labels = judged.labels[:, -1]
    known = labels != UNKNOWN
    positive = labels[known] == YES
    if not positive.any():
        return 0.0
    return float(
        average_precision_score(
            positive, judged.reject_probability[known], sample_weight=judged.weights[known]
        )
    )
