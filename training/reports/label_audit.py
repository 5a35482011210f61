"""Where the model and the two passes contradict one another: labels worth a second look."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scoring.artifacts.versions import PublishedModel
from training.evaluation.evaluate import score_rows
from training.sources.labels import REJECT, YES


def audit_labels(
    published: PublishedModel, rows: pd.DataFrame, annotations: pd.DataFrame
) -> pd.DataFrame:
    """Rank annotated comments by how far the model is from their label.

    Args:
        published: The model.
        rows: Rows of a corpus, with `key`, `text` and `reject`.
        annotations: As `training.own_labels.annotations.read_annotations` returns them.

    Returns:
        One row a comment of both, the greatest contradiction first: `key`, `source`, `label`,
        `pass_1`, `pass_2`, `certainty`, `reject_probability`, `contradiction` in [0, 1] and `text`.
    """
    passes = annotations[["key", "decision_1", "decision_2", "certainty"]]
    both = rows[["key", "source", "text", REJECT]].merge(
        passes, on="key", validate="one_to_one", suffixes=("_row", "")
    )
    probability = score_rows(published, both["text"].tolist()).reject_probability
    yes = (both[REJECT] == YES).to_numpy()
    told = pd.DataFrame(
        {
            "key": both["key"],
            "source": both["source"],
            "label": np.where(yes, "reject", "approve"),
            "pass_1": both["decision_1"],
            "pass_2": both["decision_2"],
            "certainty": both["certainty"],
            "reject_probability": probability.round(3),
            "contradiction": np.abs(yes - probability).round(3),
            "text": both["text"],
        }
    )
    return told.sort_values("contradiction", ascending=False, kind="stable").reset_index(drop=True)


def audit_summary(audited: pd.DataFrame, bound: float = 0.8) -> pd.DataFrame:
    """Count contradictions by source.

    Args:
        audited: As `audit_labels` returns it.
        bound: Contradiction from which a comment counts, in [0, 1].

    Returns:
        By source: `comments`, `model_contradicts` and, of those read twice, `passes_differ`.
    """
    twice = audited["pass_2"] != ""
    marks = audited.assign(
        model_contradicts=audited["contradiction"] >= bound,
        passes_differ=twice & (audited["pass_1"] != audited["pass_2"]),
    )
    grouped = marks.groupby("source")
    return pd.DataFrame(
        {
            "comments": grouped.size(),
            "model_contradicts": grouped["model_contradicts"].sum(),
            "passes_differ": grouped["passes_differ"].sum(),
        }
    )
