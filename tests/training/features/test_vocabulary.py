from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

import training.chunks
import training.features.vocabulary
from scoring.ngrams.batch import batch_terms
from scoring.ngrams.extract import TermSettings, hash_term
from scoring.parallel.chunk_map import ThreadMap
from scoring.text.normalise import normalise
from training.features._counting import count_columns, count_groups
from training.features._hash_table import lookup_table
from training.features.vocabulary import (
    Vocabulary,
    count_matrix,
    count_vocabulary,
    inverse_document_frequency,
    scale_blocks,
    tf_idf,
)

SETTINGS = TermSettings(longest_word=2, shortest_character=2, longest_character=4)
TEXTS = [
    "A cat sat on the mat.",
    "The cat, the cat, THE CAT!",
    "A dog sat on a cat; bad dog",
    "dogs and cats: no b@d d0g here",
    "",
    "On the 12th the mat was sold at www.mats.example for $5",
    "Ça va, the cat said, and the dog sat.",
]
ALONE = np.arange(len(TEXTS))
THREAD = ThreadMap(1)


def plain_terms(text: str, settings: TermSettings) -> list[int]:
    """Every term of a text, by the definition and in plain Python."""
    tokens = normalise(text).tokens
    terms = [
        hash_term(" ".join(tokens[i : i + n]), word=True)
        for n in range(1, settings.longest_word + 1)
        for i in range(len(tokens) - n + 1)
    ]
    for token in tokens:
        padded = f" {token} "
        found = [
            padded[i : i + n]
            for n in range(settings.shortest_character, settings.longest_character + 1)
            for i in range(len(padded) - n + 1)
        ]
        short = len(padded) < settings.shortest_character
        terms += [hash_term(gram, word=False) for gram in ([padded] if short else found)]
    return terms


def plain_groups(texts: list[str], groups: list[int], settings: TermSettings) -> dict[int, int]:
    seen: dict[int, set[int]] = defaultdict(set)
    for text, group in zip(texts, groups, strict=True):
        for term in plain_terms(text, settings):
            seen[term].add(group)
    return {term: len(groups) for term, groups in seen.items()}


@pytest.mark.parametrize(
    "settings", [SETTINGS, TermSettings(), TermSettings(1, 5, 5), TermSettings(3, 3, 3)]
)
def test_groups_are_counted_as_in_plain_python(settings: TermSettings) -> None:
    vocabulary = count_vocabulary(TEXTS, ALONE, settings, THREAD, fewest_groups=1)
    found = dict(zip(vocabulary.hashes.tolist(), vocabulary.groups.tolist(), strict=True))
    assert found == plain_groups(TEXTS, ALONE.tolist(), settings)


def test_hashes_ascend_and_know_their_block() -> None:
    vocabulary = count_vocabulary(TEXTS, ALONE, SETTINGS, THREAD, fewest_groups=1)
    assert (np.diff(vocabulary.hashes.astype(object)) > 0).all()
    words = {hash_term(token, word=True) for text in TEXTS for token in normalise(text).tokens}
    assert words <= set(vocabulary.hashes[vocabulary.words].tolist())
    assert words.isdisjoint(vocabulary.hashes[~vocabulary.words].tolist())


def test_fewest_groups_counts_distinct_groups() -> None:
    texts = ["spam spam spam", "spam spam", "spam eggs", "eggs", "eggs ham", "ham"]
    groups = np.array([1, 1, 1, 2, 3, 3])
    vocabulary = count_vocabulary(texts, groups, SETTINGS, THREAD, fewest_groups=2)
    kept = set(vocabulary.hashes.tolist())
    assert hash_term("eggs", word=True) in kept  # groups 1, 2 and 3
    assert hash_term("spam", word=True) not in kept  # six times, all in group 1
    assert hash_term("ham", word=True) not in kept
    assert vocabulary.groups.min() >= 2


