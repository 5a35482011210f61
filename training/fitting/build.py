"""Fit, prune, quantise, cross-fit and calibrate: from a corpus to a model ready to export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.decisions.policy import Policy
from scoring.guidelines import HEADS
from scoring.model.arrays import Calibration, LinearModel
from scoring.model.scorer import calibrated_probabilities
from scoring.ngrams.extract import hash_term
from scoring.text.normalise import normalise
from training.corpus.merge import label_matrix
from training.corpus.weights import calibrating_labels
from training.features.extract import Features, english_words, extract_features
from training.fitting.calibrate import CalibrationRows, calibrate
from training.fitting.heads import Heads, fit_heads, heaviest_terms
from training.fitting.rows import TrainingRows
from training.fitting.sentences import JudgedSentences, choose_sentence_stage, with_sentences
from training.fitting.thresholds import JudgedRows, choose_policies
from training.resources import ONE_THREAD, Resources
from training.settings import TrainingSettings


@dataclass(frozen=True, slots=True)
class BuiltModel:
    """A fitted model and its presets.

    Attributes:
        model: The model, quantised as it will be stored.
        policies: The presets.
        provisional: Categories calibrated on too few news positives.
        judged: The out-of-fold rows the presets were chosen on.
    """

    model: LinearModel
    policies: dict[str, Policy]
    provisional: tuple[str, ...]
    judged: JudgedRows


def build_model(
    data: TrainingRows, settings: TrainingSettings, resources: Resources = ONE_THREAD
) -> BuiltModel:
    """Build a model.

    Args:
        data: Rows and weights.
        settings: How to fit.
        resources: What to compute with.

    Returns:
        The model, calibrated on out-of-fold margins.
    """
    every, owners = with_sentences(data)
    labels = label_matrix(every.rows)
    features = _heaviest(extract_features(every.rows, settings, resources), labels, every, settings)
    heads, margins = cross_fit(features, labels, every, settings)
    whole, sentences = margins[owners < 0], margins[owners >= 0]
    known = calibrating_labels(data.rows, labels[owners < 0])
    calibration, provisional = calibrate(CalibrationRows(whole, known, data.judging))
    stage, judged = choose_sentence_stage(
        judged_rows(whole, known, data.judging, calibration),
        _judged_sentences(sentences, owners[owners >= 0], data.judging, calibration),
        settings,
    )
    model = LinearModel.quantised(
        settings.terms, features.vocabulary.hashes, features.idf, heads.weights, heads.biases,
        calibration, _english(data, settings, resources), stage,
    )  # fmt: skip
    return BuiltModel(model, choose_policies(judged, settings), provisional, judged)


def _judged_sentences(
    margins: NDArray[np.float64],
    owners: NDArray[np.int64],
    judging: NDArray[np.float64],
    calibration: Calibration,
) -> JudgedSentences:
    """Calibrate sentences' margins; owners become places among the rows that judge."""
    probabilities = calibrated_probabilities(
        margins, calibration.slopes, calibration.offsets, calibration.overall
    )
    return JudgedSentences(np.searchsorted(np.flatnonzero(judging > 0), owners), probabilities)


def _english(
    data: TrainingRows, settings: TrainingSettings, resources: Resources
) -> NDArray[np.uint64]:
    """Hash the words that lists or texts show to be English; not words of other languages."""
    listed, foreign = (
        np.array([hash_term(token, word=True) for token in as_tokens(words)], np.uint64)
        for words in data.known
    )
    shown = english_words(data.english, settings, resources)
    return np.setdiff1d(np.union1d(shown, listed), foreign)


def as_tokens(words: Sequence[str]) -> list[str]:
    """Write words as the scorer reads them: `gr8` is the token `gr0`.

    Args:
        words: Words; those that are read as several tokens are left out.

    Returns:
        Their tokens, each once, in order.
    """
    read = (normalise(word).tokens for word in words)
    return list(dict.fromkeys(tokens[0] for tokens in read if len(tokens) == 1))


def _heaviest(
    features: Features, labels: NDArray[np.int8], data: TrainingRows, settings: TrainingSettings
) -> Features:
    """Keep as many terms as the model may hold, those that heads fitted on all of them use most."""
    if len(features.vocabulary.hashes) <= settings.kept_terms:
        return features
    (heads,) = fit_heads(
        features.values, labels, [data.weights], settings, progress="choosing terms"
    )
    return features.keep(heaviest_terms(heads, features.values, settings.kept_terms))


