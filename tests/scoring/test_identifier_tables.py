"""The identifier's tables as files: the same answers; memory where they cannot be used."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from scoring.errors import CacheDamaged, CacheRefused
from scoring.identifier import load_identifier
from scoring.identifier_tables import map_tables, packed_tables, unpack_tables
from scoring.language import LanguageIdentifier

TEXTS = (
    "Thank you for this clear and honest article about the council.",
    "Vielen Dank für diesen klaren und ehrlichen Artikel.",
    "Merci pour cet article clair et honnête.",
    "Muchas gracias por este artículo tan claro.",
    "Спасибо за эту честную статью.",
    "Bu dürüst makale için teşekkürler.",
    "この正直な記事をありがとう。",
    "شكرا على هذا المقال الصادق",
    "lol",
    "1234 !?",
    "\x00\U0010ffff",
    "",
)
Load = Callable[..., LanguageIdentifier]


@pytest.fixture
def load() -> Load:
    """Load as a new process does: nothing remembered."""
    unremembered: Load = load_identifier.__wrapped__
    return unremembered


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private folder in which an earlier start has kept the tables."""
    cache = tmp_path_factory.mktemp("cache")
    cache.chmod(0o700)
    map_tables(cache, packed_tables())
    return cache


@pytest.fixture
def cache(kept: Path, tmp_path: Path) -> Path:
    """The same, to be damaged: other files under hard links to the large ones."""
    (source,) = kept.iterdir()
    folder = tmp_path / "cache" / source.name
    folder.parent.mkdir(mode=0o700)
    folder.mkdir(mode=0o700)
    for path in source.iterdir():
        (folder / path.name).hardlink_to(path)
    return folder.parent


def replace(cache: Path, name: str, content: bytes) -> None:
    (path,) = cache.glob(f"*/{name}.npy")
    path.unlink()
    path.write_bytes(content)


def test_mapped_tables_answer_bit_for_bit_as_those_in_memory(load: Load, kept: Path) -> None:
    in_memory, mapped = load(), load(kept)
    assert [mapped(text) for text in TEXTS] == [in_memory(text) for text in TEXTS]


def test_kept_tables_are_not_unpacked_again(
    load: Load, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpack(_path: Path) -> None:
        raise AssertionError("unpacked again")

    monkeypatch.setattr("py3langid.modelio.load_model", unpack)
    assert load(kept)(TEXTS[1])[0] == "de"


def test_the_folder_is_private_and_holds_nothing_else(kept: Path) -> None:
    (folder,) = kept.iterdir()
    assert folder.name.startswith("py3langid-")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_tables_cannot_be_written(kept: Path) -> None:
    tables = map_tables(kept, packed_tables())
    with pytest.raises(ValueError, match="read-only"):
        tables.pc[0] = 0.0


def test_workers_that_start_together_share_what_the_quickest_made(tmp_path: Path) -> None:
    packed, cache = packed_tables(), tmp_path / "cache"
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda _: map_tables(cache, packed), range(3)))
    assert len(list(cache.iterdir())) == 1
    for tables in made:
        for found, expected in zip(tables, unpack_tables(packed), strict=True):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("row", "gone"), ("row", "empty"), ("row", "long"), ("row", "other type"),
        ("classes", "other type"), ("ptc", "short"), ("nextmove", "short"),
        *((name, "other shape") for name in ("nextmove", "ptc", "row", "output", "classes", "pc")),
    ],
)  # fmt: skip
def test_damaged_files_are_not_used(
    load: Load, cache: Path, caplog: pytest.LogCaptureFixture, name: str, damage: str
) -> None:
    (path,) = cache.glob(f"*/{name}.npy")
    content = path.read_bytes()
    array = np.load(path)
    if damage == "gone":
        path.unlink()
    elif damage.startswith("other"):
        path.unlink()
        np.save(path, array.astype("S9") if damage == "other type" else array[:-1])
    else:
        changed = {"short": content[:-1], "long": content + b"\x00", "empty": b""}
        replace(cache, name, changed[damage])
    with pytest.raises((CacheDamaged, FileNotFoundError)):
        map_tables(cache, packed_tables())
    assert load(cache)(TEXTS[1])[0] == "de"
    (warning,) = caplog.records
    assert warning.levelno == logging.WARNING


def test_a_file_that_would_be_unpickled_is_not_used(cache: Path) -> None:
    replace(cache, "classes", b"\x80\x04K\x01.")
    with pytest.raises(CacheDamaged, match="delete"):
        map_tables(cache, packed_tables())


def test_a_folder_that_cannot_be_made_means_memory(
    load: Load, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    assert load(tmp_path / "file")(TEXTS[1])[0] == "de"
    assert [record.message for record in caplog.records] == ["language tables are held in memory"]


def test_a_full_disk_means_memory_and_leaves_nothing(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    assert load(tmp_path / "cache")(TEXTS[1])[0] == "de"
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_folder_that_others_can_write_is_refused(load: Load, cache: Path) -> None:
    (folder,) = cache.iterdir()
    folder.chmod(0o770)
    with pytest.raises(CacheRefused):
        load(cache)
