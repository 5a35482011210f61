"""Fit one linear model a head, each on the rows whose label for it is known.

Each head is a logistic regression on TF-IDF values multiplied by the naive-Bayes log-count ratio
of its classes (NB-SVM: Wang and Manning 2012, https://aclanthology.org/P12-2018/). The ratio is
folded into the weights afterwards, so scoring stays one sparse dot product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from joblib import Parallel, delayed
from numba import njit
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from scoring.compilation.array_types import F32, F64, I32, I64
from scoring.guidelines import HEADS
from training.features._counting import Flags
from training.settings import TrainingSettings
from training.sources.labels import NO, UNKNOWN, YES

MOSTLY_KNOWN: Final = 0.6
NEVER: Final = -10.0


@dataclass(frozen=True, slots=True)
class Heads:
    """Fitted heads.

    Attributes:
        weights: float32 (terms, 12), columns in the order of `HEADS`.
        biases: float64 (12).
    """

    weights: NDArray[np.float32]
    biases: NDArray[np.float64]


@njit(nogil=True)
def _class_sums(
    data: F32, indices: I32, indptr: I32, rows: I64, positive: Flags, row_weights: F64, yes: F64,
    no: F64,
) -> None:  # fmt: skip
    """Sum each term's values by class; SciPy would first copy the matrix to float64."""
    for i in range(len(rows)):
        sums = yes if positive[i] else no
        for k in range(indptr[rows[i]], indptr[rows[i] + 1]):
            sums[indices[k]] += row_weights[i] * data[k]


def log_count_ratio(
    values: sparse.csr_matrix,
    rows: NDArray[np.int64],
    positive: NDArray[np.bool_],
    row_weights: NDArray[np.float64],
    smoothing: float,
) -> NDArray[np.float32]:
    """Return each term's naive-Bayes log-count ratio between the two classes.

    Args:
        values: TF-IDF values, sparse (n, terms).
        rows: int64 (m), the rows that count.
        positive: bool (m), the class of each of them.
        row_weights: float64 (m), how much each of them counts.
        smoothing: Added to every sum.

    Returns:
        float32 (terms).
    """
    yes = np.full(values.shape[1], smoothing)
    no = yes.copy()
    _class_sums(values.data, values.indices, values.indptr, rows, positive, row_weights, yes, no)
    ratio: NDArray[np.float32] = np.log((yes / yes.sum()) / (no / no.sum())).astype(np.float32)
    return ratio


@njit(nogil=True)
def _scale_rows(
    data: F32, indices: I32, indptr: I32, rows: I64, ratio: F32, scaled: F32, copied: I32,
    copied_indptr: I32,
) -> None:  # fmt: skip
    """Copy some rows of a matrix, each value times the ratio of its term."""
    for i in range(len(rows)):
        first, at = indptr[rows[i]], copied_indptr[i]
        for k in range(copied_indptr[i + 1] - at):
            index = indices[first + k]
            scaled[at + k] = data[first + k] * ratio[index]
            copied[at + k] = index


def scaled_rows(
    values: sparse.csr_matrix, rows: NDArray[np.int64], ratio: NDArray[np.float32]
) -> sparse.csr_matrix:
    """Copy some rows of a matrix, each value times the ratio of its term.

    SciPy would copy the rows, gather the ratios and multiply, in twice the memory. NumPy allocates
    the result, not the compiled code: it asks for large pages, which the solver reads faster.

    Args:
        values: TF-IDF values, sparse (n, terms).
        rows: int64 (m), the rows to copy; where they are all, the columns are shared, not copied.
        ratio: float32 (terms).

    Returns:
        float32 sparse (m, terms).
    """
    sizes = np.diff(values.indptr)[rows]
    indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(values.indptr.dtype)
    scaled = np.empty(int(indptr[-1]), np.float32)
    whole = len(rows) == values.shape[0]
    copied = values.indices if whole else np.empty(len(scaled), values.indices.dtype)
    _scale_rows(values.data, values.indices, values.indptr, rows, ratio, scaled, copied, indptr)
    return sparse.csr_matrix((scaled, copied, indptr), shape=(len(rows), values.shape[1]))


