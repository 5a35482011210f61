from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from scoring.guidelines import HEADS
from training.fitting.heads import (
    MOSTLY_KNOWN,
    NEVER,
    Heads,
    fit_head,
    fit_heads,
    heaviest_terms,
    log_count_ratio,
)
from training.settings import TrainingSettings
from training.sources.labels import NO, UNKNOWN, YES

SETTINGS = replace(TrainingSettings(), jobs=2)
PLANTED = 3


@pytest.fixture
def values() -> sparse.csr_matrix:
    """200 rows of 12 terms, a third of them there; term 3 in every even row alone."""
    generator = np.random.default_rng(5)
    dense = generator.random((200, 12)) * (generator.random((200, 12)) < 1 / 3)
    dense[:, PLANTED] = np.where(np.arange(200) % 2 == 0, 0.7, 0.0)
    return sparse.csr_matrix(dense.astype(np.float32))


@pytest.fixture
def labels() -> NDArray[np.int8]:
    """Yes in even rows."""
    return np.where(np.arange(200) % 2 == 0, YES, NO).astype(np.int8)


def test_head_learns_a_planted_word(values: sparse.csr_matrix, labels: NDArray[np.int8]) -> None:
    weights, bias = fit_head(values, labels, np.ones(200), SETTINGS)
    assert weights.dtype == np.float32
    assert weights.shape == (12,)
    assert int(np.argmax(weights)) == PLANTED
    margins = values @ weights + bias
    np.testing.assert_array_equal(margins > 0, labels == YES)


@pytest.mark.parametrize("share", [0.3, 0.8], ids=["mostly unknown", "mostly known"])
def test_unknown_labels_teach_nothing(
    values: sparse.csr_matrix, labels: NDArray[np.int8], share: float
) -> None:
    known = np.random.default_rng(2).random(200) < share
    partly = np.where(known, labels, UNKNOWN).astype(np.int8)
    weights, bias = fit_head(values, partly, np.ones(200), SETTINGS)
    alone, its_bias = fit_head(
        values[np.flatnonzero(known)], labels[known], np.ones(int(known.sum())), SETTINGS
    )
    np.testing.assert_allclose(weights, alone, atol=2e-2)
    assert bias == pytest.approx(its_bias, abs=2e-2)


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_rows_of_weight_zero_teach_nothing(
    values: sparse.csr_matrix, labels: NDArray[np.int8], share: float
) -> None:
    """Their labels are turned around: were they read, the planted word would not be learnt."""
    used = np.random.default_rng(2).random(200) < share
    wrong = np.where(used, labels, 1 - labels).astype(np.int8)
    weights, _ = fit_head(values, wrong, used.astype(float), SETTINGS)
    unknown = np.where(used, labels, UNKNOWN).astype(np.int8)
    expected, _ = fit_head(values, unknown, used.astype(float), SETTINGS)
    np.testing.assert_allclose(weights, expected, atol=2e-2)
    assert int(np.argmax(weights)) == PLANTED


@pytest.mark.parametrize("label", [YES, NO, UNKNOWN])
def test_head_taught_one_class_never_rejects(values: sparse.csr_matrix, label: int) -> None:
    weights, bias = fit_head(values, np.full(200, label, np.int8), np.ones(200), SETTINGS)
    assert not weights.any()
    assert bias == NEVER


def test_positive_rows_of_weight_zero_are_no_class(
    values: sparse.csr_matrix, labels: NDArray[np.int8]
) -> None:
    weights, bias = fit_head(values, labels, (labels == NO).astype(float), SETTINGS)
    assert not weights.any()
    assert bias == NEVER


def test_a_heavier_row_counts_more(values: sparse.csr_matrix, labels: NDArray[np.int8]) -> None:
    labels = labels.copy()
    labels[0] = NO  # one row says the planted word is harmless
    light, _ = fit_head(values, labels, np.ones(200), SETTINGS)
    heavy, _ = fit_head(values, labels, np.where(np.arange(200) == 0, 200.0, 1.0), SETTINGS)
    assert heavy[PLANTED] < light[PLANTED]


def test_ratio_of_a_hand_computed_example() -> None:
    """Weighted sums 2 and 1 of term 0, 0 and 3 of term 1, each with 1 added: yes 3:1, no 2:4; the
    second row is left out."""
    values = sparse.csr_matrix(np.array([[1, 0], [9, 9], [1, 0], [0.5, 1.5]], np.float32))
    rows, positive = np.array([0, 2, 3]), np.array([True, True, False])
    ratio = log_count_ratio(values, rows, positive, np.array([1.5, 0.5, 2.0]), smoothing=1.0)
    expected = np.log([(3 / 4) / (2 / 6), (1 / 4) / (4 / 6)])
    np.testing.assert_allclose(ratio, expected, rtol=1e-6)
    assert ratio.dtype == np.float32


