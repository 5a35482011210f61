"""One corpus from many tables: merge copies, let annotations override, keep copies together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.guidelines import HEADS
from training.corpus.near_duplicates import near_duplicate_clusters
from training.errors import TrainingError
from training.keys import fold_key, fold_keys
from training.resources import ONE_THREAD, Resources
from training.sources.labels import LABELS, UNKNOWN, apply_hierarchy

TRAIN: Final = "train"
HELD_BACK: Final = "held_back"
BENCHMARK: Final = "benchmark"
WRITTEN: Final = "written"
SLOTS: Final = "slots"
AUGMENTED: Final = "augmented"


class CorpusError(TrainingError):
    """There is not a comment to train on."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Rows to train on and rows never to train on.

    Attributes:
        rows: One row a distinct comment: text, key, source, group (int), the twelve labels,
            annotated (bool), inclusion_probability (NaN unless drawn at random), certainty, split.
    """

    rows: pd.DataFrame

    def part(self, split: str) -> pd.DataFrame:
        """Return the rows of one split, with a fresh index.

        Args:
            split: `train`, `held_back` or `benchmark`.
        """
        return self.rows[self.rows["split"] == split].reset_index(drop=True)

    def without_training_on(self, sources: Sequence[str]) -> Corpus:
        """Leave out what would be trained on of sources that only judge.

        Args:
            sources: Their keys.
        """
        trained = (self.rows["split"] == TRAIN) & self.rows["source"].isin(sources)
        return Corpus(self.rows[~trained].reset_index(drop=True))


def with_labels(table: pd.DataFrame, annotations: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that say something: a label of their source, or an annotation.

    Args:
        table: A row table.
        annotations: As `read_annotations` returns them.

    Returns:
        The rows that teach or judge, with a fresh index.
    """
    silent = (table[list(LABELS)] == UNKNOWN).all(axis=1)
    if not silent.any():
        return table
    read = pd.Series(fold_keys(table["text"]), index=table.index).isin(set(annotations["key"]))
    return table[~silent | read].reset_index(drop=True)


def label_matrix(rows: pd.DataFrame) -> NDArray[np.int8]:
    """Return the labels as an array, int8 (n, 12), columns in the order of `HEADS`.

    Args:
        rows: Rows with the twelve label columns.
    """
    return np.ascontiguousarray(rows[list(HEADS)].to_numpy(np.int8))


def assemble(
    tables: Sequence[pd.DataFrame],
    benchmarks: Sequence[pd.DataFrame],
    annotations: pd.DataFrame,
    held_back: frozenset[str],
    priority: Mapping[str, float],
    resources: Resources = ONE_THREAD,
) -> Corpus:
    """Merge tables into one corpus.

    Args:
        tables: Row tables to train on.
        benchmarks: Row tables never to train on, nor on a near-duplicate of.
        annotations: As `read_annotations` returns them.
        held_back: Keys never to train on.
        priority: Weight of each source; of two copies' labels the heavier source's count.
        resources: What to compute with.

    Returns:
        The corpus, ordered by key.

    Raises:
        CorpusError: There is no comment.
    """
    merged = merge_copies([*tables, *benchmarks], priority)
    benchmark_keys = {key for table in benchmarks for key in fold_keys(table["text"])}
    merged = annotate(merged, annotations)
    merged["cluster"] = near_duplicate_clusters(merged["text"].tolist(), resources)
    merged["group"] = _joined_groups(merged)
    merged["split"] = TRAIN
    merged.loc[merged["key"].isin(held_back), "split"] = HELD_BACK
    merged.loc[merged["key"].isin(benchmark_keys), "split"] = BENCHMARK
    kept = merged[~_shadowed(merged) & ~_repeated(merged)]
    return Corpus(kept.drop(columns="cluster").reset_index(drop=True))


def merge_copies(tables: Sequence[pd.DataFrame], priority: Mapping[str, float]) -> pd.DataFrame:
    """Merge rows of the same folded text; a label known in several copies is the heaviest's.

    Args:
        tables: Row tables.
        priority: Weight of each source; sources not named weigh 0.

    Returns:
        One row a key, ordered by key; the text is the least altered copy's.

    Raises:
        CorpusError: No row has a letter or digit.
    """
    rows = pd.concat(tables, ignore_index=True)
    rows["key"] = fold_keys(rows["text"])
    rows = rows[rows["key"] != fold_key("")].copy()
    if not len(rows):
        raise CorpusError("there is no comment to train on: no source, and no file in data/written")
    rows["_priority"] = rows["source"].map(lambda source: -priority.get(source, 0.0))
    # a lower-cased copy has lost what an original still has
    rows["_altered"] = [text == text.lower() for text in rows["text"]]
    texts = (
        rows.sort_values(["_altered", "_priority"], kind="stable").groupby("key")["text"].first()
    )
    ordered = rows.sort_values(["key", "_priority"], kind="stable")
    labels = ordered[list(LABELS)].where(ordered[list(LABELS)] != UNKNOWN)
    firsts = labels.groupby(ordered["key"]).first().fillna(UNKNOWN).astype(np.int8)
    origin = ordered.groupby("key")[["source", "row_id", "group"]].first()
    # two sources may contradict each other: one said no reject, another named a category
    ruled = apply_hierarchy({key: firsts[key].to_numpy(np.int8) for key in LABELS})
    labels = pd.DataFrame(ruled, index=firsts.index)
    return pd.concat([texts, origin, labels], axis=1).reset_index()


def annotate(rows: pd.DataFrame, annotations: pd.DataFrame) -> pd.DataFrame:
    """Let annotations override the labels of the sources.

    Args:
        rows: One row a key.
        annotations: As `read_annotations` returns them.

    Returns:
        The rows with annotated labels and the columns `annotated`, `inclusion_probability` and
        `certainty`.
    """
    by_key = annotations.set_index("key")
    found = rows["key"].isin(by_key.index)
    labelled = by_key.loc[rows.loc[found, "key"]]
    result = rows.copy()
    result["annotated"] = found
    result["inclusion_probability"] = np.nan
    result["certainty"] = ""
    if found.any():
        for column in (*LABELS, "inclusion_probability", "certainty"):
            result.loc[found, column] = labelled[column].to_numpy()
    return result


def _joined_groups(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Number the groups: near-duplicates and rows of one thread or video belong together."""
    thread = np.where(
        rows["group"] == "", "#" + rows["cluster"].astype(str), rows["source"] + "/" + rows["group"]
    )
    codes = pd.Series(pd.factorize(thread)[0], index=rows.index)
    # a cluster that touches several threads joins them: pass the smallest number along to the end
    before = None
    while before is None or not codes.equals(before):
        before = codes
        codes = codes.groupby(rows["cluster"]).transform("min")
        codes = codes.groupby(thread).transform("min")
    numbers: NDArray[np.int64] = codes.to_numpy(np.int64)
    return numbers


def _shadowed(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Training rows whose cluster also holds a held-back or benchmark row."""
    apart = set(rows.loc[rows["split"] != TRAIN, "cluster"])
    return np.asarray((rows["split"] == TRAIN) & rows["cluster"].isin(apart))


def _repeated(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Training rows that repeat a near-duplicate with the very same labels."""
    same = rows.duplicated(["cluster", *LABELS])
    return np.asarray(
        same
        & (rows["split"] == TRAIN)
        & ~rows["annotated"]
        & ~rows["source"].isin((WRITTEN, SLOTS))
    )
