from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from training.sources.errors import SourceDamaged, SourceLayout, SourceMissing
from training.sources.files import (
    equals,
    flags,
    read_cells,
    read_files,
    read_json_lines,
    read_pairs,
)


def test_cells_come_as_written(write_csv: Callable[..., Path]) -> None:
    path = write_csv(
        "a.csv", ["id", "text", "other"], [["007", "NA", "x"], ["1", "null", "y"], ["2", "", "z"]]
    )
    cells = read_cells(path, ("id", "text"))
    assert list(cells.columns) == ["id", "text"]
    assert cells.to_numpy().tolist() == [["007", "NA"], ["1", "null"], ["2", ""]]


def test_quotes_line_breaks_and_nuls_stay_in_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'id,text\n1,"two\nlines, ""quoted"""\n2,nul\x00inside\n3,carriage\rreturn\n')
    cells = read_cells(path, ("id", "text"))
    assert cells["text"].tolist() == ['two\nlines, "quoted"', "nul\x00inside", "carriage\rreturn"]


def test_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfid,text\r\n1,one\r\n2,two\r\n")
    assert read_cells(path, ("id", "text")).to_numpy().tolist() == [["1", "one"], ["2", "two"]]


def test_a_blank_first_line_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\nid,text\n1,one\n")
    assert read_cells(path, ("id", "text")).to_numpy().tolist() == [["1", "one"]]


def test_wrong_utf8_is_none_in_the_text_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n1,caf\xe9\n2,caf\xc3\xa9\n")
    assert read_cells(path, ("id", "text"), text="text")["text"].tolist() == [None, "café"]


def test_columns_without_a_name_get_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b",text,,text\n0,one,x,y\n")
    cells = read_cells(path, ("unnamed_0", "text", "unnamed_2", "unnamed_3"))
    assert cells.to_numpy().tolist() == [["0", "one", "x", "y"]]


def test_cells_beyond_the_header_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n1,one,more,and more\n2,two\n3\n")
    cells = read_cells(path, ("id", "text"))
    assert cells.to_numpy().tolist() == [["1", "one"], ["2", "two"], ["3", ""]]


def test_optional_columns_are_read_where_they_exist(write_csv: Callable[..., Path]) -> None:
    path = write_csv("a.csv", ["id", "text"], [["1", "one"]])
    assert list(read_cells(path, ("text",), also=("id", "article")).columns) == ["id", "text"]


def test_a_zip_of_one_file_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.csv.zip", "w") as archive:
        archive.writestr("a.csv", "id,text\n1,one\n")
    assert read_cells(tmp_path / "a.csv.zip", ("id", "text")).to_numpy().tolist() == [["1", "one"]]


def test_what_is_no_zip_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.csv.zip").write_bytes(b"id,text\n")
    with pytest.raises(SourceDamaged, match=r"a\.csv\.zip cannot be parsed"):
        read_cells(tmp_path / "a.csv.zip", ("id", "text"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for read in (
        lambda path: read_cells(path, ("id",)),
        lambda path: read_json_lines(path, ("id",)),
        read_pairs,
    ):
        with pytest.raises(SourceMissing, match=f"{tmp_path.name}/a.csv is not there"):
            read(tmp_path / "a.csv")


def test_a_missing_column_is_named_with_those_found(write_csv: Callable[..., Path]) -> None:
    path = write_csv("a.csv", ["id", "comment"], [["1", "one"]])
    with pytest.raises(SourceLayout, match=r"a\.csv has the columns id, comment; .* missing: text"):
        read_cells(path, ("id", "text"))


@pytest.mark.parametrize("content", [b"", b"\n\n", b'id,text\n1,"open\n'])
def test_what_cannot_be_parsed_is_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(SourceDamaged, match=r"a\.csv"):
        read_cells(path, ("id", "text"))


def test_several_files_know_where_a_row_is_from(
    write_csv: Callable[..., Path], tmp_path: Path
) -> None:
    write_csv("a.csv", ["text"], [["one"], ["two"]])
    write_csv("b.csv", ["text", "more"], [["three", "x"]])
    cells = read_files(tmp_path, ("a.csv", "b.csv"), ("text",))
    assert cells["stem"].tolist() == ["a", "a", "b"]
    assert cells["row"].tolist() == ["0", "1", "0"]
    assert cells.index.tolist() == [0, 1, 2]


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id": 1, "text": "half \\ud83d"}\n{"text": "whole", "id": 2}\n', encoding="utf-8"
    )
    assert read_json_lines(path, ("id", "text")).to_numpy().tolist() == [
        [1, "half \ud83d"],
        [2, "whole"],
    ]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b'{"id": 1}', SourceLayout),
        (b"[1]", SourceDamaged),
        (b"{", SourceDamaged),
        (b'{"text": "caf\xe9"}', SourceDamaged),
    ],
)
def test_wrong_json_lines(tmp_path: Path, line: bytes, error: type[Exception]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": 1, "text": "one"}\n' + line)
    with pytest.raises(error, match=r"a\.jsonl"):
        read_json_lines(path, ("id", "text"))


def test_pairs(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"1,NOT\r\n2,OFF\r\n")
    assert read_pairs(path) == {"1": "NOT", "2": "OFF"}
    path.write_bytes(b"1,NOT,3\n")
    with pytest.raises(SourceLayout, match="two cells"):
        read_pairs(path)


def test_flags_know_their_spellings() -> None:
    cells = pd.DataFrame({"mark": ["1", "0", "1.0", "0.0", "True", "False", 1, 0]}, dtype=object)
    assert flags(cells, "mark").tolist() == [True, False] * 4
    assert flags(cells, "mark").dtype == np.bool_


def test_unknown_values_are_counted_and_never_shown() -> None:
    cells = pd.DataFrame({"mark": ["1", "a private text", "2"]}, dtype=object)
    checks: tuple[Callable[[], object], ...] = (
        lambda: flags(cells, "mark"),
        lambda: equals(cells, "mark", "1", ("1", "0")),
    )
    for check in checks:
        with pytest.raises(
            SourceLayout, match="column mark: 2 cells, the first in data row 1"
        ) as caught:
            check()
        assert "private" not in str(caught.value)
