from __future__ import annotations

import numpy as np
import pytest

import training.chunks
from scoring.parallel.chunk_map import ThreadMap
from training.corpus.near_duplicates import (
    SIGNATURE,
    _join,
    near_duplicate_clusters,
    signatures,
)
from training.resources import Resources

STORY = (
    "The council met on Monday evening to talk about the old bridge, and after four hours of "
    "argument the members agreed that it cannot be repaired with the money that is left, so the "
    "lorries will keep using the narrow road behind the school until the province decides."
)
TEMPLATE = "Please do not vandalise pages again, as you did with your edit to {}. If you do, {}"


def together(*texts: str) -> bool:
    return len(set(near_duplicate_clusters(texts).tolist())) == 1


@pytest.mark.parametrize(
    "copy",
    [
        STORY.upper(),
        STORY.replace(",", "").replace(".", "!!"),
        STORY.replace("Monday", "Tuesday"),
        STORY.replace("narrow road", "road"),
        "PLEASE READ: " + STORY,
        STORY.replace(" ", "  \n"),
        STORY.replace("o", "о", 3),  # Cyrillic
    ],
    ids=["case", "punctuation", "one word", "a word less", "prefix", "space", "lookalikes"],
)
def test_a_small_edit_stays_in_the_cluster(copy: str) -> None:
    assert together(STORY, copy)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (STORY, "The trains were late again this morning and nobody at the station knew why."),
        ("You are an idiot.", "You are an angel."),
        ("No.", "Yes."),
        ("Thank you for this report.", "Thank you for that recipe."),
        (STORY, " ".join(STORY.split()[: len(STORY.split()) // 2])),
    ],
)
def test_different_texts_are_apart(one: str, other: str) -> None:
    assert not together(one, other)


def test_texts_without_a_term_are_apart_from_each_other_and_from_everything() -> None:
    assert near_duplicate_clusters(["", "\u200b", "fine", ""]).tolist() == [0, 1, 2, 3]


def test_chunks_and_threads_change_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["", STORY, "\u200b", STORY.upper(), "", "ok thanks", "OK  thanks", "\u200b"] * 2
    whole = near_duplicate_clusters(texts)
    monkeypatch.setattr(training.chunks, "CHUNK_POINTS", 1)
    np.testing.assert_array_equal(near_duplicate_clusters(texts, Resources(ThreadMap(3))), whole)
    assert whole[[0, 2, 4, 8]].tolist() == [0, 2, 4, 8]


def test_short_copies_are_together() -> None:
    assert together("ok thanks", "OK,  thanks", "Ok Thanks")


@pytest.mark.parametrize("texts", [[], ["alone"]])
def test_nothing_to_compare(texts: list[str]) -> None:
    assert near_duplicate_clusters(texts).tolist() == list(range(len(texts)))


def test_cluster_is_the_position_of_its_first_text() -> None:
    texts = ["something else entirely", STORY, "and a third thing, short", STORY + " Again."]
    assert near_duplicate_clusters(texts).tolist() == [0, 1, 2, 1]


def test_clusters_do_not_depend_on_what_else_is_there() -> None:
    """Every pair of a bucket is compared, so a text removed can part a cluster, never join two."""
    names = [f"the {a} {b} of {c}" for a in ("old", "new", "last") for b in ("bridge", "council",
             "harbour", "railway") for c in ("Aran", "Beltz", "Corvo", "Dunmore")]  # fmt: skip
    ends = ("we block you.", "you will be blocked from editing.", "an administrator may block you.")
    texts = [TEMPLATE.format(name, end) for name in names for end in ends]
    whole = near_duplicate_clusters(texts)
    generator = np.random.default_rng(1)
    for _ in range(20):
        part = np.sort(generator.choice(len(texts), len(texts) // 2, replace=False))
        clusters = near_duplicate_clusters([texts[i] for i in part])
        for cluster in np.unique(clusters):
            assert len(np.unique(whole[part[clusters == cluster]])) == 1


def test_every_pair_of_a_bucket_is_compared() -> None:
    """The last is like the second: neither the first of the bucket nor its neighbour."""
    signed = np.repeat(np.array([[0], [1], [2], [1]], np.uint64), 8, axis=1)
    parents = np.arange(4)
    _join(np.arange(4), np.full(4, 7, np.uint64), signed, 6, parents)
    assert parents.tolist() == [0, 1, 2, 1]


def test_texts_of_different_buckets_are_not_compared() -> None:
    parents = np.arange(3)
    keys = np.array([4, 5, 4], np.uint64)
    _join(np.array([0, 2, 1]), keys, np.ones((3, 8), np.uint64), 6, parents)
    assert parents.tolist() == [0, 1, 0]


def test_signatures_are_reproducible() -> None:
    first, second = (signatures([STORY, "other"], ThreadMap(jobs)) for jobs in (1, 2))
    assert first.shape == (2, SIGNATURE)
    assert first.dtype == np.uint64
    np.testing.assert_array_equal(first, second)
