"""Guards on the data of this repository: what nobody may break by adding a line."""

from __future__ import annotations

import csv
import itertools
import json
import lzma
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from scoring.guidelines import CATEGORIES
from training.corpus.merge import BENCHMARK, HELD_BACK, TRAIN
from training.corpus.near_duplicates import near_duplicate_clusters
from training.corpus.weights import news_folders
from training.keys import fold, fold_key, fold_keys
from training.own_labels.annotations import read_annotations
from training.own_labels.held_back import newly_held_back, read_held_back
from training.own_labels.written import read_written
from training.project_data import never_trained, read_corpus
from training.sources.labels import LABELS, NO, YES
from training.sources.registry import load_registry

ROOT: Final = Path(__file__).resolve().parents[2]
DATA: Final = ROOT / "data"
RAW: Final = (ROOT.parent / "shared" / "datasets", DATA / "raw")
ID_COLUMNS: Final = ("comment_id", "id", "COMMENT_ID", "text_id")
TEXT_COLUMNS: Final = ("comment_text", "text", "CONTENT", "body", "post", "Text")

NEWS: Final = news_folders(load_registry(DATA / "sources.toml"))


@pytest.fixture(scope="module")
def written() -> pd.DataFrame:
    """Every comment written for this project."""
    return read_written(DATA / "written")


@pytest.fixture(scope="module")
def annotated() -> pd.DataFrame:
    """Every annotation."""
    return read_annotations(DATA / "annotations")


@pytest.fixture(scope="module")
def held_back() -> frozenset[str]:
    """Every held-back key."""
    return read_held_back(DATA / "splits" / "held_back.txt")


def test_every_written_file_parses_and_is_not_empty(written: pd.DataFrame) -> None:
    files = sorted(path.stem for path in (DATA / "written").glob("*.jsonl"))
    assert sorted(set(written["row_id"].str.split(":").str[0])) == files
    assert len(written) > 3000


def test_every_category_has_positives_in_the_seed_and_nothing_prevails(
    written: pd.DataFrame,
) -> None:
    positives = {key: int((written[key] == YES).sum()) for key in LABELS}
    assert {key: count for key, count in positives.items() if count < 30} == {}
    assert 0.25 < (written["reject"] == YES).mean() < 0.75


def test_copies_in_the_seed_do_not_contradict_each_other(written: pd.DataFrame) -> None:
    readable = written[[bool(fold(text)) for text in written["text"]]]
    different = readable.groupby(fold_keys(readable["text"]))[list(LABELS)].nunique().max(axis=1)
    keys = set(different[different > 1].index)
    assert readable.loc[[fold_key(text) in keys for text in readable["text"]], "row_id"].empty


def test_minimal_pairs_have_two_sides(written: pd.DataFrame) -> None:
    pairs = written[written["group"] != ""].groupby("group")
    alone = pairs.size()[pairs.size() < 2].index.tolist()
    labels = pairs[list(LABELS)].nunique().max(axis=1)
    assert alone == []
    assert labels[labels < 2].index.tolist() == []


def test_annotation_files_parse_and_name_their_own_sources(annotated: pd.DataFrame) -> None:
    assert len(annotated) > 5000
    assert set(annotated["decision"]) == {"approve", "reject"}
    assert not annotated.loc[annotated["decision"] == "approve", list(CATEGORIES)].any(axis=None)
    news = pd.read_csv(DATA / "annotations" / "news.csv", dtype=str)
    assert set(news["folder"]) <= NEWS


def test_both_sides_of_the_decision_were_drawn_at_random(annotated: pd.DataFrame) -> None:
    drawn = annotated[annotated["inclusion_probability"].notna()]
    counts = drawn["reject"].value_counts()
    assert min(counts[YES], counts[NO]) > 500


def test_held_back_keys_are_what_the_rule_says(
    annotated: pd.DataFrame, held_back: frozenset[str]
) -> None:
    assert held_back <= set(annotated["key"])
    assert newly_held_back(annotated, held_back, NEWS) == []
    assert held_back == set(newly_held_back(annotated, frozenset(), NEWS))


def test_written_copies_no_case_that_judges(written: pd.DataFrame, repository: Path) -> None:
    cases = read_held_back(repository / "data" / "splits" / "cases.txt")
    copies = [key in cases for key in fold_keys(written["text"])]
    assert written.loc[copies, "row_id"].tolist() == []


def test_written_copies_no_annotated_or_held_back_comment(
    written: pd.DataFrame, annotated: pd.DataFrame, held_back: frozenset[str]
) -> None:
    keys = pd.Series(fold_keys(written["text"]), index=written.index)
    copies = keys.isin(set(annotated["key"]) | held_back)
    assert written.loc[copies, "row_id"].tolist() == []


def source_texts(source: str, file: str) -> dict[str, set[str]] | None:
    """Keys of the texts of a file by id, or by 0-based row where it has none; None if absent."""
    paths = [raw / source / file for raw in RAW]
    path = next((path for path in paths if path.exists()), None)
    if path is None:
        return None
    found: dict[str, set[str]] = defaultdict(set)
    for number, row in enumerate(source_rows(path)):
        key = next((name for name in ID_COLUMNS if name in row), None)
        text = next(name for name in TEXT_COLUMNS if name in row)
        found[str(row[key]) if key else str(number)].add(fold_key(row[text] or ""))
    return found


def source_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a CSV or JSON Lines file, packed or not."""
    packed = path.suffix == ".xz"
    read = lzma.open if packed else open
    with read(path, "rt", encoding="utf-8", errors="replace", newline="") as content:
        if Path(path.stem if packed else path).suffix == ".jsonl":
            yield from map(json.loads, content)
        else:
            first = next(line for line in content if line.strip())
            yield from csv.DictReader(itertools.chain([first], content))


def test_every_annotation_still_matches_its_source_row(annotated: pd.DataFrame) -> None:
    checked, wrong = 0, []
    for (source, file), rows in annotated.groupby(["folder", "file"]):
        texts = source_texts(str(source), str(file))
        if texts is None:
            continue
        for number, key in zip(rows["row"], rows["key"], strict=True):
            checked += 1
            if key not in texts.get(number, ()):
                wrong.append((source, file, number))
    if not checked:
        pytest.skip("no file of a source is here; run `make data`")
    assert wrong == []


@pytest.mark.slow
def test_nothing_held_back_and_no_benchmark_is_trained_on(held_back: frozenset[str]) -> None:
    """Nor a near-duplicate of it, nor is a near-duplicate in another group."""
    if not any((DATA / "raw").glob("*/*")):
        pytest.skip("data/raw is empty; run `make data`")
    rows = read_corpus(DATA, load_registry(DATA / "sources.toml")).rows
    split, keys = rows["split"].to_numpy(str), rows["key"].to_numpy(str)
    trained, never = set(keys[split == TRAIN]), never_trained(DATA / "splits")
    assert held_back <= never
    assert trained.isdisjoint(never)
    assert trained.isdisjoint(keys[split == BENCHMARK])
    assert set(keys[split == HELD_BACK]) <= never
    clusters = near_duplicate_clusters(rows["text"].tolist())
    apart = np.unique(clusters[split != TRAIN])
    assert keys[(split == TRAIN) & np.isin(clusters, apart)].tolist() == []
    groups = rows["group"].groupby(clusters).nunique()
    assert groups[groups > 1].index.tolist() == []
