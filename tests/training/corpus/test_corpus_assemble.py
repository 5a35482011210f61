from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scoring.guidelines import HEADS
from training.corpus.merge import (
    BENCHMARK,
    HELD_BACK,
    TRAIN,
    CorpusError,
    annotate,
    assemble,
    label_matrix,
    merge_copies,
)
from training.keys import fold_key
from training.own_labels.annotations import read_annotations
from training.sources.labels import LABELS, NO, UNKNOWN, YES

STORY = (
    "The council met on Monday evening to talk about the old bridge and after four hours of "
    "argument the members agreed that it cannot be repaired with the money that is left"
)
EDITED = STORY.replace("Monday", "Tuesday")
OTHER = "Trains were late again this morning, and nobody at the station could tell anybody why."

MakeTable = Callable[..., pd.DataFrame]
WriteAnnotations = Callable[..., Path]


@pytest.fixture
def nothing(tmp_path: Path) -> pd.DataFrame:
    """No annotation."""
    return read_annotations(tmp_path)


def corpus_of(
    nothing: pd.DataFrame, *tables: pd.DataFrame, benchmarks: Any = (), held_back: Any = ()
) -> pd.DataFrame:
    keys = frozenset(fold_key(text) for text in held_back)
    return assemble(tables, benchmarks, nothing, keys, {"a": 2.0, "b": 1.0}).rows


def texts_in(rows: pd.DataFrame, split: str) -> set[str]:
    return set(rows.loc[rows["split"] == split, "text"])


class TestMergeCopies:
    def test_one_row_a_key_in_order_of_the_key(self, make_table: MakeTable) -> None:
        rows = merge_copies([make_table("a", ["Hello!", "World", "hello"])], {})
        assert rows["key"].tolist() == sorted({fold_key("hello"), fold_key("world")})

    def test_heavier_source_gives_labels_and_origin(self, make_table: MakeTable) -> None:
        light = make_table("light", ["hello there"], ["thread 1"], profanity=[YES])
        heavy = make_table("heavy", ["Hello there"], ["thread 2"], profanity=[NO])
        for tables in ([light, heavy], [heavy, light]):
            row = merge_copies(tables, {"heavy": 2.0, "light": 1.0}).iloc[0]
            assert (row["profanity"], row["source"], row["group"]) == (NO, "heavy", "thread 2")

    def test_lighter_source_adds_what_the_heavier_does_not_know(
        self, make_table: MakeTable
    ) -> None:
        light = make_table("light", ["hello"], threat=[NO], profanity=[NO])
        heavy = make_table("heavy", ["hello"], profanity=[YES])
        row = merge_copies([light, heavy], {"heavy": 2.0, "light": 1.0}).iloc[0]
        assert (row["profanity"], row["threat"], row["vulgarity"]) == (YES, NO, UNKNOWN)

    def test_source_without_a_weight_is_the_lightest(self, make_table: MakeTable) -> None:
        tables = [make_table("x", ["hello"], reject=[YES]), make_table("a", ["hello"], reject=[NO])]
        assert merge_copies(tables, {"a": 0.1}).iloc[0]["reject"] == NO

    def test_text_of_the_least_altered_copy(self, make_table: MakeTable) -> None:
        lowered = make_table("heavy", ["you are wrong, sir!"])
        original = make_table("light", ["You are wrong, Sir"])
        row = merge_copies([lowered, original], {"heavy": 2.0, "light": 1.0}).iloc[0]
        assert (row["text"], row["source"]) == ("You are wrong, Sir", "heavy")

    def test_contradictory_labels_keep_the_rules_between_labels(
        self, make_table: MakeTable
    ) -> None:
        says_no = make_table("heavy", ["hello"], reject=[NO], abuse=[NO])
        says_kind = make_table("light", ["hello"], racism=[YES])
        row = merge_copies([says_no, says_kind], {"heavy": 2.0, "light": 1.0}).iloc[0]
        # `abuse` no made the four kinds no in the heavier copy, and the heavier copy counts
        assert (row["racism"], row["abuse"], row["reject"]) == (NO, NO, NO)

    def test_hierarchy_holds_after_merging(self, make_table: MakeTable) -> None:
        decision = make_table("heavy", ["hello"], reject=[NO])
        category = make_table("light", ["hello"], racism=[YES])
        row = merge_copies([decision, category], {"heavy": 2.0, "light": 1.0}).iloc[0]
        assert (row["racism"], row["abuse"], row["reject"]) == (YES, YES, YES)

    def test_texts_without_letters_are_left_out(self, make_table: MakeTable) -> None:
        rows = merge_copies([make_table("a", ["?!?", "😀", "fine"])], {})
        assert rows["text"].tolist() == ["fine"]

    def test_nothing_at_all_is_an_error(self, make_table: MakeTable) -> None:
        with pytest.raises(CorpusError, match="no comment to train on"):
            merge_copies([make_table("a", ["?!?"])], {})

    def test_labels_stay_small_integers(self, make_table: MakeTable) -> None:
        rows = merge_copies([make_table("a", ["hello"], reject=[YES])], {})
        assert {str(rows[key].dtype) for key in LABELS} == {"int8"}