def test_no_text() -> None:
    vocabulary = count_vocabulary([], np.zeros(0, np.int64), SETTINGS, THREAD)
    assert len(vocabulary.hashes) == 0
    assert count_matrix([], vocabulary, THREAD).shape == (0, 0)


@pytest.mark.parametrize("capacity", [16, 64, 1024])
def test_tables_grow_without_losing_a_count(monkeypatch: pytest.MonkeyPatch, capacity: int) -> None:
    """The first text alone has more terms than twice the smallest table; two texts a chunk."""
    texts = [" ".join(f"{a}{b}" for a in "bcdfghjk" for b in "aeiou"), *TEXTS, *TEXTS]
    groups = np.arange(len(texts)) // 2
    monkeypatch.setattr(training.features.vocabulary, "_CHUNK_CAPACITY", capacity)
    monkeypatch.setattr(training.features.vocabulary, "_WHOLE_CAPACITY", capacity)
    monkeypatch.setattr(training.chunks, "CHUNK_POINTS", 1)
    vocabulary = count_vocabulary(texts, groups, SETTINGS, THREAD, fewest_groups=1)
    found = dict(zip(vocabulary.hashes.tolist(), vocabulary.groups.tolist(), strict=True))
    assert found == plain_groups(texts, groups.tolist(), SETTINGS)
    words = {hash_term(token, word=True) for text in texts for token in normalise(text).tokens}
    assert words <= set(vocabulary.hashes[vocabulary.words].tolist())


def test_growth_keeps_the_last_group_of_a_term() -> None:
    """One group: its second text makes the table grow, its third has the first one's term."""
    batch = batch_terms(["cat", "dog bird fish", "cat"], SETTINGS)
    keys, groups, _ = count_groups(*batch, np.full(3, 7), 16)
    assert len(keys) == len(set(batch.hashes.tolist()))
    assert set(groups.tolist()) == {1}


@pytest.mark.parametrize("width", [1, 255, 256, 300, 100_000])
def test_columns_ascend_whatever_the_width(width: int) -> None:
    """Texts that repeat terms, of none to all columns of a vocabulary."""
    generator = np.random.default_rng(width)
    known = np.unique(generator.integers(1, 2**63, width, dtype=np.uint64))
    texts = [generator.choice(known, size) for size in (0, 1, 2, min(width, 4000), 500)]
    text_at = np.concatenate([[0], np.cumsum([len(text) for text in texts])])
    columns, counts, sizes = count_columns(
        np.concatenate(texts), text_at, *lookup_table(known), len(known)
    )
    ends = np.cumsum(sizes)
    for text, size, end in zip(texts, sizes, ends, strict=True):
        expected, times = np.unique(np.searchsorted(known, text), return_counts=True)
        np.testing.assert_array_equal(columns[end - size : end], expected)
        np.testing.assert_array_equal(counts[end - size : end], times)


@pytest.mark.parametrize("jobs", [1, 3])
def test_chunks_and_threads_change_no_value(monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    texts, groups = TEXTS * 5, np.arange(5 * len(TEXTS)) // 3
    whole = count_vocabulary(texts, groups, SETTINGS, THREAD, fewest_groups=2)
    matrix = count_matrix(texts, whole, THREAD)
    monkeypatch.setattr(training.chunks, "CHUNK_POINTS", 40)
    found = count_vocabulary(texts, groups, SETTINGS, ThreadMap(jobs), fewest_groups=2)
    for name in ("hashes", "groups", "words"):
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))
    again = count_matrix(texts, found, ThreadMap(jobs))
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(again, name), getattr(matrix, name))


def test_count_matrix_equals_plain_counts() -> None:
    vocabulary = count_vocabulary(TEXTS, ALONE, SETTINGS, THREAD, fewest_groups=2)
    matrix = count_matrix(TEXTS, vocabulary, THREAD)
    assert matrix.shape == (len(TEXTS), len(vocabulary.hashes))
    assert matrix.dtype == np.float32
    for row, text in enumerate(TEXTS):
        counts = Counter(plain_terms(text, SETTINGS))
        expected = [counts.get(term, 0) for term in vocabulary.hashes.tolist()]
        np.testing.assert_array_equal(matrix[row].toarray()[0], expected)


