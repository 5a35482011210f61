"""The private folder for what is derived and kept between starts: which it is, and whose."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from scoring.errors import CacheRefused


def chosen_cache(environment: Mapping[str, str]) -> Path:
    """Say where what is derived is to be kept.

    Args:
        environment: Environment variables by name, usually `os.environ`.

    Returns:
        What `MODERATION_CACHE` names, else a folder in the user's cache folder.
    """
    named = environment.get("MODERATION_CACHE", "").strip()
    if named:
        return Path(named)
    base = environment.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    return Path(base) / "comment-moderation"


def private_folder(folder: Path, *, writable: bool = True) -> Path:
    """Make a folder that only this user can write, or check that it is one.

    Args:
        folder: The folder.
        writable: Whether it must be possible to write to it; what is only read may lie on a
            read-only disk.

    Returns:
        The same folder.

    Raises:
        CacheRefused: Someone else owns the folder or can write to it.
        OSError: It cannot be made or written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":
        return folder
    found = folder.lstat()
    if stat.S_ISLNK(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise CacheRefused(
            f"MODERATION_CACHE: {folder} has owner {found.st_uid} and mode "
            f"{stat.filemode(found.st_mode)}; allowed: a folder, not a link, of user "
            f"{os.geteuid()} that no one else can write (chmod 700)"
        )
    if writable and not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} is not writable")
    return folder
