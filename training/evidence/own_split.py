"""The same recipe trained on a benchmark's own training part, as the published systems were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.model.scorer import Scorer
from training.evidence.measures import RANKING, accuracy_at, figures, macro_f1_at
from training.evidence.published import Published
from training.fitting.build import BuiltModel, build_model
from training.fitting.rows import TrainingRows
from training.keys import fold_keys
from training.settings import TrainingSettings
from training.sources.labels import LABELS, REJECT, UNKNOWN, YES

TESTED: Final = 0.1
"""Share of the full Jigsaw training file that is drawn to test on."""
SEED: Final = 20261122
_SETTINGS: Final = TrainingSettings(
    inverse_regularisation=1.0, crowd_share=0.0, fewest_groups=2, folds=3
)
"""The project's features and solver; one fit of one source, regularised less."""


def measure_own_splits(
    tables: Mapping[str, pd.DataFrame],
    figures_of_others: Mapping[str, Published],
    progress: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Train on the training part of each benchmark and measure on its test.

    Args:
        tables: Row tables of all sources, by key.
        figures_of_others: What was published, by key.
        progress: Told what is being trained.

    Returns:
        One entry a benchmark: `key`, `trained_on`, `n`, `positives`, `threshold`, `figures`,
        `published`; those whose files are missing are left out.
    """
    found = []
    for key, train, test, head in _official(tables):
        progress(f"training on {key}'s own part")
        found.append(_entry(key, _measure(train, test, head), figures_of_others.get(key)))
    if "youtube-spam-uci" in tables:
        progress("training on four of five videos, five times")
        found.append(
            _entry(
                "youtube-spam", _leave_one_out(tables["youtube-spam-uci"]),
                figures_of_others.get("youtube-spam"),
            )
        )  # fmt: skip
    return found


def _official(
    tables: Mapping[str, pd.DataFrame],
) -> list[tuple[str, pd.DataFrame, pd.DataFrame, str]]:
    """List key, training part, test part and head of each benchmark that is there."""
    parts = []
    for key, train, head in (("edos-test", "edos", "sexism"), ("olid-test", "olid", REJECT)):
        if train in tables and key in tables:
            parts.append((key, tables[train], tables[key], head))
    if "jigsaw-pc2" in tables:
        whole = tables["jigsaw-pc2"]
        tested = np.random.default_rng(SEED).random(len(whole)) < TESTED
        parts.append(("jigsaw, random tenth", whole[~tested], whole[tested], REJECT))
    return parts


def _entry(key: str, measured: dict[str, Any], others: Published | None) -> dict[str, Any]:
    told = others or Published()
    return {
        "key": key,
        **measured,
        "published": {"source": told.source, "measure": told.measure, "all": told.beside()},
    }


def _measure(train: pd.DataFrame, test: pd.DataFrame, head: str) -> dict[str, Any]:
    test = test[test[head] != UNKNOWN]
    values, threshold = _fitted(train, test, head)
    return _measured((test[head] == YES).to_numpy(), values, threshold, len(train))


def _measured(
    yes: NDArray[np.bool_], values: NDArray[np.float64], threshold: float, trained_on: int
) -> dict[str, Any]:
    metrics = {**RANKING, "accuracy": accuracy_at(threshold), "macro_f1": macro_f1_at(threshold)}
    return {
        "trained_on": trained_on,
        "n": len(yes),
        "positives": int(yes.sum()),
        "threshold": round(threshold, 4),
        "figures": figures(metrics, yes, values),
    }


def _fitted(
    train: pd.DataFrame, test: pd.DataFrame, head: str
) -> tuple[NDArray[np.float64], float]:
    """Fit one head; returns its probabilities on the test and the threshold of best macro-F1.

    The threshold is chosen on the training part, out of fold.
    """
    rows = _training_rows(train, head)
    built = build_model(TrainingRows(rows, np.ones(len(rows)), np.zeros(len(rows)), []), _SETTINGS)
    values = Scorer(built.model).score(test["text"].tolist()).reject_probability
    return values, _best_threshold(built)


def _training_rows(train: pd.DataFrame, head: str) -> pd.DataFrame:
    """Keep the rows that say something of the head, as labels of `reject` and of nothing else."""
    rows = train[train[head] != UNKNOWN].copy()
    rows["key"] = fold_keys(rows["text"])
    rows = rows.drop_duplicates("key").sort_values("key").reset_index(drop=True)
    labels = rows[head].to_numpy(np.int8)
    for key in LABELS:
        rows[key] = labels if key == REJECT else np.int8(UNKNOWN)
    rows["group"] = np.arange(len(rows))
    return rows


def _best_threshold(built: BuiltModel) -> float:
    yes = built.judged.labels[:, -1] == YES
    values, weights = built.judged.reject_probability, built.judged.weights
    candidates = np.quantile(values, np.linspace(0.02, 0.98, 97))
    scores = [macro_f1_at(float(one))(yes, values, weights) for one in candidates]
    return float(candidates[int(np.argmax(scores))])


def _leave_one_out(table: pd.DataFrame) -> dict[str, Any]:
    """Train on all videos but one and judge that one, for each."""
    yes, values = np.zeros(len(table), np.bool_), np.zeros(len(table))
    promotion = (table["commercial_promotion"] == YES) | (table[REJECT] == YES)
    table = table.assign(**{REJECT: promotion.astype(np.int8)})
    for video in pd.unique(table["group"]):
        inside = (table["group"] == video).to_numpy()
        probabilities, threshold = _fitted(table[~inside], table[inside], REJECT)
        # each video has its own threshold: 0.5 stands for it
        values[inside] = _shifted(probabilities, threshold)
        yes[inside] = (table.loc[inside, REJECT] == YES).to_numpy()
    return _measured(yes, values, 0.5, len(table))


def _shifted(values: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Move probabilities on the log-odds scale so that a threshold becomes 0.5."""
    values = np.clip(values, 1e-6, 1 - 1e-6)
    odds = values / (1 - values) * (1 - threshold) / threshold
    return np.asarray(odds / (1 + odds), np.float64)