class TestAnnotate:
    def test_annotation_overrides_every_label(
        self, make_table: MakeTable, write_annotations: WriteAnnotations
    ) -> None:
        rows = merge_copies(
            [make_table("a", ["hello", "bye"], profanity=[YES, YES], threat=[YES, NO])], {}
        )
        annotations = read_annotations(
            write_annotations(
                {"text": "Hello!", "decision": "reject", "categories": "sexism abuse",
                 "inclusion_probability": "0.25", "certainty": "unsure"}
            )
        )  # fmt: skip
        row = annotate(rows, annotations).set_index("text").loc["hello"]
        yes = {key for key in LABELS if row[key] == YES}
        assert yes == {"reject", "abuse", "sexism"}
        assert all(row[key] != UNKNOWN for key in LABELS)
        assert (row["annotated"], row["inclusion_probability"]) == (True, 0.25)
        assert row["certainty"] == "unsure"

    def test_other_rows_keep_their_labels(
        self, make_table: MakeTable, write_annotations: WriteAnnotations
    ) -> None:
        rows = merge_copies([make_table("a", ["hello", "bye"], profanity=[YES, YES])], {})
        annotations = read_annotations(write_annotations({"text": "hello"}))
        row = annotate(rows, annotations).set_index("text").loc["bye"]
        assert (row["profanity"], row["threat"], row["annotated"]) == (YES, UNKNOWN, False)
        assert np.isnan(row["inclusion_probability"])
        assert row["certainty"] == ""

    def test_without_annotations(self, make_table: MakeTable, nothing: pd.DataFrame) -> None:
        rows = annotate(merge_copies([make_table("a", ["hello"])], {}), nothing)
        assert rows["annotated"].tolist() == [False]
        assert rows["inclusion_probability"].isna().all()

    def test_annotation_of_a_comment_that_is_not_there(
        self, make_table: MakeTable, write_annotations: WriteAnnotations
    ) -> None:
        rows = merge_copies([make_table("a", ["hello"])], {})
        annotations = read_annotations(write_annotations({"text": "something else"}))
        assert len(annotate(rows, annotations)) == 1


class TestSplits:
    def test_held_back_rows_and_their_near_duplicates_are_never_trained_on(
        self, make_table: MakeTable, nothing: pd.DataFrame
    ) -> None:
        table = make_table("a", [STORY, EDITED, OTHER], reject=[NO, YES, NO])
        rows = corpus_of(nothing, table, held_back=[STORY])
        assert texts_in(rows, HELD_BACK) == {STORY}
        assert texts_in(rows, TRAIN) == {OTHER}

    def test_held_back_row_found_under_another_spelling(
        self, make_table: MakeTable, nothing: pd.DataFrame
    ) -> None:
        rows = corpus_of(nothing, make_table("a", [OTHER, "FINE!"]), held_back=["fine"])
        assert texts_in(rows, HELD_BACK) == {"FINE!"}

    def test_benchmark_rows_and_their_near_duplicates_are_never_trained_on(
        self, make_table: MakeTable, nothing: pd.DataFrame
    ) -> None:
        table = make_table("a", [STORY, EDITED, OTHER], reject=[NO, YES, NO])
        benchmark = make_table("c", [STORY.upper()], reject=[YES])
        rows = corpus_of(nothing, table, benchmarks=[benchmark])
        assert texts_in(rows, TRAIN) == {OTHER}
        assert texts_in(rows, BENCHMARK) == {STORY}

    def test_comment_both_held_back_and_in_a_benchmark_is_not_trained_on(
        self, make_table: MakeTable, nothing: pd.DataFrame
    ) -> None:
        tables = [make_table("a", [STORY, OTHER])]
        rows = corpus_of(nothing, *tables, benchmarks=[make_table("c", [STORY])], held_back=[STORY])
        assert texts_in(rows, TRAIN) == {OTHER}

    def test_part_has_a_fresh_index(self, make_table: MakeTable, nothing: pd.DataFrame) -> None:
        table = make_table("a", [STORY, OTHER, "fine"])
        corpus = assemble([table], [], nothing, frozenset({fold_key(STORY)}), {})
        part = corpus.part(TRAIN)
        assert part.index.tolist() == [0, 1]
        assert len(corpus.part(HELD_BACK)) == 1