def group_folds(groups: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """Deal groups to folds of nearly equal numbers of groups.

    Args:
        groups: int64 (n), the group of each row.
        folds: Number of folds.
        seed: Of the deal.

    Returns:
        int64 (n), the fold of each row, from 0; rows of one group share it.
    """
    distinct, group_of = np.unique(groups, return_inverse=True)
    dealt = np.random.default_rng(seed).permutation(len(distinct)) % folds
    return np.asarray(dealt[group_of], dtype=np.int64)


def cross_fit(
    features: Features,
    labels: NDArray[np.int8],
    data: TrainingRows,
    settings: TrainingSettings,
) -> tuple[Heads, NDArray[np.float64]]:
    """Fit the heads on all rows, and score every row by heads that never saw its group.

    Two fits whose margins are added are still one linear head; see docs/decisions/0006.

    Args:
        features: Features of the rows.
        labels: int8 (n, 12).
        data: The rows and their weights.
        settings: How to fit, the number of folds, and the second fit's share.

    Returns:
        The heads fitted on all rows, and margins out of fold, float64 (n, 12), columns in the order
        of `HEADS`.
    """
    fold_of = group_folds(data.rows["group"].to_numpy(), settings.folds, settings.seed)
    first = _fit_folds(features, labels, data.weights, fold_of, settings)
    if data.crowd_weights is None or settings.crowd_share == 0.0:
        return first
    settings_of_crowd = replace(
        settings, inverse_regularisation=settings.crowd_inverse_regularisation
    )
    second = _fit_folds(features, labels, data.crowd_weights, fold_of, settings_of_crowd)
    judging = data.judging > 0 if (data.judging > 0).any() else np.ones(len(labels), bool)
    return mix(first, second, judging, settings.crowd_share)


def _fit_folds(
    features: Features,
    labels: NDArray[np.int8],
    weights: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    settings: TrainingSettings,
) -> tuple[Heads, NDArray[np.float64]]:
    """Fit on all rows, and on all but each fold; returns heads and margins out of fold."""
    # weight 0 leaves the fold out without a copy of the matrix
    weightings = [np.where(fold_of == fold, 0.0, weights) for fold in range(settings.folds)]
    whole, *folds = fit_heads(
        features.values, labels, [weights, *weightings], settings, progress="fitting heads"
    )
    margins = np.zeros((len(labels), len(HEADS)))
    for fold, heads in enumerate(folds):
        held = np.flatnonzero(fold_of == fold)
        margins[held] = features.values[held] @ heads.weights + heads.biases
    return whole, margins


def mix(
    first: tuple[Heads, NDArray[np.float64]],
    second: tuple[Heads, NDArray[np.float64]],
    judging: NDArray[np.bool_],
    share: float,
) -> tuple[Heads, NDArray[np.float64]]:
    """Add the second fit's margins to the first's, scaled to the first's spread.

    Args:
        first: Heads, and their margins out of fold, float64 (n, 12).
        second: The same of the second fit.
        judging: bool (n), the rows whose margins tell the spread.
        share: The second fit's, in [0, 1].

    Returns:
        The sums, as heads and as margins.
    """
    spreads = [margins[judging].std(axis=0) for _, margins in (first, second)]
    usable = (spreads[0] > 0) & (spreads[1] > 0)
    ratio = np.divide(spreads[0], spreads[1], out=np.zeros(len(HEADS)), where=usable)
    one = np.where(usable, 1.0 - share, 1.0)
    two = share * ratio
    weights = (first[0].weights * one + second[0].weights * two).astype(np.float32)
    biases = first[0].biases * one + second[0].biases * two
    return Heads(weights, biases), first[1] * one + second[1] * two


def judged_rows(
    margins: NDArray[np.float64],
    labels: NDArray[np.int8],
    judging: NDArray[np.float64],
    calibration: Calibration,
) -> JudgedRows:
    """Calibrate out-of-fold margins and keep the rows that may judge.

    Args:
        margins: float64 (n, 12).
        labels: int8 (n, 12).
        judging: float64 (n), weights; where all are 0 every row judges alike.
        calibration: The calibration.

    Returns:
        The judged rows.
    """
    used = judging > 0 if (judging > 0).any() else np.ones(len(judging), bool)
    weights = judging[used] if (judging > 0).any() else np.ones(len(judging))
    category, reject = calibrated_probabilities(
        np.ascontiguousarray(margins[used]),
        calibration.slopes, calibration.offsets, calibration.overall,
    )  # fmt: skip
    return JudgedRows(category, reject, labels[used], weights)
