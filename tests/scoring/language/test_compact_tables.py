"""The identifier's compact tables: from them come the numbers of the tables they are made from."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier, visit_counts

from scoring.language._identifier import feature_rows, visited_features
from scoring.language.compact_identifier import CompactIdentifier
from scoring.language.compact_tables import BYTES, CompactTables, FullTables, compact, one_state
from scoring.language.identifier_tables import packed_tables, unpack_tables


@pytest.fixture(scope="module")
def tables() -> CompactTables:
    return unpack_tables(packed_tables())


@pytest.fixture(scope="module")
def original() -> Any:
    """The identifier as py3langid ships it."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def automaton(moves: dict[int, dict[bytes, int]], output: list[int]) -> FullTables:
    """Tables of a few states, one row each, that go to state 0 unless told otherwise."""
    nextmove = np.zeros((len(output), BYTES), np.uint32)
    for state, told in moves.items():
        for byte, following in told.items():
            nextmove[state, byte[0]] = following
    rows = np.arange(len(output), dtype=np.uint16)
    features = max(output) + 1
    ptc = np.zeros((features, 1), np.float16)
    return one_state()._replace(
        ptc=ptc, nextmove=nextmove.ravel(), row=rows, output=np.array(output)
    )


def visited(tables: CompactTables, text: bytes) -> list[int]:
    found: list[int] = visited_features(np.frombuffer(text, np.uint8), *tables.automaton).tolist()
    return found


def walked(full: FullTables, text: bytes) -> list[int]:
    """The features that the full tables lead to, step by step."""
    state, features = 0, []
    for byte in text:
        state = full.nextmove[BYTES * int(full.row[state]) + byte]
        features.append(int(full.output[state]))
    return [feature for feature in features if feature >= 0]


def test_a_state_keeps_only_the_moves_that_its_suffix_does_not_make() -> None:
    # finds "a" (feature 0), "ab" (1) and "b" (2): "ab" moves as "b" does, and "b" as nothing does
    after = {b"a": 1, b"b": 3}
    full = automaton({0: after, 1: {b"a": 1, b"b": 2}, 2: after, 3: after}, [-1, 0, 1, 2])
    tables = compact(full)
    assert len(tables.move_byte) == BYTES + 1
    assert visited(tables, b"abxbaab") == [0, 1, 2, 0, 0, 1]


def test_any_automaton_comes_back() -> None:
    source = np.random.default_rng(5)
    full = automaton({}, list(range(-1, 39)))._replace(
        nextmove=source.integers(0, 40, 30 * BYTES, np.uint32),
        row=source.integers(0, 30, 40).astype(np.uint16),
    )
    text = source.bytes(5000)
    assert visited(compact(full), text) == walked(full, text)


def test_states_that_nothing_leads_to_are_kept() -> None:
    full = automaton({1: {b"a": 1}}, [-1, 0])
    tables = compact(full)
    assert tables.move_state[tables.move_at[tables.row[1]]] == 1


def test_a_feature_lists_only_the_classes_above_their_lowest_logarithm() -> None:
    ptc = np.array([[-9, -9, -3], [-9, -2, -8], [-1, -9, -8]], np.float16)
    classes = np.array(["de", "en", "fr"])
    tables = compact(one_state()._replace(ptc=ptc, pc=np.zeros(3, np.float32), classes=classes))
    assert tables.floor.tolist() == [-9, -9, -8]
    assert tables.ptc_class.tolist() == [2, 1, 0]
    np.testing.assert_array_equal(feature_rows(np.arange(3), *tables.logarithms), ptc)


@pytest.mark.parametrize(
    "changed",
    [
        {"ptc": np.zeros((1, 1), np.float32)},
        {"ptc": np.full((1, 1), np.nan, np.float16)},
        {"classes": np.array(["en"] * 257), "ptc": np.zeros((1, 257), np.float16)},
    ],
    ids=["other numbers", "no number", "many classes"],
)
def test_tables_that_cannot_be_kept_exactly_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="install the version"):
        compact(one_state()._replace(**changed))


def test_the_whole_automaton_and_model_come_back(tables: CompactTables, original: Any) -> None:
    source = random.Random(3)  # noqa: S311  # texts, no secret
    words = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    text = b"".join(words) + source.randbytes(200_000)
    arrays = original.tk_nextmove, original._rowbase, original.tk_output
    assert Counter(visited(tables, text)) == visit_counts(*arrays, text)
    rows = feature_rows(np.arange(len(original.nb_ptc)), *tables.logarithms)
    np.testing.assert_array_equal(rows, original.nb_ptc)


def test_they_are_small(tables: CompactTables) -> None:
    assert sum(array.nbytes for array in tables) < 12e6


def test_every_answer_is_the_librarys_own(
    tables: CompactTables, original: Any, fuzz_texts: list[str]
) -> None:
    identifier = CompactIdentifier(tables)
    texts = [*fuzz_texts, *(text.upper() for text in fuzz_texts), "\ud800 half", "a " * 1000]
    for text in texts:
        assert identifier.classify(text) == original.classify(text)
    assert identifier.rank(texts[2]) == original.rank(texts[2])
