"""How much each row counts in training, and which rows may calibrate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.guidelines import HEADS
from training.corpus.merge import AUGMENTED, SLOTS, WRITTEN
from training.own_decisions.store import SOURCE as OWN
from training.settings import TrainingSettings
from training.sources.labels import REJECT, UNKNOWN, YES
from training.sources.registry import Registry

NEWS: Final = "news"


def news_keys(registry: Registry) -> frozenset[str]:
    """Return the keys of the sources whose comments were written on news sites."""
    return frozenset(source.key for source in registry.sources if source.domain == NEWS)


def news_folders(registry: Registry) -> frozenset[str]:
    """Return the folders of those sources: what annotation files name a comment's file by."""
    return frozenset(source.folder for source in registry.sources if source.domain == NEWS)


def prevalence_weights(
    rejected: NDArray[np.bool_], inclusion: NDArray[np.float64], prevalence: float
) -> NDArray[np.float64]:
    """Weigh rows by the inverse of their inclusion probability, then to a stated prevalence.

    Args:
        rejected: bool (n), the decision.
        inclusion: float64 (n), the probability with which each row was drawn, in (0, 1].
        prevalence: Share of rejected comments to re-weight to, in (0, 1).

    Returns:
        float64 (n), mean 1.
    """
    weights = 1.0 / inclusion
    for side, share in ((rejected, prevalence), (~rejected, 1.0 - prevalence)):
        total = weights[side].sum()
        if total > 0:
            weights[side] *= share / total
    return np.asarray(weights * len(weights) / weights.sum())


def row_weights(
    rows: pd.DataFrame,
    source_weights: Mapping[str, float],
    news: frozenset[str],
    settings: TrainingSettings,
) -> NDArray[np.float64]:
    """Weigh training rows: by source, annotated news comments above all.

    Args:
        rows: Rows of a corpus.
        source_weights: Weight of each source's rows.
        news: Keys of the news sources.
        settings: Weights of annotated and written rows.

    Returns:
        float64 (n).
    """
    by_source = {**source_weights, WRITTEN: settings.written_weight,
                 SLOTS: settings.slots_weight, AUGMENTED: settings.augmented_weight,
                 OWN: settings.own_weight}  # fmt: skip
    weights = rows["source"].map(by_source).to_numpy(float)
    annotated_news = (rows["annotated"] & rows["source"].isin(news)).to_numpy(bool)
    weights = np.where(annotated_news, settings.annotation_weight, weights)
    unsure = (rows["certainty"] == "unsure").to_numpy(bool)
    return np.where(unsure, weights * settings.unsure_factor, weights)


def crowd_row_weights(
    rows: pd.DataFrame, news: frozenset[str], settings: TrainingSettings
) -> NDArray[np.float64]:
    """Weigh training rows for the second fit: 1 for a comment that a crowd labelled.

    Args:
        rows: Rows of a corpus.
        news: Keys of the news sources.
        settings: Weights of annotated and written rows in that fit.

    Returns:
        float64 (n).
    """
    second = replace(
        settings,
        annotation_weight=settings.crowd_annotation_weight,
        written_weight=settings.crowd_written_weight,
        slots_weight=settings.crowd_written_weight,
        augmented_weight=settings.crowd_written_weight,
        own_weight=settings.crowd_written_weight,
    )
    return row_weights(rows, dict.fromkeys(set(rows["source"]), 1.0), news, second)


def judging_weights(
    rows: pd.DataFrame, news: frozenset[str], prevalence: float
) -> NDArray[np.float64]:
    """Weigh rows for calibration and evaluation, re-weighted to a stated prevalence.

    Args:
        rows: Rows of a corpus.
        news: Keys of the news sources.
        prevalence: Share of rejected comments to re-weight to, in (0, 1).

    Returns:
        float64 (n): 0 for every row that was not drawn at random from news comments and read.
    """
    drawn = (rows["inclusion_probability"].notna() & rows["source"].isin(news)).to_numpy(bool)
    weights = np.zeros(len(rows))
    if drawn.any():
        inclusion = rows.loc[drawn, "inclusion_probability"].to_numpy(float)
        rejected = (rows.loc[drawn, REJECT] == YES).to_numpy(bool)
        weights[drawn] = prevalence_weights(rejected, inclusion, prevalence)
    return weights


