"""The folder of models: which version is current, publishing, switching."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scoring.artifacts import files as artifact
from scoring.artifacts import verified_files
from scoring.artifacts.manifest import Manifest
from scoring.artifacts.selection import current_version, make_current
from scoring.artifacts.versions import load_current, load_version, publish
from scoring.errors import ArtifactDamaged, ArtifactMissing

FIRST, SECOND = "20261122T000000Z-first", "20261123T000000Z-second"

WriteVersion = Callable[..., Path]
MakeManifest = Callable[..., Manifest]


class DiskFull:
    """Writes `good` files, then fails in the middle of the next."""

    def __init__(self, good: int) -> None:
        self.left = good

    def __call__(self, path: Path, content: bytes) -> None:
        if self.left == 0:
            path.write_bytes(content[: len(content) // 2])
            raise OSError(28, "No space left on device")
        self.left -= 1
        path.write_bytes(content)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_without_current_there_is_no_model(models: Path) -> None:
    with pytest.raises(ArtifactMissing, match="does not exist; run `make train`, or point MODER"):
        load_current(models)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"../elsewhere\n", b"/etc", b".hidden", b"a b", b"a\nb", b"x" * 101]
)
def test_current_holds_the_name_of_a_folder(models: Path, content: bytes) -> None:
    models.mkdir()
    (models / "CURRENT").write_bytes(content)
    with pytest.raises(ArtifactDamaged, match="not the name of a folder beside it; write one"):
        current_version(models)


def test_current_that_is_no_text_is_refused(models: Path) -> None:
    models.mkdir()
    (models / "CURRENT").write_bytes(b"\xff\xfe")
    with pytest.raises(ArtifactDamaged, match=r"CURRENT cannot be read: .*; write the name"):
        current_version(models)


def test_current_that_is_a_folder_is_refused(models: Path) -> None:
    (models / "CURRENT").mkdir(parents=True)
    with pytest.raises(ArtifactDamaged, match="CURRENT cannot be read"):
        current_version(models)


def test_current_that_points_nowhere_says_what_to_do(models: Path) -> None:
    models.mkdir()
    (models / "CURRENT").write_text("gone\n")
    with pytest.raises(ArtifactMissing, match=r"no model at .*gone.*CURRENT, or run `make train`"):
        load_current(models)


def test_a_published_version_becomes_current(write_version: WriteVersion, models: Path) -> None:
    write_version(FIRST)
    assert names(models) == [FIRST]
    make_current(models, FIRST)
    assert (models / "CURRENT").read_text() == f"{FIRST}\n"
    assert load_current(models).manifest.version == FIRST
    assert names(models) == [FIRST, "CURRENT"]


def test_a_renamed_version_is_refused(write_version: WriteVersion, models: Path) -> None:
    write_version(FIRST).rename(models / SECOND)
    with pytest.raises(ArtifactDamaged, match=f"holds version '{FIRST}'; rename the folder"):
        load_version(models, SECOND)


@pytest.mark.parametrize("good", range(8))
def test_a_full_disk_leaves_nothing_behind(
    write_version: WriteVersion,
    make_manifest: MakeManifest,
    tiny_files: dict[str, bytes],
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    good: int,
) -> None:
    write_version(FIRST)
    make_current(models, FIRST)
    monkeypatch.setattr(artifact, "write_synced", DiskFull(good))
    with pytest.raises(OSError, match="No space left"):
        publish(models, make_manifest(version=SECOND), tiny_files)
    assert names(models) == [FIRST, "CURRENT"]
    assert load_current(models).manifest.version == FIRST


def test_a_version_that_exists_is_never_overwritten(
    write_version: WriteVersion,
    make_manifest: MakeManifest,
    tiny_files: dict[str, bytes],
    models: Path,
) -> None:
    folder = write_version(FIRST)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(FileExistsError, match="is never overwritten"):
        publish(models, make_manifest(version=FIRST), {**tiny_files, "golden.jsonl": b""})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert names(models) == [FIRST]


def test_publishing_does_not_touch_current(write_version: WriteVersion, models: Path) -> None:
    write_version(FIRST)
    make_current(models, FIRST)
    write_version(SECOND)
    assert current_version(models) == FIRST


@pytest.mark.parametrize("damage", ["changed", "missing", "absent"])
def test_a_damaged_version_does_not_become_current(
    write_version: WriteVersion, models: Path, damage: str
) -> None:
    write_version(FIRST)
    make_current(models, FIRST)
    if damage != "absent":
        path = write_version(SECOND) / "weights.npy"
        path.unlink() if damage == "missing" else path.write_bytes(b"changed")
    with pytest.raises((ArtifactDamaged, ArtifactMissing)):
        make_current(models, SECOND)
    assert current_version(models) == FIRST
    assert load_current(models).manifest.version == FIRST


@pytest.mark.parametrize("step", ["write_synced", "replace"])
def test_a_failed_switch_leaves_current_and_nothing_behind(
    write_version: WriteVersion, models: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    write_version(FIRST)
    make_current(models, FIRST)
    write_version(SECOND)

    def fail(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    if step == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    else:
        monkeypatch.setattr(verified_files, "write_synced", DiskFull(0))
    with pytest.raises(OSError, match=r"No space left|Input/output"):
        make_current(models, SECOND)
    assert current_version(models) == FIRST
    assert names(models) == [FIRST, SECOND, "CURRENT"]
