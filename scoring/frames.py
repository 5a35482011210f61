"""Judgements as a pandas frame, and a scikit-learn view: for notebooks and pipelines.

pandas and scikit-learn come with the `train` extra; nothing else in this package needs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from scoring.classifier import Classifier
from scoring.guidelines import CATEGORIES

COLUMNS: Final = ("decision", "reject_probability", "reasons", "review_reason", "language")


def classify_frame(
    classifier: Classifier, texts: pd.Series[str] | Sequence[str], *, policy: str | None = None
) -> pd.DataFrame:
    """Judge some comments.

    Args:
        classifier: The model.
        texts: The comments; a series keeps its index.
        policy: Another preset than the classifier's.

    Returns:
        One row a comment: decision, reject_probability, reasons (keys joined by commas),
        review_reason, language, and a column for each guideline's probability of rejection.
    """
    index = texts.index if isinstance(texts, pd.Series) else None
    found = classifier.classify(list(texts), policy=policy)
    rows = [
        {
            "decision": one.decision,
            "reject_probability": one.reject_probability,
            "reasons": ",".join(one.reasons),
            "review_reason": one.review_reason,
            "language": one.language,
            **one.categories,
        }
        for one in found
    ]
    columns = [
        "decision",
        "reject_probability",
        "reasons",
        "review_reason",
        "language",
        *CATEGORIES,
    ]
    return pd.DataFrame(rows, index=index, columns=columns)


class ModerationEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A trained model as scikit-learn's classifiers are called, to stand in a pipeline.

    `fit` fits nothing: the model is one of those that `make train` published.

    Attributes:
        classes_: `approve` and `reject`, the order of the columns of `predict_proba`.
    """

    def __init__(self, models: str | Path | None = None, version: str | None = None) -> None:
        self.models = models
        self.version = version

    def fit(self, texts: Any = None, decisions: Any = None) -> ModerationEstimator:  # noqa: ARG002
        """Load the model.

        Args:
            texts: Not used.
            decisions: Not used.

        Returns:
            This estimator.
        """
        self.classifier_ = Classifier(self.models, version=self.version)
        self.classes_ = np.array(["approve", "reject"])
        return self

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Give probabilities.

        Args:
            texts: n comments.

        Returns:
            float64 (n, 2): approval, rejection.
        """
        reject = self._fitted().reject_probabilities(list(texts))[:, 0]
        return np.column_stack([1.0 - reject, reject])

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        """Decide from the threshold of the preset `automatic` on.

        Args:
            texts: n comments.

        Returns:
            str (n), values of `classes_`.
        """
        classifier = self._fitted()
        found = classifier.classify(list(texts), policy="automatic")
        return np.array(["reject" if one.decision == "reject" else "approve" for one in found])

    def _fitted(self) -> Classifier:
        if not hasattr(self, "classifier_"):
            self.fit()
        classifier: Classifier = self.classifier_
        return classifier
