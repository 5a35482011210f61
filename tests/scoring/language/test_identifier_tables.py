"""The identifier's tables as files: the same answers; memory where they cannot be used."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from scoring.errors import CacheDamaged, CacheRefused
from scoring.language.compact_tables import CompactTables
from scoring.language.detect import LanguageIdentifier
from scoring.language.identifier import load_identifier
from scoring.language.identifier_tables import map_tables, packed_tables, unpack_tables

ROOT = Path(__file__).parents[3]
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
def unpacked() -> CompactTables:
    """The tables in memory, unpacked once for all tests."""
    return unpack_tables(packed_tables())


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


def test_workers_that_start_together_share_what_the_quickest_made(
    tmp_path: Path, unpacked: CompactTables
) -> None:
    packed, cache = packed_tables(), tmp_path / "cache"
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda _: map_tables(cache, packed), range(3)))
    assert len(list(cache.iterdir())) == 1
    for tables in made:
        for found, expected in zip(tables, unpacked, strict=True):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("row", "gone"), ("row", "empty"), ("row", "long"), ("row", "other type"),
        ("classes", "other type"), ("ptc", "short"), ("move_state", "short"),
        *((name, "other shape") for name in CompactTables._fields),
    ],
)  # fmt: skip
def test_damaged_files_are_not_used(
    load: Load,
    cache: Path,
    unpacked: CompactTables,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
    damage: str,
) -> None:
    monkeypatch.setattr("scoring.language.identifier.unpack_tables", lambda _packed: unpacked)
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


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        ("row", -1, 1_000_000), ("row", 0, -1), ("output", 0, -2), ("output", -1, 1_000_000),
        ("default", 0, 1), ("default", 7, 7), ("move_at", 1, 255), ("move_at", -1, 5),
        ("move_at", 7, 0), ("move_byte", 7, 8), ("move_state", -1, 1_000_000),
        ("ptc_at", 0, 1), ("ptc_at", 7, 1_000_000), ("ptc_class", -1, 255), ("ptc", -1, 65535),
    ],
)  # fmt: skip
def test_places_that_do_not_exist_are_not_gone_to(
    cache: Path, name: str, at: int, value: int
) -> None:
    (path,) = cache.glob(f"*/{name}.npy")
    array = np.load(path)
    array[at] = value
    path.unlink()
    np.save(path, array)
    with pytest.raises(CacheDamaged, match=name):
        map_tables(cache, packed_tables())


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


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_start_that_is_killed_leaves_nothing_that_the_next_would_use(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from scoring.language.identifier_tables import map_tables, packed_tables\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "map_tables(Path(sys.argv[1]), packed_tables())\n"
    )
    cache = tmp_path / "cache"
    run = subprocess.run([sys.executable, "-c", code, str(cache)], cwd=ROOT, check=False)
    assert run.returncode == -signal.SIGKILL
    assert [path.name[:9] for path in cache.iterdir()] == [".staging-"]
    assert map_tables(cache, packed_tables()).ptc.size > 0


def test_what_other_versions_and_killed_starts_left_is_removed(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    names = "py3langid-0.3.0-0123456789abcdef", ".staging-old", ".staging-new", "compiled"
    for name in names:
        (cache / name / "inside").mkdir(parents=True)
    cache.chmod(0o700)
    os.utime(cache / ".staging-old", (1, 1))
    map_tables(cache, packed_tables())
    kept = {path.name for path in cache.iterdir() if not path.name.startswith("py3langid-0.4")}
    assert kept == {".staging-new", "compiled"}


def test_a_folder_that_others_can_write_is_refused(load: Load, cache: Path) -> None:
    (folder,) = cache.iterdir()
    folder.chmod(0o770)
    with pytest.raises(CacheRefused):
        load(cache)
