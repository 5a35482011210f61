"""Which version of a folder of models is in use: shipped, or chosen on this machine.

`CURRENT` names the version that the project ships and is tracked by git. A choice made here is
written to `CURRENT.local` beside it, which git ignores and which comes first, so that `git pull`
brings a newer shipped version without a conflict. Nothing here needs the compiler.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scoring.artifacts.verified_files import (
    MANIFEST,
    read_regular_file,
    read_verified,
    replace_file,
)
from scoring.errors import ArtifactDamaged, ArtifactMissing, NothingToRollBack

CURRENT: Final = "CURRENT"
LOCAL: Final = "CURRENT.local"
HISTORY: Final = "HISTORY.local"
"""Versions that were in use before, oldest first; a roll-back takes the last."""
LONGEST_HISTORY: Final = 50
_LONGEST_CURRENT: Final = 4096
_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,99}")


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version as a list shows it.

    Attributes:
        version: Its name.
        trained_at: When it was trained, ISO 8601 in UTC; empty where its manifest cannot be read.
        bytes: What its files take.
        in_use: Whether it is the one in use.
        shipped: Whether it is the one that `CURRENT` names.
    """

    version: str
    trained_at: str
    bytes: int
    in_use: bool
    shipped: bool


def current_version(models: Path) -> str:
    """Read which version is in use: the one chosen on this machine, else the shipped one.

    Args:
        models: The folder that holds `CURRENT`.

    Returns:
        The version's name.

    Raises:
        ArtifactMissing: There is no `CURRENT`.
        ArtifactDamaged: `CURRENT` does not hold a version's name.
    """
    path = models / LOCAL
    return _read_name(path if path.exists() else models / CURRENT)


def _read_name(path: Path) -> str:
    try:
        version = read_regular_file(path, _LONGEST_CURRENT).decode().strip()
    except FileNotFoundError as error:
        raise ArtifactMissing(
            f"{path} does not exist; run `make train`, or point MODERATION_MODELS at the folder "
            "that holds it"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactDamaged(
            f"{path} cannot be read: {error}; write the name of a folder beside it there"
        ) from error
    if not _VERSION.fullmatch(version):
        raise ArtifactDamaged(
            f"{path} holds {version[:80]!r}, not the name of a folder beside it; write one there"
        )
    return version


def make_current(models: Path, version: str) -> None:
    """Point `CURRENT` at a version: the one that the project ships.

    Args:
        models: The folder of versions.
        version: A version that verifies.

    Raises:
        ArtifactError: The version does not verify; `CURRENT` is left as it was.
        OSError: The disk is full.
    """
    read_verified(models / _checked_name(version))
    replace_file(models / CURRENT, f"{version}\n".encode())


def use_version(models: Path, version: str) -> None:
    """Choose a version on this machine, and remember the one before it.

    Where nothing is shipped the choice is `CURRENT` itself.

    Args:
        models: The folder of versions.
        version: A version that verifies.

    Raises:
        ArtifactError: The version does not verify; what is in use is left as it was.
        OSError: The disk is full.
    """
    if not (models / CURRENT).exists():
        make_current(models, version)
        return
    read_verified(models / _checked_name(version))
    before = current_version(models)
    if before == version:
        return
    history = [*_history(models), before][-LONGEST_HISTORY:]
    replace_file(models / HISTORY, "".join(f"{name}\n" for name in history).encode())
    _write_choice(models, version)


def roll_back(models: Path) -> str:
    """Choose the version that was in use before.

    Args:
        models: The folder of versions.

    Returns:
        The version in use now.

    Raises:
        NothingToRollBack: No version was in use before, or none that is still there.
        ArtifactError: That version does not verify; what is in use is left as it was.
        OSError: The disk is full.
    """
    history = _history(models)
    while history:
        version = history.pop()
        if not (models / version).is_dir():
            continue
        read_verified(models / version)
        _write_choice(models, version)
        replace_file(models / HISTORY, "".join(f"{name}\n" for name in history).encode())
        return version
    raise NothingToRollBack(
        f"{models} remembers no version that was in use before; "
        "`comment-moderation models list` shows what there is, `models use VERSION` takes one"
    )


def _write_choice(models: Path, version: str) -> None:
    """Write the local choice; none is needed where it is the shipped version."""
    if _read_name(models / CURRENT) == version:
        (models / LOCAL).unlink(missing_ok=True)
    else:
        replace_file(models / LOCAL, f"{version}\n".encode())


def list_versions(models: Path) -> list[ListedVersion]:
    """List the versions that are there, the newest first.

    Args:
        models: The folder of versions.

    Returns:
        The versions; none where there is no such folder.

    Raises:
        ArtifactDamaged: `CURRENT` does not hold a version's name.
    """
    in_use, shipped = _name_or_none(models / LOCAL), _name_or_none(models / CURRENT)
    folders = [path.parent for path in models.glob(f"*/{MANIFEST}")]
    found = [
        ListedVersion(
            folder.name,
            _trained_at(folder / MANIFEST),
            sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
            folder.name == (in_use or shipped),
            folder.name == shipped,
        )
        for folder in folders
        if not folder.name.startswith(".")
    ]
    return sorted(found, key=lambda listed: (listed.trained_at, listed.version), reverse=True)


def prune(models: Path, keep: int) -> list[str]:
    """Remove old versions, but never the one in use, the shipped one, or the one before.

    Args:
        models: The folder of versions.
        keep: How many of the newest to keep besides.

    Returns:
        The names of those removed.

    Raises:
        OSError: One cannot be removed.
    """
    listed = list_versions(models)
    kept = {one.version for one in listed[:keep]} | set(_history(models)[-1:])
    removed = []
    for one in listed:
        if one.version in kept or one.in_use or one.shipped:
            continue
        # out of sight in one step: half a version must not look like one
        hidden = models / f".staging-removed-{one.version}"
        (models / one.version).rename(hidden)
        shutil.rmtree(hidden)
        removed.append(one.version)
    return removed


def _checked_name(version: str) -> str:
    if not _VERSION.fullmatch(version):
        raise ArtifactMissing(
            f"{version[:80]!r} is no version's name; `comment-moderation models list` shows them"
        )
    return version


def _name_or_none(path: Path) -> str | None:
    return _read_name(path) if path.exists() else None


def _history(models: Path) -> list[str]:
    path = models / HISTORY
    if not path.exists():
        return []
    lines = read_regular_file(path, _LONGEST_CURRENT * 2).decode(errors="replace").split()
    return [line for line in lines if _VERSION.fullmatch(line)]


def _trained_at(manifest: Path) -> str:
    try:
        return str(json.loads(manifest.read_bytes())["trained_at"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""  # listed all the same: `models use` says what is wrong with it
