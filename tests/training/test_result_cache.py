"""Results of earlier runs: found again, and never a wrong one."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import training.features.chunks
import training.result_cache
from scoring.parallel.chunk_map import ThreadMap
from training.corpus.near_duplicates import near_duplicate_clusters
from training.features.extract import english_words, extract_features
from training.resources import ONE_THREAD, Resources
from training.result_cache import Arrays, ResultCache, content_digest, open_cache
from training.settings import TrainingSettings

SETTINGS = replace(TrainingSettings(), fewest_groups=2)
ROWS = pd.DataFrame(
    {
        "text": ["red cat", "Red cat!", "red dog", "blue dog, \u0440\u0435\u0434"],
        "group": [1, 1, 2, 3],
    }
)


class Run:
    """One run: a cache freshly opened, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        opened = open_cache(folder, self.told.append)
        assert opened is not None
        self.cache: ResultCache = opened
        self.made = 0

    def numbers(self, digest: str = "1") -> list[int]:
        def compute() -> Arrays:
            self.made += 1
            return {"numbers": np.arange(1000)}

        return self.cache.recall("numbers", digest, compute)["numbers"].tolist()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def kept(folder: Path) -> Path:
    (path,) = folder.rglob("output.pkl")
    return path


def test_a_result_is_made_once(folder: Path) -> None:
    first, second = Run(folder), Run(folder)
    assert first.numbers() == second.numbers() == list(range(1000))
    assert (first.made, second.made) == (1, 0)
    assert second.told == ["numbers: from the cache"]


def test_another_digest_is_another_result(folder: Path) -> None:
    run = Run(folder)
    run.numbers("1")
    run.numbers("2")
    assert run.made == 2


def _append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def _change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)


class _Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("poisoned",)


def _poison(path: Path) -> None:
    path.write_bytes(pickle.dumps(_Hostile()))


@pytest.mark.parametrize(
    "damage",
    [_append, _change, _poison, lambda path: path.write_bytes(b""), lambda path: path.unlink(),
     lambda path: (path.parent / "sha256").unlink(),
     lambda path: (path.parent / "sha256").write_bytes(b"\xff"),
     lambda path: (path.parent / "metadata.json").write_bytes(b"{")],
    ids=["longer", "changed", "another's", "empty", "gone", "no checksum", "no text", "metadata"],
)  # fmt: skip
def test_a_damaged_result_is_made_anew(
    folder: Path, damage: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Run(folder).numbers()
    damage(kept(folder))  # type: ignore[operator]
    second, third = Run(folder), Run(folder)
    assert second.numbers() == third.numbers() == list(range(1000))
    assert second.made <= 1
    assert third.made == 0
    assert not (tmp_path / "poisoned").exists()


def test_damage_is_told(folder: Path) -> None:
    Run(folder).numbers()
    _change(kept(folder))
    run = Run(folder)
    run.numbers()
    assert run.told == ["numbers: damaged in the cache, made anew"]


@pytest.mark.parametrize("name", ["output.pkl", "sha256"])
def test_a_full_disk_costs_the_cache_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A write fails half way: the result is there all the same, and nothing of it is left."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    if name == "sha256":
        monkeypatch.setattr(Path, "write_text", fail)
    else:
        monkeypatch.setattr("joblib.numpy_pickle.dump", fail)
    run = Run(folder)
    assert run.numbers() == list(range(1000))
    (line,) = run.told
    assert line.startswith("numbers: could not be kept in the cache")
    assert list(folder.rglob("output.pkl*")) == []
    monkeypatch.undo()
    second = Run(folder)
    assert second.numbers() == list(range(1000))
    assert second.made == 1


def test_the_least_recently_used_goes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.result_cache, "LARGEST_CACHE", 20_000)
    Run(folder).numbers("1")
    os.utime(kept(folder), (0, 0))
    Run(folder).numbers("2")
    Run(folder).numbers("3")
    sizes = [path.stat().st_size for path in folder.rglob("output.pkl")]
    assert len(sizes) == 2
    last = Run(folder)
    last.numbers("3")
    assert last.made == 0


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_folder_that_others_can_write_is_not_used(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    told: list[str] = []
    assert open_cache(folder, told.append) is None
    assert told == [
        f"{folder} is not used as a cache: it belongs to, or can be written by, someone else "
        "(chmod 700)"
    ]
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told: list[str] = []
    assert open_cache(tmp_path / "file" / "cache", told.append) is None
    assert "is not used as a cache" in told[0]


def test_digest_tells_texts_settings_and_arrays_apart() -> None:
    digests = {
        content_digest(["ab", "c"]),
        content_digest(["a", "bc"]),
        content_digest(["abc"]),
        content_digest(["ab", "c"], 1),
        content_digest(["ab", "c"], np.array([1])),
        content_digest(["ab", "c"], np.array([2])),
    }
    assert len(digests) == 6
    assert content_digest(["ab", "c"], 1) == content_digest(["ab", "c"], 1)


def test_digest_names_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    before = content_digest(["a"])
    monkeypatch.setattr(training.result_cache, "_code_digest", lambda: b"other code")
    assert content_digest(["a"]) != before


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.features.chunks, "CHUNK_POINTS", 1)


@pytest.mark.usefixtures("_small_chunks")
def test_features_are_the_same_from_the_cache_and_in_any_number_of_threads(folder: Path) -> None:
    alone = extract_features(ROWS, SETTINGS)
    runs = [Run(folder), Run(folder)]
    for run, jobs in zip(runs, (3, 1), strict=True):
        found = extract_features(ROWS, SETTINGS, Resources(ThreadMap(jobs), run.cache))
        for name in ("hashes", "groups", "words"):
            values = getattr(found.vocabulary, name)
            np.testing.assert_array_equal(values, getattr(alone.vocabulary, name))
        np.testing.assert_array_equal(found.idf, alone.idf)
        for name in ("data", "indices", "indptr"):
            values = getattr(found.values, name)
            np.testing.assert_array_equal(values, getattr(alone.values, name))
            assert values.dtype == getattr(alone.values, name).dtype
    assert [run.told for run in runs] == [[], ["terms: from the cache"]]


def test_what_is_kept_depends_on_all_it_is_made_from(folder: Path) -> None:
    def resources() -> tuple[Run, Resources]:
        run = Run(folder)
        return run, Resources(ONE_THREAD.chunk_map, run.cache)

    _, using = resources()
    extract_features(ROWS, SETTINGS, using)
    english_words(ROWS["text"].tolist(), SETTINGS, using)
    near_duplicate_clusters(ROWS["text"].tolist(), using)
    run, using = resources()
    extract_features(ROWS, replace(SETTINGS, fewest_groups=1), using)
    extract_features(ROWS.assign(group=[1, 2, 3, 4]), SETTINGS, using)
    english_words(ROWS["text"].tolist(), replace(SETTINGS, english_texts=1), using)
    near_duplicate_clusters(ROWS["text"].tolist()[::-1], using)
    assert run.told == []
    extract_features(ROWS, replace(SETTINGS, inverse_regularisation=9.0), using)
    english_words(ROWS["text"].tolist(), SETTINGS, using)
    near_duplicate_clusters(ROWS["text"].tolist(), using)
    assert run.told == [
        "terms: from the cache", "English words: from the cache", "near-duplicates: from the cache"
    ]  # fmt: skip