class TestGroups:
    def test_near_duplicates_share_a_group(
        self, make_table: MakeTable, nothing: pd.DataFrame
    ) -> None:
        rows = corpus_of(nothing, make_table("a", [STORY, EDITED, OTHER], reject=[NO, YES, NO]))
        groups = rows.set_index("text")["group"]
        assert groups[STORY] == groups[EDITED] != groups[OTHER]

    def test_thread_is_one_group_and_names_are_per_source(
        self, make_table: MakeTable, nothing: pd.DataFrame
    ) -> None:
        first = make_table("a", ["first of all", "and second"], ["7", "7"])
        second = make_table("b", ["quite another matter"], ["7"])
        groups = corpus_of(nothing, first, second).set_index("text")["group"]
        assert groups["first of all"] == groups["and second"]
        assert groups["first of all"] != groups["quite another matter"]

    def test_comments_without_a_thread_are_apart(
        self, make_table: MakeTable, nothing: pd.DataFrame
    ) -> None:
        rows = corpus_of(nothing, make_table("a", ["one thing", "another matter", OTHER]))
        assert rows["group"].nunique() == 3

    @pytest.mark.parametrize("seed", range(5))
    def test_chain_of_threads_joined_by_near_duplicates_is_one_group(
        self, make_table: MakeTable, nothing: pd.DataFrame, seed: int
    ) -> None:
        """Thread i ends with a comment that thread i + 1 begins with, slightly edited."""
        subjects = ["harbour", "railway", "hospital", "library", "stadium", "airport", "market",
                    "theatre", "cemetery", "brewery", "orchard", "quarry"]  # fmt: skip
        texts, threads = [], []
        for i, subject in enumerate(subjects):
            text = f"{subject} {subject}s and {subject}ing: {' '.join(subject * 2 for _ in '12')} "
            text += f"when the {subject} of {subject}ville was sold to {subject}land in {subject}y"
            texts += [text, text + f" {subject}!"]
            threads += [str(i), str(i + 1)]
        order = np.random.default_rng(seed).permutation(len(texts))
        table = make_table(
            "a", [texts[i] for i in order], [threads[i] for i in order],
            reject=[int(i % 2) for i in order],
        )  # fmt: skip
        assert corpus_of(nothing, table)["group"].nunique() == 1


class TestRepeats:
    def test_near_duplicate_with_the_same_labels_is_dropped(
        self, make_table: MakeTable, nothing: pd.DataFrame
    ) -> None:
        rows = corpus_of(nothing, make_table("a", [STORY, EDITED, OTHER], reject=[YES, YES, YES]))
        assert len(rows) == 2

    def test_near_duplicate_with_other_labels_stays(
        self, make_table: MakeTable, nothing: pd.DataFrame
    ) -> None:
        rows = corpus_of(nothing, make_table("a", [STORY, EDITED], reject=[YES, NO]))
        assert texts_in(rows, TRAIN) == {STORY, EDITED}

    def test_annotated_and_written_repeats_stay(
        self, make_table: MakeTable, write_annotations: WriteAnnotations
    ) -> None:
        annotations = read_annotations(write_annotations({"text": STORY}, {"text": EDITED}))
        assert len(corpus_of(annotations, make_table("a", [STORY, EDITED]))) == 2
        nothing = annotations.iloc[:0]
        assert len(corpus_of(nothing, make_table("written", [STORY, EDITED], reject=[NO, NO]))) == 2

    def test_held_back_repeats_stay(self, make_table: MakeTable, nothing: pd.DataFrame) -> None:
        table = make_table("a", [STORY, EDITED], reject=[NO, NO])
        rows = corpus_of(nothing, table, held_back=[STORY, EDITED])
        assert texts_in(rows, HELD_BACK) == {STORY, EDITED}


def test_order_of_tables_does_not_change_the_corpus(
    make_table: MakeTable, nothing: pd.DataFrame
) -> None:
    first = make_table("a", [STORY, OTHER, "fine"], reject=[YES, NO, NO])
    second = make_table("b", [EDITED, OTHER.upper()], reject=[NO, YES])
    pd.testing.assert_frame_equal(
        corpus_of(nothing, first, second), corpus_of(nothing, second, first)
    )


def test_label_matrix_is_in_the_order_of_the_heads(make_table: MakeTable) -> None:
    matrix = label_matrix(make_table("a", ["x", "y"], reject=[YES, NO], threat=[UNKNOWN, NO]))
    assert matrix.shape == (2, len(HEADS))
    assert matrix.dtype == np.int8
    assert matrix[:, HEADS.index("reject")].tolist() == [YES, NO]
    assert matrix[:, HEADS.index("threat")].tolist() == [UNKNOWN, NO]