def test_terms_that_are_not_known_are_not_counted() -> None:
    vocabulary = count_vocabulary(TEXTS, ALONE, SETTINGS, THREAD, fewest_groups=2)
    assert count_matrix(["ψφξ"], vocabulary, THREAD).nnz == 0


def of_scikit_learn(words: bool) -> TfidfVectorizer:
    """The same block of terms by scikit-learn, over tokens joined by spaces."""
    shapes = (
        {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\S+"}
        if words
        else {"analyzer": "char_wb", "ngram_range": (2, 4)}
    )
    return TfidfVectorizer(lowercase=False, sublinear_tf=True, norm="l2", min_df=2, **shapes)


@pytest.mark.parametrize("words", [True, False], ids=["words", "characters"])
def test_values_equal_scikit_learn_in_each_block(words: bool) -> None:
    vocabulary = count_vocabulary(TEXTS, ALONE, SETTINGS, THREAD, fewest_groups=2)
    idf = inverse_document_frequency(vocabulary, len(TEXTS))
    block = vocabulary.words == words
    values = tf_idf(count_matrix(TEXTS, vocabulary, THREAD), vocabulary, idf)[
        :, np.flatnonzero(block)
    ]
    vectorizer = of_scikit_learn(words)
    joined = [" ".join(normalise(text).tokens) for text in TEXTS]
    vectorizer.fit(joined)
    names = vectorizer.get_feature_names_out()
    np.testing.assert_allclose(
        np.sort(vectorizer.idf_), np.sort(idf[block]), rtol=2**-11
    )  # float16
    vectorizer.idf_ = vectorizer.idf_.astype(np.float16).astype(np.float64)
    order = np.argsort(np.array([hash_term(name, word=words) for name in names], np.uint64))
    assert len(names) == block.sum()
    expected = vectorizer.transform(joined).toarray()[:, order]
    np.testing.assert_allclose(values.toarray(), expected, atol=1e-6)


def toy_vocabulary(words: list[bool]) -> Vocabulary:
    size = len(words)
    return Vocabulary(
        SETTINGS, np.arange(1, size + 1, dtype=np.uint64), np.ones(size, np.int32), np.array(words)
    )


def test_idf_is_rounded_to_what_an_artifact_stores() -> None:
    vocabulary = count_vocabulary(TEXTS, ALONE, SETTINGS, THREAD, fewest_groups=1)
    idf = inverse_document_frequency(vocabulary, len(TEXTS))
    assert idf.dtype == np.float32
    np.testing.assert_array_equal(idf, idf.astype(np.float16).astype(np.float32))
    exact = np.log((1 + len(TEXTS)) / (1 + vocabulary.groups)) + 1
    np.testing.assert_allclose(idf, exact, rtol=2**-11)


def test_scale_blocks_scales_each_block_of_a_row_to_length_one() -> None:
    vocabulary = toy_vocabulary([True, False, True, False])
    values = sparse.csr_matrix(
        np.array([[3, 5, 4, 12], [0, 2, 0, 0], [0, 0, 0, 0]], dtype=np.float32)
    )
    scaled = scale_blocks(values, vocabulary).toarray()
    np.testing.assert_allclose(scaled[0], [3 / 5, 5 / 13, 4 / 5, 12 / 13], rtol=1e-6)
    np.testing.assert_array_equal(scaled[1:], [[0, 1, 0, 0], [0, 0, 0, 0]])


def test_keep_leaves_the_chosen_terms_in_order() -> None:
    kept = toy_vocabulary([True, False, True]).keep(np.array([True, False, True]))
    assert kept.hashes.tolist() == [1, 3]
    assert kept.words.tolist() == [True, True]
    assert kept.settings == SETTINGS
