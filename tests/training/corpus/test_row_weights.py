from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scoring.guidelines import CATEGORIES, HEADS
from training.corpus.merge import assemble
from training.corpus.weights import (
    calibrating_labels,
    calibration_weights,
    each_alike,
    judging_places,
    judging_weights,
    news_keys,
    row_weights,
)
from training.own_labels.annotations import read_annotations
from training.settings import TrainingSettings
from training.sources.labels import UNKNOWN, YES
from training.sources.registry import load_registry

SETTINGS = replace(
    TrainingSettings(), annotation_weight=20.0, written_weight=2.0, unsure_factor=0.5
)
NEWS = frozenset({"news"})
WEIGHTS = {"news": 1.5, "video": 0.5}

MakeTable = Callable[..., pd.DataFrame]
MakeRows = Callable[..., pd.DataFrame]


@pytest.fixture
def make_rows(make_table: MakeTable, write_annotations: Callable[..., Path]) -> MakeRows:
    """A factory of corpus rows of three sources, with annotations."""

    def make(*annotations: dict[str, str]) -> pd.DataFrame:
        tables = [
            make_table("news", ["first comment", "second remark", "third thing"]),
            make_table("video", ["nice song", "great clip"]),
            make_table("written", ["an invented sentence"]),
        ]
        read = read_annotations(write_annotations(*annotations))
        return assemble(tables, [], read, frozenset(), WEIGHTS).rows

    return make


def weights_of(rows: pd.DataFrame) -> dict[str, float]:
    return dict(zip(rows["text"], row_weights(rows, WEIGHTS, NEWS, SETTINGS), strict=True))


def test_each_source_has_its_weight(make_rows: MakeRows) -> None:
    weights = weights_of(make_rows())
    assert weights["first comment"] == 1.5
    assert weights["nice song"] == 0.5
    assert weights["an invented sentence"] == 2.0


def test_annotated_news_counts_most_and_annotated_video_as_its_source(
    make_rows: MakeRows,
) -> None:
    weights = weights_of(make_rows({"text": "first comment"}, {"text": "nice song"}))
    assert weights["first comment"] == 20.0
    assert weights["second remark"] == 1.5
    assert weights["nice song"] == 0.5


def test_unsure_rows_count_less(make_rows: MakeRows) -> None:
    unsure: Sequence[dict[str, str]] = [
        {"text": text, "certainty": "unsure"} for text in ("first comment", "nice song")
    ]
    weights = weights_of(make_rows(*unsure))
    assert weights["first comment"] == 10.0
    assert weights["nice song"] == 0.25


def test_only_news_comments_drawn_at_random_judge(make_rows: MakeRows) -> None:
    rows = make_rows(
        {"text": "first comment", "inclusion_probability": "0.5", "decision": "reject"},
        {"text": "second remark", "inclusion_probability": "0.25"},
        {"text": "third thing"},
        {"text": "nice song", "inclusion_probability": "0.5"},
    )
    judging = dict(zip(rows["text"], judging_weights(rows, NEWS, 0.2), strict=True))
    assert judging == pytest.approx(
        {"first comment": 0.4, "second remark": 1.6, "third thing": 0, "nice song": 0,
         "great clip": 0, "an invented sentence": 0}
    )  # fmt: skip


def test_nobody_judges_without_annotations(make_rows: MakeRows) -> None:
    rows = make_rows()
    np.testing.assert_array_equal(judging_weights(rows, NEWS, 0.2), np.zeros(len(rows)))


def test_written_comments_calibrate_with_their_share_and_never_evaluate(
    make_rows: MakeRows,
) -> None:
    rows = make_rows(
        {"text": "first comment", "inclusion_probability": "0.5", "decision": "reject"},
        {"text": "second remark", "inclusion_probability": "0.25"},
    )
    rows.loc[rows["source"] == "written", "reject"] = 1
    written = (rows["source"] == "written").to_numpy(bool)
    weights = calibration_weights(rows, NEWS, replace(SETTINGS, written_share=0.3))
    assert weights[written].sum() / weights.sum() == pytest.approx(0.3)
    assert weights[(rows["text"] == "third thing").to_numpy(bool)] == 0
    assert judging_weights(rows, NEWS, 0.2)[written].sum() == 0


def test_written_comments_calibrate_nothing_where_no_news_was_drawn(make_rows: MakeRows) -> None:
    rows = make_rows()
    np.testing.assert_array_equal(
        calibration_weights(rows, NEWS, replace(SETTINGS, written_share=0.3)), np.zeros(len(rows))
    )


def test_news_sources_of_the_registry(repository: Path) -> None:
    keys = news_keys(load_registry(repository / "data" / "sources.toml"))
    assert {"civil-aayan", "civil-toxicspans", "civil-houma"} <= keys
    assert "youtube-spam-uci" not in keys


def test_own_decisions_calibrate_once_they_are_enough(make_table: Callable[..., Any]) -> None:
    settings = replace(SETTINGS, fewest_own=20, own_share=0.5, written_share=0.0)
    reject = [1] * 5 + [0] * 15
    rows = make_table("own", [f"comment {i}" for i in range(20)], reject=reject)
    rows = rows.assign(inclusion_probability=np.nan, annotated=False, certainty="")
    weights = calibration_weights(rows, NEWS, settings)
    assert weights.tolist() == [1.0] * 20
    assert calibration_weights(rows.iloc[1:], NEWS, settings).sum() == 0
    assert calibration_weights(rows.iloc[4:], NEWS, replace(settings, fewest_own=16)).sum() > 0
    too_few_rejected = rows.assign(reject=[1] + [0] * 19)
    assert calibration_weights(too_few_rejected, NEWS, settings).sum() == 0


def test_reasons_of_own_decisions_calibrate_no_category() -> None:
    """They are never a "no": calibrated on fifty of them, everything was what they name."""
    rows = pd.DataFrame({"source": ["own", "news"]})
    labels = np.full((2, len(HEADS)), YES, np.int8)
    known = calibrating_labels(rows, labels)
    assert known[0].tolist() == [UNKNOWN] * len(CATEGORIES) + [YES]
    assert known[1].tolist() == [YES] * len(HEADS)


def test_each_other_place_weighs_alike(make_table: Callable[..., pd.DataFrame]) -> None:
    large = make_table("forum", [f"a{n}" for n in range(8)], reject=[1, *[0] * 7])
    small = make_table("video", ["b0", "b1"], reject=[1, 0])
    one_kind = make_table("quiet", ["c0", "c1"], reject=[0, 0])
    news = make_table("news", ["d0", "d1"], reject=[1, 0])
    rows = pd.concat([large, small, one_kind, news], ignore_index=True)
    rows["inclusion_probability"] = 0.5
    places = judging_places(rows, frozenset({"news"}), "news sites", prevalence=0.2)
    assert list(places) == ["news sites", "forum", "video"]
    found, weights = each_alike({name: places[name] for name in ("forum", "video")})
    assert found["source"].unique().tolist() == ["forum", "video"]
    by_place = pd.Series(weights).groupby(found["source"].to_numpy()).sum()
    assert by_place.tolist() == pytest.approx([5.0, 5.0])
    rejected = (found["reject"] == 1).to_numpy()
    assert weights[rejected].sum() / weights.sum() == pytest.approx(0.2)
    alone = rows[rows["source"] == "quiet"]
    assert judging_places(alone, frozenset({"news"}), "news sites", prevalence=0.2) == {}
