"""Parquet: schema, metadata, row groups and compression stay, and typed columns are added."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from scoring.archive.columns import COLUMNS

Write = Callable[[str, bytes], Path]
INSULT = "you are an idiot"
THANKS = "thank you for a clear and honest article"
TEXTS = [INSULT, THANKS, None, "", "zzzz qqqq", "x" * 20_481] * 5
CODES = [None, None, "missing_text", "empty_text", None, "text_too_long"] * 5


def write_table(path: Path, table: Any, **options: Any) -> Path:
    parquet.write_table(table, path, **options)
    return path


def table_of(texts: Any, **more: Any) -> Any:
    count = len(texts)
    columns = {"id": pa.array(range(count), pa.int16()), "text": texts, **more}
    return pa.table(columns)


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]
)
def test_columns_are_added_and_hold_what_classify_answers(
    tmp_path: Path, score: Any, results: Any, kind: Any
) -> None:
    array = pa.array(TEXTS, pa.string()).cast(kind)
    source = write_table(tmp_path / "c.parquet", table_of(array))
    scored = parquet.read_table(score(source, "--chunk-comments", "4").output)
    assert scored.select(["id", "text"]).equals(parquet.read_table(source))
    assert scored.column_names == ["id", "text", *COLUMNS]
    assert scored["moderation_error"].to_pylist() == CODES
    given = [text for text, code in zip(TEXTS, CODES, strict=True) if code is None]
    judged = scored.filter(pa.compute.is_null(scored["moderation_error"])).to_pylist()
    for row, result in zip(judged, results(given), strict=True):
        assert row["moderation_decision"] == result["decision"]
        assert row["moderation_reject"] == result["reject"]
        assert row["moderation_threat"] == result["categories"]["threat"]["reject"]
        assert (row["moderation_reasons"] or "").split() == result["reasons"]
        assert row["moderation_review_reason"] == result.get("review_reason")
    assert scored["moderation_reject"].type == pa.float64()


def test_schema_metadata_row_groups_and_compression_stay(tmp_path: Path, score: Any) -> None:
    kind = pa.struct([("a", pa.list_(pa.int8())), ("b", pa.string())])
    nested = pa.array([{"a": [1, 2], "b": None}] * 25, kind)
    required = pa.field("text", pa.string(), nullable=False, metadata={"pii": "yes"})
    schema = pa.schema([required, pa.field("n", kind)], metadata={"source": "invented"})
    table = pa.table([pa.array([INSULT] * 25), nested], schema=schema)
    source = write_table(tmp_path / "c.parquet", table, row_group_size=10, compression="zstd")
    before, after = parquet.ParquetFile(source), parquet.ParquetFile(score(source).output)
    assert after.schema_arrow.metadata == {b"source": b"invented"}
    assert after.schema_arrow.field("text") == required
    assert after.schema_arrow.field("text").metadata == {b"pii": b"yes"}
    assert after.read(["text", "n"]).equals(before.read())

    def groups(file: Any) -> list[int]:
        return [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]

    group = after.metadata.row_group(0)
    codecs = {group.column(n).compression for n in range(group.num_columns)}
    assert groups(after) == groups(before) == [10, 10, 5]
    assert codecs == {"ZSTD"}


def test_a_large_row_group_is_written_as_several(
    tmp_path: Path, score: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.archive.parquet_layout.GROUP_BYTES", 2000)
    monkeypatch.setattr("scoring.archive.parquet_layout.ROWS_AT_ONCE", 30)
    source = write_table(tmp_path / "c.parquet", table_of([f"{INSULT} {n}" for n in range(300)]))
    scored = parquet.ParquetFile(score(source, "--chunk-comments", "7").output)
    assert scored.num_row_groups > 1
    assert scored.read(["id", "text"]).equals(parquet.read_table(source))


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int8(), pa.string())])
def test_languages_of_the_archive(tmp_path: Path, score: Any, kind: Any) -> None:
    languages = pa.array(["de", "", None, "!"]).cast(kind)
    source = write_table(tmp_path / "c.parquet", table_of([THANKS] * 4, lang=languages))
    scored = parquet.read_table(score(source, "--language-column", "lang").output).to_pylist()
    german, empty, absent, wrong = scored
    assert (german["moderation_decision"], german["moderation_language"]) == ("review", "de")
    assert empty["moderation_reject"] == absent["moderation_reject"]
    assert wrong["moderation_error"] == "invalid_language"


def test_a_text_that_is_not_utf8_is_an_error_of_its_own(tmp_path: Path, score: Any) -> None:
    broken = pa.array([INSULT.encode(), b"caf\xe9", None]).view(pa.string())
    source = write_table(tmp_path / "c.parquet", table_of(broken))
    errors = parquet.read_table(score(source).output)["moderation_error"].to_pylist()
    assert errors == [None, "invalid_text", "missing_text"]


def test_no_rows(tmp_path: Path, score: Any) -> None:
    source = write_table(tmp_path / "c.parquet", table_of(pa.array([], pa.string())))
    assert parquet.read_table(score(source).output).column_names == ["id", "text", *COLUMNS]


def test_what_cannot_be_read_is_refused(tmp_path: Path, write: Write, score: Any) -> None:
    table = table_of([INSULT], moderation_error=["x"])
    source = write_table(tmp_path / "c.parquet", table)
    assert "a column 'moderation_error' already" in score(source, status=2).told
    plain = write_table(tmp_path / "p.parquet", table_of([INSULT]), compression="none")
    told = score(plain, "--text-column", "id", status=2).told
    assert "column 'id' is of type int16; name one of strings by --text-column" in told
    told = score(source, "--text-column", "body", status=2).told
    assert "name one of 'id', 'text', 'moderation_error' by --text-column" in told
    damaged = write("d.parquet", source.read_bytes()[:-7])
    assert "is not a Parquet file" in score(damaged, status=1).told
