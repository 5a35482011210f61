from __future__ import annotations

import numpy as np
import pytest

import training.chunks
from scoring.parallel.chunk_map import ThreadMap
from training.chunks import GrowingArray, TextChunk, map_texts, text_chunks


def cut(texts: list[str], groups: list[int]) -> list[list[str]]:
    return [chunk.texts for chunk in text_chunks(texts, np.array(groups, np.int64))]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.chunks, "CHUNK_POINTS", 4)


def test_a_chunk_ends_when_it_is_full() -> None:
    texts = ["ab", "cd", "e", "fgh", "i", "", "j"]
    assert cut(texts, list(range(7))) == [["ab", "cd"], ["e", "fgh"], ["i", "", "j"]]


def test_a_group_is_never_cut() -> None:
    texts = ["ab", "cd", "ef", "gh", "ij", "kl"]
    assert cut(texts, [1, 2, 2, 2, 2, 3]) == [["ab", "cd", "ef", "gh", "ij"], ["kl"]]
    assert cut(texts, [1] * 6) == [texts]


def test_chunks_know_their_place_and_groups() -> None:
    chunks = text_chunks(["abcd", "ef", "gh"], np.array([5, 5, 8]))
    assert [(chunk.first, chunk.groups.tolist()) for chunk in chunks] == [(0, [5, 5]), (2, [8])]


def test_no_text() -> None:
    assert text_chunks([], np.zeros(0, np.int64)) == []


def _shout(mark: str, chunk: TextChunk) -> str:
    return "".join(chunk.texts).upper() + mark


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_come_in_order(jobs: int) -> None:
    chunks = text_chunks(list("abcdefghijklmnop"), np.arange(16))
    found = map_texts(ThreadMap(jobs), lambda: "!", _shout, chunks, "shouting")
    assert list(found) == ["ABCD!", "EFGH!", "IJKL!", "MNOP!"]


@pytest.mark.parametrize("room", [0, 1, 5, 100])
def test_an_array_grows_beyond_its_room(room: int) -> None:
    array = GrowingArray(np.int32, room)
    for piece in ([1, 2, 3], [], [4], [5, 6]):
        array.append(np.array(piece, np.int32))
    assert array.array().tolist() == [1, 2, 3, 4, 5, 6]
    assert array.array().dtype == np.int32
