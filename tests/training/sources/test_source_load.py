from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from training.sources.errors import SourceError
from training.sources.load import load_sources, read_source
from training.sources.registry import Registry, Source, SourceFile
from training.sources.table import validate_table

CONTENT = b"text,toxic\nA quiet afternoon.,0\n,1\n"
FILE = SourceFile("toxic_comments.csv", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
SOURCE = Source(
    key="jigsaw-ak5000",
    title="Invented",
    domain="wiki",
    role="train",
    licence="CC0-1.0",
    weights_may_ship=True,
    weight=1.0,
    citation="nobody",
    labeller="nobody",
    dates="2026",
    teaches="nothing",
    known_noise="none",
    reader="jigsaw_ak5000",
    folder="pieces",
    files=(FILE,),
)


def put(raw: Path, content: bytes = CONTENT, folder: str = "pieces") -> None:
    (raw / folder).mkdir()
    (raw / folder / FILE.name).write_bytes(content)


def test_what_is_there_is_read_and_the_rest_is_noted(tmp_path: Path) -> None:
    put(tmp_path)
    lost = replace(SOURCE, key="lost", folder="lost")
    registry = Registry((lost, SOURCE, replace(SOURCE, key="measured", role="benchmark")))
    loaded = load_sources(registry, tmp_path, ("train",))
    assert list(loaded.tables) == ["jigsaw-ak5000"]
    assert [str(note) for note in loaded.notes] == [
        f"lost: skipped, missing: toxic_comments.csv is not in {tmp_path / 'lost'}",
        "jigsaw-ak5000: 1 rows, dropped 1 empty",
    ]
    validate_table(loaded.table())


def test_a_damaged_file_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, CONTENT + b"More.,1\n")
    loaded = load_sources(Registry((SOURCE,)), tmp_path, ("train",))
    assert not loaded.tables
    assert "damaged" in loaded.notes[0].skipped
    assert len(loaded.table()) == 0


def test_a_file_of_another_layout_is_noted(tmp_path: Path) -> None:
    content = b"text,colour\nA quiet afternoon.,0\n"
    put(tmp_path, content)
    file = SourceFile(FILE.name, hashlib.sha256(content).hexdigest(), len(content))
    loaded = load_sources(Registry((replace(SOURCE, files=(file,)),)), tmp_path, ("train",))
    assert "has the columns text, colour" in loaded.notes[0].skipped


def test_one_source_alone(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"missing: toxic_comments\.csv"):
        read_source(SOURCE, tmp_path)
    put(tmp_path)
    assert read_source(SOURCE, tmp_path)["text"].tolist() == ["A quiet afternoon."]
