from __future__ import annotations

import numpy as np
import pytest

from scoring.guidelines import ABUSE_KINDS, CATEGORIES
from training.sources.errors import TableError
from training.sources.labels import (
    LABELS,
    NO,
    REJECT,
    UNKNOWN,
    YES,
    LabelArray,
    no_or_unknown,
    three_valued,
    yes_or_no,
    yes_or_unknown,
)
from training.sources.table import (
    COLUMNS,
    build_table,
    concat_tables,
    dropped_counts,
    empty_table,
    validate_table,
)


def array(*values: int) -> LabelArray:
    return np.array(values, dtype=np.int8)


def one_row(**labels: int) -> dict[str, int]:
    given = {key: array(value) for key, value in labels.items()}
    row = build_table("invented", ["A comment."], ["0"], given).iloc[0]
    return {key: int(row[key]) for key in LABELS}


def test_columns_and_types() -> None:
    table = build_table(
        "invented", ["One.", "Two."], ["a", "b"], {REJECT: array(YES, NO)}, ["t", ""]
    )
    assert tuple(table.columns) == COLUMNS == ("text", "source", "row_id", "group", *LABELS)
    assert (REJECT, *CATEGORIES) == LABELS
    assert {str(table[key].dtype) for key in LABELS} == {"int8"}
    assert table["group"].tolist() == ["t", ""]
    assert table["profanity"].tolist() == [UNKNOWN, UNKNOWN]


def test_a_kind_of_abuse_is_abuse_and_is_rejected() -> None:
    row = one_row(sexism=YES)
    assert (row["abuse"], row[REJECT], row["racism"]) == (YES, YES, UNKNOWN)


def test_no_abuse_is_none_of_its_kinds_and_says_nothing_of_the_decision() -> None:
    row = one_row(abuse=NO)
    assert {row[kind] for kind in ABUSE_KINDS} == {NO}
    assert row[REJECT] == UNKNOWN


def test_abuse_leaves_its_kinds_unknown_unless_the_reader_names_them() -> None:
    row = one_row(abuse=YES, racism=NO)
    assert (row["racism"], row["sexism"]) == (NO, UNKNOWN)


def test_a_kind_wins_over_no_abuse() -> None:
    row = one_row(abuse=NO, racism=YES)
    assert (row["abuse"], row["racism"], row["sexism"]) == (YES, YES, UNKNOWN)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_rejects(category: str) -> None:
    assert one_row(**{category: YES})[REJECT] == YES
    assert one_row(**{category: YES, REJECT: NO})[REJECT] == YES


def test_approval_says_nothing_of_categories() -> None:
    row = one_row(reject=NO)
    assert {row[key] for key in CATEGORIES} == {UNKNOWN}


def test_three_values() -> None:
    yes, no = np.array([True, False, False]), np.array([False, True, False])
    assert three_valued(yes, no).tolist() == [YES, NO, UNKNOWN]
    assert yes_or_no(yes).tolist() == [YES, NO, NO]
    assert yes_or_unknown(yes).tolist() == [YES, UNKNOWN, UNKNOWN]
    assert no_or_unknown(no).tolist() == [UNKNOWN, NO, UNKNOWN]


def test_rows_without_text_are_dropped_and_counted() -> None:
    texts = ["kept", "", " \n", None, "kept too"]
    table = build_table("invented", texts, list("abcde"), {REJECT: array(0, 0, 0, 0, 1)})
    assert table["row_id"].tolist() == ["a", "e"]
    assert table[REJECT].tolist() == [NO, YES]
    assert dropped_counts(table) == {"empty": 2, "not UTF-8": 1}


def test_lone_surrogates_are_taken_out() -> None:
    table = build_table("invented", ["half\ud83d a pair", "\udc4d"], ["a", "b"], {})
    assert table["text"].tolist() == ["half a pair"]
    assert dropped_counts(table) == {"empty": 1}


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"rudeness": array(1)}, "'rudeness' is not a label; labels: reject, profanity"),
        ({"threat": array(1, 0)}, "threat has 2 rows, the texts have 1"),
        ({"threat": array(2)}, "threat must be int8 with the values 1, 0 and -1"),
    ],
)
def test_wrong_labels_are_refused(labels: dict[str, LabelArray], message: str) -> None:
    with pytest.raises(TableError, match=message):
        build_table("invented", ["A comment."], ["0"], labels)


def test_repeated_row_ids_are_refused() -> None:
    with pytest.raises(
        TableError, match=r"row_id repeats .* 1 rows, first \[\['invented', '0'\]\]"
    ):
        build_table("invented", ["One.", "Two."], ["0", "0"], {})


def test_a_table_that_was_changed_is_validated_again() -> None:
    table = build_table("invented", ["One."], ["0"], {"abuse": array(NO)})
    validate_table(table)
    with pytest.raises(TableError, match="racism breaks a rule between labels"):
        validate_table(table.assign(racism=array(UNKNOWN)))
    with pytest.raises(TableError, match="columns are"):
        validate_table(table.drop(columns="group"))
    with pytest.raises(TableError, match="text is empty"):
        validate_table(table.assign(text=" "))


def test_tables_join_with_their_counts() -> None:
    first = build_table("one", ["One.", ""], ["0", "1"], {})
    second = build_table("two", ["Two.", "", None], ["0", "1", "2"], {})
    joined = concat_tables([first, second])
    validate_table(joined)
    assert joined["source"].tolist() == ["one", "two"]
    assert joined.index.tolist() == [0, 1]
    assert dropped_counts(joined) == {"empty": 2, "not UTF-8": 1}


def test_no_tables_make_an_empty_one() -> None:
    assert len(concat_tables([])) == 0
    validate_table(empty_table())
