from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from training.sources.errors import SourceDamaged, SourceLayout, SourceMissing
from training.sources.labels import NO, UNKNOWN, YES
from training.sources.readers import compressed


def write_c3(folder: Path, rows: list[list[str]], columns: tuple[str, ...]) -> None:
    table = io.StringIO()
    csv.writer(table).writerows([columns, *rows])
    with zipfile.ZipFile(folder / compressed.C3_ARCHIVE, "w") as archive:
        archive.writestr(compressed.C3_TABLE, table.getvalue())


def test_c3_rejects_from_a_level_or_two_votes(tmp_path: Path) -> None:
    rows = [
        ["a1", "c1", "Toxic to most.", "2.4", "no_toxic:1"],
        ["a1", "c2", "An attack, said two.", "1.0", "teasing:1\npersonal_attack:2"],
        ["a2", "c3", "Clean.", "1.2", "no_toxic:5"],
        ["a2", "c4", "In between.", "1.6", "no_toxic:3"],
        ["a2", "c5", "One said attack.", "1.0", "personal_attack:1"],
        ["a2", "c6", "Nobody judged.", "", ""],
    ]
    write_c3(tmp_path, rows, compressed.C3_COLUMNS)
    table = compressed.read_c3(tmp_path)
    assert table["reject"].tolist() == [YES, YES, NO, UNKNOWN, UNKNOWN, UNKNOWN]
    assert table["personal_attack"].tolist() == [UNKNOWN, YES, NO, UNKNOWN, UNKNOWN, UNKNOWN]
    assert table["group"].tolist() == ["a1", "a1", "a2", "a2", "a2", "a2"]


def test_c3_of_another_layout(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        compressed.read_c3(tmp_path)
    write_c3(tmp_path, [], ("article_id",))
    with pytest.raises(SourceLayout, match="comment_text"):
        compressed.read_c3(tmp_path)
    (tmp_path / compressed.C3_ARCHIVE).write_bytes(b"no zip")
    with pytest.raises(SourceDamaged):
        compressed.read_c3(tmp_path)


def write_prompts(folder: Path, rows: list[object]) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / compressed.OPENAI_FILE).write_bytes(gzip.compress(lines.encode()))


def test_openai_moderation(tmp_path: Path) -> None:
    none = dict.fromkeys(compressed.OPENAI_LABELS, 0)
    write_prompts(
        tmp_path,
        [
            {"prompt": "Hateful.", **none, "H": 1},
            {"prompt": "Nothing.", **none},
            {"prompt": "Not wholly labelled.", "H": 0},
        ],
    )
    table = compressed.read_openai_moderation(tmp_path)
    assert table["reject"].tolist() == [YES, NO, UNKNOWN]
    assert table["abuse"].tolist() == [YES, NO, NO]


def test_openai_moderation_of_another_layout(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        compressed.read_openai_moderation(tmp_path)
    write_prompts(tmp_path, [{"text": "no prompt"}])
    with pytest.raises(SourceLayout):
        compressed.read_openai_moderation(tmp_path)
    (tmp_path / compressed.OPENAI_FILE).write_bytes(b"no gzip")
    with pytest.raises(SourceDamaged):
        compressed.read_openai_moderation(tmp_path)
