"""Fit one linear model a head, each on the rows whose label for it is known.

Each head is a logistic regression on TF-IDF values multiplied by the naive-Bayes log-count ratio
of its classes (NB-SVM: Wang and Manning 2012, https://aclanthology.org/P12-2018/). The ratio is
folded into the weights afterwards, so scoring stays one sparse dot product.
"""

from __future__ import annotations

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

from scoring.array_types import F32, F64, I32
from scoring.guidelines import HEADS
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
    data: F32, indices: I32, indptr: I32, positive: NDArray[np.bool_], row_weights: F64, yes: F64,
    no: F64,
) -> None:  # fmt: skip
    """Sum each term's values by class; SciPy would first copy the matrix to float64."""
    for row in range(len(indptr) - 1):
        sums = yes if positive[row] else no
        for k in range(indptr[row], indptr[row + 1]):
            sums[indices[k]] += row_weights[row] * data[k]


def log_count_ratio(
    values: sparse.csr_matrix,
    positive: NDArray[np.bool_],
    row_weights: NDArray[np.float64],
    smoothing: float,
) -> NDArray[np.float32]:
    """Return each term's naive-Bayes log-count ratio between the two classes.

    Args:
        values: TF-IDF values, sparse (n, terms).
        positive: bool (n), the class of each row.
        row_weights: float64 (n), how much each row counts.
        smoothing: Added to every sum.

    Returns:
        float32 (terms).
    """
    yes = np.full(values.shape[1], smoothing)
    no = yes.copy()
    _class_sums(values.data, values.indices, values.indptr, positive, row_weights, yes, no)
    ratio: NDArray[np.float32] = np.log((yes / yes.sum()) / (no / no.sum())).astype(np.float32)
    return ratio


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
    if known.mean() > MOSTLY_KNOWN:  # weighing the few unknown rows 0 saves a copy of the matrix
        row_weights, known = np.where(known, row_weights, 0.0), np.ones(len(labels), bool)
    rows = values if known.all() else values[np.flatnonzero(known)]
    positive, weights = labels[known] == YES, row_weights[known]
    ratio = log_count_ratio(rows, positive, weights, settings.smoothing)
    scaled = sparse.csr_matrix(
        (rows.data * ratio[rows.indices], rows.indices, rows.indptr), rows.shape
    )
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
    row_weights: NDArray[np.float64],
    settings: TrainingSettings,
    *,
    progress: str | None = None,
) -> Heads:
    """Fit all heads in parallel over the shared matrix.

    Args:
        values: TF-IDF values, sparse (n, terms).
        labels: int8 (n, 12), columns in the order of `HEADS`.
        row_weights: float64 (n), how much each row counts.
        settings: How to fit.
        progress: Name of the progress bar, or None for no bar.

    Returns:
        The fitted heads.
    """
    tasks = (
        delayed(fit_head)(values, labels[:, h], row_weights, settings) for h in range(len(HEADS))
    )
    fits = Parallel(n_jobs=settings.jobs, prefer="threads", return_as="generator")(tasks)
    fitted = list(
        tqdm(fits, desc=progress, total=len(HEADS), unit="head", disable=progress is None or None)
    )
    return Heads(
        np.stack([weights for weights, _ in fitted], axis=1),
        np.array([bias for _, bias in fitted]),
    )


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
    energy = np.sqrt(
        np.bincount(values.indices, values.data.astype(np.float64) ** 2, values.shape[1])
    )
    importance = relative * energy
    chosen = np.zeros(len(importance), bool)
    chosen[np.argsort(-importance, kind="stable")[:kept]] = True
    return chosen