def test_two_fits_are_byte_identical(values: sparse.csr_matrix, labels: NDArray[np.int8]) -> None:
    matrix = np.random.default_rng(3).choice([YES, NO, UNKNOWN], (200, len(HEADS))).astype(np.int8)
    matrix[:, 0] = labels
    weights = np.random.default_rng(4).random(200) + 0.5
    fits = [
        fit_heads(values, matrix, [weights], replace(SETTINGS, jobs=jobs))[0] for jobs in (2, 2, 1)
    ]
    assert fits[0].weights.shape == (12, len(HEADS))
    assert len({fit.weights.tobytes() + fit.biases.tobytes() for fit in fits}) == 1


def test_each_weighting_has_its_own_heads(values: sparse.csr_matrix) -> None:
    matrix = np.random.default_rng(3).choice([YES, NO, UNKNOWN], (200, len(HEADS))).astype(np.int8)
    weightings = [np.ones(200), np.where(np.arange(200) < 50, 0.0, 1.0)]
    together = fit_heads(values, matrix, weightings, SETTINGS)
    for heads, weights in zip(together, weightings, strict=True):
        (alone,) = fit_heads(values, matrix, [weights], SETTINGS)
        np.testing.assert_array_equal(heads.weights, alone.weights)
        np.testing.assert_array_equal(heads.biases, alone.biases)
    assert (together[0].weights != together[1].weights).any()


@pytest.mark.parametrize("share", [0.3, 0.8, 1.0])
def test_a_head_is_scikit_learns_regression_on_its_scaled_rows(
    values: sparse.csr_matrix, labels: NDArray[np.int8], share: float
) -> None:
    """Bit for bit: rows are copied and scaled without SciPy to save memory, not to change values.

    In float32: coefficients of an older scikit-learn are float64. Of mostly known rows, the unknown
    ones stay with weight 0.
    """
    known = np.random.default_rng(2).random(200) < share
    rows = np.arange(200) if known.mean() > MOSTLY_KNOWN else np.flatnonzero(known)
    weights = np.where(known, np.random.default_rng(4).random(200) + 0.5, 0.0)
    positive = labels[rows] == YES
    ratio = log_count_ratio(values, rows, positive, weights[rows], SETTINGS.smoothing)
    scaled = values[rows]
    scaled.data = scaled.data * ratio[scaled.indices]
    model = LogisticRegression(
        C=SETTINGS.inverse_regularisation, tol=SETTINGS.tolerance, max_iter=SETTINGS.most_iterations
    ).fit(scaled, positive, sample_weight=weights[rows])
    found, bias = fit_head(values, labels, weights, SETTINGS)
    np.testing.assert_array_equal(found, (model.coef_[0] * ratio).astype(np.float32))
    assert bias == model.intercept_[0]


def test_heads_are_in_the_order_of_the_labels(
    values: sparse.csr_matrix, labels: NDArray[np.int8]
) -> None:
    matrix = np.full((200, len(HEADS)), UNKNOWN, np.int8)
    matrix[:, 7] = labels
    (heads,) = fit_heads(values, matrix, [np.ones(200)], SETTINGS)
    assert np.flatnonzero(heads.weights.any(axis=0)).tolist() == [7]
    assert np.flatnonzero(heads.biases != NEVER).tolist() == [7]


def test_heaviest_terms_moves_margins_most() -> None:
    weights = np.zeros((4, len(HEADS)), np.float32)
    weights[:, 0] = [5.0, 0.1, -3.0, 0.0]
    weights[3, 1] = 0.001  # the only weight of a quiet head
    values = sparse.csr_matrix(np.array([[1, 1, 1, 1], [1, 1, 1, 1]], np.float32))
    heads = Heads(weights, np.zeros(len(HEADS)))
    assert heaviest_terms(heads, values, 3).tolist() == [True, False, True, True]
    assert heaviest_terms(heads, values, 9).all()


def test_a_rare_term_is_lighter_than_a_common_one() -> None:
    weights = np.zeros((2, len(HEADS)), np.float32)
    weights[:, 0] = 1.0
    values = sparse.csr_matrix(np.array([[1, 0], [1, 1], [1, 0]], np.float32))
    heads = Heads(weights, np.zeros(len(HEADS)))
    assert heaviest_terms(heads, values, 1).tolist() == [True, False]
