from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scoring.guidelines import HEADS
from training.reports.ablation import (
    FIRST,
    FULL,
    JUDGED,
    AblationData,
    Variant,
    ablation_table,
    held_back_table,
    prepare,
    variants,
)
from training.settings import TrainingSettings
from training.sources.labels import LABELS, NO, UNKNOWN, YES
from training.sources.registry import Registry, load_registry

SETTINGS = TrainingSettings(jobs=1, fewest_groups=2)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(Path(__file__).parents[3] / "data" / "sources.toml")


def corpus_rows(*, annotated: bool) -> pd.DataFrame:
    """Forty news comments, half of them with the word that rejects, and ten written ones."""
    lines = []
    for i in range(50):
        bad = i % 2 == 1
        labels = dict.fromkeys(LABELS, NO)
        for head in JUDGED:
            labels[head] = YES if bad else NO
        if not annotated:
            labels = {**dict.fromkeys(LABELS, UNKNOWN), "reject": labels["reject"]}
        written = i >= 40
        lines.append(
            {
                "text": f"{'rotten' if bad else 'decent'} remark about the town hall {i}",
                "key": f"{i:016x}",
                "source": "written" if written else "civil-aayan",
                "group": i,
                "annotated": annotated and not written,
                "inclusion_probability": 0.5 if annotated and not written else np.nan,
                "certainty": "sure",
                **labels,
            }
        )
    return pd.DataFrame(lines)


@pytest.fixture(scope="module")
def data(registry: Registry) -> AblationData:
    return prepare(corpus_rows(annotated=True), corpus_rows(annotated=False), registry, SETTINGS)


@pytest.fixture(scope="module")
def every(data: AblationData, registry: Registry) -> dict[str, Variant]:
    return {variant.name: variant for variant in variants(data, registry, SETTINGS)}


def test_first_step_knows_neither_annotations_nor_written_comments(
    every: dict[str, Variant], data: AblationData
) -> None:
    first = every[FIRST]
    assert (first.labels[:, HEADS.index("profanity")] == UNKNOWN).all()
    assert (first.weights[data.rows["source"] == "written"] == 0).all()
    assert set(first.weights[data.rows["source"] != "written"]) == {1.0}


def test_leaving_a_source_out_weighs_its_rows_nothing(
    every: dict[str, Variant], data: AblationData
) -> None:
    left = every["without civil-aayan"].weights
    assert (left[data.rows["source"] == "civil-aayan"] == 0).all()
    assert (left[data.rows["source"] == "written"] == SETTINGS.written_weight).all()


def test_doubling_a_source_leaves_its_annotated_rows_alone(every: dict[str, Variant]) -> None:
    trained = every[FULL].weights
    assert (every["civil-aayan doubled"].weights == trained).all()
    assert (every["written doubled"].weights >= trained).all()


@pytest.mark.slow
def test_table_has_a_line_a_variant_and_a_planted_word_is_found(
    data: AblationData, registry: Registry, every: dict[str, Variant]
) -> None:
    table = ablation_table(data, registry, SETTINGS).splitlines()
    assert "n = 40 news comments" in table[0]
    lines = {line.split(" | ")[0].removeprefix("| "): line for line in table[4:]}
    assert set(lines) == set(every)
    assert "1.000 (1.00 to 1.00), 1.000" in lines[FULL]


@pytest.mark.slow
def test_held_back_comments_are_reported_before_and_after_and_too_few_are_not_judged(
    data: AblationData, every: dict[str, Variant]
) -> None:
    held_back = pd.concat([corpus_rows(annotated=True)] * 3, ignore_index=True)
    lines = held_back_table(
        data, held_back, np.ones(len(held_back)), every[FIRST], every[FULL], SETTINGS
    ).splitlines()
    by_head = {line.split(" | ")[0].removeprefix("| "): line for line in lines[4:]}
    assert list(by_head) == list(HEADS)
    assert by_head["reject"].count("1.000 (1.00 to 1.00)") == 4
    assert by_head["threat"].count("too few to judge") == 2