def fit_head(
    values: sparse.csr_matrix,
    labels: NDArray[np.int8],
    row_weights: NDArray[np.float64],
    settings: TrainingSettings,
) -> tuple[NDArray[np.float32], float]:
    """Fit one head on its known rows.

    Args:
        values: TF-IDF values, sparse (n, terms).
        labels: int8 (n), YES, NO or UNKNOWN.
        row_weights: float64 (n), how much each row counts.
        settings: How to fit.

    Returns:
        Weights, float32 (terms), and the bias; all zero with the bias at -10 where the known
        labels are of one class, so that a head nobody taught never rejects.
    """
    known = (labels != UNKNOWN) & (row_weights > 0)
    if not (known & (labels == YES)).any() or not (known & (labels == NO)).any():
        return np.zeros(values.shape[1], np.float32), NEVER
    if known.mean() > MOSTLY_KNOWN:  # weighing the few unknown rows 0 saves a copy of the columns
        row_weights, known = np.where(known, row_weights, 0.0), np.ones(len(labels), bool)
    rows = np.flatnonzero(known)
    positive, weights = labels[rows] == YES, row_weights[rows]
    ratio = log_count_ratio(values, rows, positive, weights, settings.smoothing)
    scaled = scaled_rows(values, rows, ratio)
    model = LogisticRegression(
        C=settings.inverse_regularisation,
        solver="lbfgs",
        tol=settings.tolerance,
        max_iter=settings.most_iterations,
    )
    with threadpool_limits(limits=1):  # sums in one order, so two runs give the same bytes
        model.fit(scaled, positive, sample_weight=weights)
    return (model.coef_[0] * ratio).astype(np.float32), float(model.intercept_[0])


def fit_heads(
    values: sparse.csr_matrix,
    labels: NDArray[np.int8],
    weightings: Sequence[NDArray[np.float64]],
    settings: TrainingSettings,
    *,
    progress: str | None = None,
) -> list[Heads]:
    """Fit all heads under each of some weightings, in parallel over the shared matrix.

    Args:
        values: TF-IDF values, sparse (n, terms).
        labels: int8 (n, 12), columns in the order of `HEADS`.
        weightings: For each, float64 (n), how much each row counts.
        settings: How to fit.
        progress: Name of the progress bar, or None for no bar.

    Returns:
        The fitted heads, by weighting.
    """
    # the longest fits go first, so that no thread ends long after the others
    longest_first = np.argsort(-(labels != UNKNOWN).sum(axis=0), kind="stable").tolist()
    order = [(w, h) for w in range(len(weightings)) for h in longest_first]
    fits = Parallel(n_jobs=settings.jobs, prefer="threads", return_as="generator")(
        delayed(fit_head)(values, labels[:, h], weightings[w], settings) for w, h in order
    )
    bar = tqdm(fits, desc=progress, total=len(order), unit="head", disable=progress is None or None)
    fitted = dict(zip(order, bar, strict=True))
    return [
        Heads(
            np.stack([fitted[w, h][0] for h in range(len(HEADS))], axis=1),
            np.array([fitted[w, h][1] for h in range(len(HEADS))]),
        )
        for w in range(len(weightings))
    ]


def heaviest_terms(heads: Heads, values: sparse.csr_matrix, kept: int) -> NDArray[np.bool_]:
    """Choose the terms that move margins most.

    A term's importance is the largest weight it has in any head, in units of that head's largest
    typical weight, times the root of the squared values it takes in the corpus.

    Args:
        heads: Fitted heads.
        values: The TF-IDF values they were fitted on, sparse (n, terms).
        kept: How many terms to keep at most.

    Returns:
        bool (terms).
    """
    spread = np.sqrt((heads.weights.astype(np.float64) ** 2).mean(axis=0))
    relative = (np.abs(heads.weights) / np.where(spread > 0, spread, 1)).max(axis=1)
    energy = np.sqrt(_squares(values.data, values.indices, values.shape[1]))
    importance = relative * energy
    chosen = np.zeros(len(importance), bool)
    chosen[np.argsort(-importance, kind="stable")[:kept]] = True
    return chosen


@njit(nogil=True)
def _squares(data: F32, indices: I32, width: int) -> F64:
    """Sum the squared values of each term; NumPy would first copy the values to float64."""
    sums = np.zeros(width)
    for k in range(len(data)):
        sums[indices[k]] += np.float64(data[k]) * np.float64(data[k])
    return sums
