"""Which version is in use: shipped or chosen here, back again, and old ones removed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scoring.artifacts.selection import (
    CURRENT,
    HISTORY,
    LOCAL,
    current_version,
    list_versions,
    make_current,
    prune,
    roll_back,
    use_version,
)
from scoring.errors import ArtifactDamaged, ArtifactMissing, NothingToRollBack

WriteVersion = Callable[..., Path]
FIRST, SECOND, THIRD = (f"2026112{day}T000000Z-v{day}" for day in (2, 3, 4))


@pytest.fixture
def versions(write_version: WriteVersion, models: Path) -> Path:
    for name in (FIRST, SECOND, THIRD):
        write_version(version=name)
    make_current(models, FIRST)
    return models


def test_a_choice_made_here_leaves_the_tracked_file_alone(versions: Path) -> None:
    tracked = (versions / CURRENT).read_bytes()
    use_version(versions, SECOND)
    assert current_version(versions) == SECOND
    assert (versions / CURRENT).read_bytes() == tracked


def test_where_nothing_is_shipped_the_choice_is_current(
    write_version: WriteVersion, models: Path
) -> None:
    write_version(version=FIRST)
    use_version(models, FIRST)
    assert (models / CURRENT).read_text() == f"{FIRST}\n"
    assert not (models / LOCAL).exists()


def test_roll_back_goes_back_step_by_step(versions: Path) -> None:
    use_version(versions, SECOND)
    use_version(versions, THIRD)
    assert roll_back(versions) == SECOND
    assert roll_back(versions) == FIRST == current_version(versions)
    assert not (versions / LOCAL).exists()
    with pytest.raises(NothingToRollBack, match="models list"):
        roll_back(versions)


def test_choosing_what_is_in_use_is_no_step(versions: Path) -> None:
    use_version(versions, SECOND)
    use_version(versions, SECOND)
    assert roll_back(versions) == FIRST


def test_roll_back_passes_over_what_was_removed(versions: Path) -> None:
    use_version(versions, SECOND)
    use_version(versions, THIRD)
    (versions / SECOND).rename(versions / ".gone")
    assert roll_back(versions) == FIRST


def test_a_damaged_version_is_not_chosen(versions: Path) -> None:
    (versions / SECOND / "idf.npy").write_bytes(b"")
    with pytest.raises(ArtifactDamaged, match="SHA256SUMS says"):
        use_version(versions, SECOND)
    assert current_version(versions) == FIRST
    assert not (versions / HISTORY).exists()


@pytest.mark.parametrize("name", ["nothing", "../elsewhere", "", "a b"])
def test_what_is_not_there_is_not_chosen(versions: Path, name: str) -> None:
    with pytest.raises(ArtifactMissing):
        use_version(versions, name)
    assert current_version(versions) == FIRST


def test_a_full_disk_leaves_the_choice(versions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("scoring.artifacts.verified_files.write_synced", full)
    with pytest.raises(OSError, match="No space left"):
        use_version(versions, SECOND)
    assert current_version(versions) == FIRST


def test_the_list_says_what_each_is(versions: Path) -> None:
    use_version(versions, THIRD)
    listed = list_versions(versions)
    assert {one.version: (one.in_use, one.shipped) for one in listed} == {
        FIRST: (False, True), SECOND: (False, False), THIRD: (True, False)
    }  # fmt: skip
    assert all(one.bytes > 1000 for one in listed)
    assert list_versions(versions / "nowhere") == []


def test_prune_keeps_what_may_be_needed(versions: Path, write_version: WriteVersion) -> None:
    write_version(version="20261125T000000Z-v5")
    use_version(versions, SECOND)
    use_version(versions, THIRD)
    removed = prune(versions, 0)
    assert removed == ["20261125T000000Z-v5"]
    assert {one.version for one in list_versions(versions)} == {FIRST, SECOND, THIRD}
    assert roll_back(versions) == SECOND