Weighted = tuple[pd.DataFrame, NDArray[np.float64]]
"""Rows, and how much each counts, float64 (n)."""


def judging_places(
    rows: pd.DataFrame, news: frozenset[str], news_place: str, prevalence: float
) -> dict[str, Weighted]:
    """Weigh the rows drawn at random, place by place: news sites together, each other source.

    Args:
        rows: Rows of a corpus that judge.
        news: Keys of the news sources.
        news_place: What the news sources are called together.
        prevalence: Share of rejected comments to re-weight each place to, in (0, 1).

    Returns:
        Rows and weights by place, news first; places without both decisions are left out.
    """
    drawn = rows[rows["inclusion_probability"].notna()]
    place = drawn["source"].where(~drawn["source"].isin(news), news_place)
    parts = {}
    for name in [news_place, *sorted(set(place) - {news_place})]:
        here = drawn[place == name].reset_index(drop=True)
        rejected = (here[REJECT] == YES).to_numpy(bool)
        if rejected.any() and not rejected.all():
            inclusion = here["inclusion_probability"].to_numpy(float)
            parts[name] = (here, prevalence_weights(rejected, inclusion, prevalence))
    return parts


def each_alike(parts: Mapping[str, Weighted]) -> Weighted:
    """Put places together so that each weighs as much.

    Args:
        parts: Rows and weights by place, at least one.

    Returns:
        All rows, and weights of mean 1.
    """
    rows = pd.concat([here for here, _ in parts.values()], ignore_index=True)
    shares = [weights / weights.sum() for _, weights in parts.values()]
    return rows, np.concatenate(shares) * len(rows) / len(parts)


def calibration_weights(
    rows: pd.DataFrame, news: frozenset[str], settings: TrainingSettings
) -> NDArray[np.float64]:
    """Weigh rows for calibration and thresholds: news drawn at random, written and own comments.

    News comments of one kind of site hold next to no threats and no adverts, which would press
    those heads to zero. Written comments, out of fold, stand for what such news lacks; each part
    is re-weighted to the same prevalence. Own decisions, once they are enough, count as they come:
    they are what the model will meet.

    Args:
        rows: Rows of a corpus.
        news: Keys of the news sources.
        settings: The prevalence of rejected comments to re-weight to, and the shares of written
            and of own comments in the whole weight.

    Returns:
        float64 (n): 0 for every row of no part; all 0 where neither a news comment was drawn nor
        own decisions are enough.
    """
    weights = judging_weights(rows, news, settings.prevalence)
    written = (rows["source"] == WRITTEN).to_numpy(bool)
    rejected = (rows[REJECT] == YES).to_numpy(bool)
    if weights.any() and written.any():
        share = prevalence_weights(
            rejected[written], np.ones(int(written.sum())), settings.prevalence
        )
        _give_share(weights, written, share, settings.written_share)
    own = (rows["source"] == OWN).to_numpy(bool)
    fewest = settings.fewest_own // 10
    if own.sum() >= settings.fewest_own and fewest <= rejected[own].sum() <= own.sum() - fewest:
        _give_share(weights, own, np.ones(int(own.sum())), settings.own_share)
    return weights


def calibrating_labels(rows: pd.DataFrame, labels: NDArray[np.int8]) -> NDArray[np.int8]:
    """Leave out the categories of own decisions: they hold reasons and never a "no".

    Calibrated on them, a category that moderators named became probable for everything: "Thank you
    for this report." was homophobia with a probability of .22 after fifty reasons.

    Args:
        rows: Rows of a corpus.
        labels: int8 (n, 12), columns in the order of `HEADS`.

    Returns:
        int8 (n, 12): as given, the categories of own decisions unknown, their decision kept.
    """
    categories_of_own = np.outer((rows["source"] == OWN).to_numpy(bool), np.array(HEADS) != REJECT)
    return np.where(categories_of_own, np.int8(UNKNOWN), labels)


def _give_share(
    weights: NDArray[np.float64],
    part: NDArray[np.bool_],
    inside: NDArray[np.float64],
    share: float,
) -> None:
    """Give rows a share of the whole weight; all of it where no other row has any."""
    others = weights[~part].sum()
    factor = share / (1.0 - share) * others / inside.sum() if others > 0 else 1.0
    weights[part] = inside * factor
