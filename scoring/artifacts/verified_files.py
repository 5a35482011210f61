"""Files that are read whole and checked, and written so that a crash cannot halve them.

Nothing here needs the compiler, so a command that only lists or selects versions starts at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from pathlib import Path
from typing import Final

from scoring.errors import ArtifactDamaged, ArtifactMissing

SUMS: Final = "SHA256SUMS"
MANIFEST: Final = "manifest.json"
RESTORE: Final = "restore the version from a copy, or train again with `make train`"
_LARGEST_FILE: Final = 512 * 1024 * 1024
_LARGEST_LIST: Final = 64 * 1024
_SUMS_LINE: Final = re.compile(r"([0-9a-f]{64})  ([0-9A-Za-z_][0-9A-Za-z_.+ -]*)")


def write_synced(path: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it.

    Args:
        path: The file.
        content: Its bytes.

    Raises:
        OSError: The disk is full or the folder is not writable.
    """
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_verified(folder: Path) -> dict[str, bytes]:
    """Read every file that `SHA256SUMS` names and check it.

    Args:
        folder: The version's folder.

    Returns:
        Contents by file name.

    Raises:
        ArtifactMissing: There is no such folder or no checksum file.
        ArtifactDamaged: A file is missing, unreadable or not what the checksum says.
    """
    try:
        lines = read_regular_file(folder / SUMS, _LARGEST_LIST).decode("ascii").splitlines()
    except FileNotFoundError as error:
        raise ArtifactMissing(
            f"no model at {folder}: it has no {SUMS}; name a version that is there in CURRENT, or "
            "run `make train`"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactDamaged(f"{folder / SUMS} cannot be read: {error}; {RESTORE}") from error
    contents: dict[str, bytes] = {}
    for line in lines:
        found = _SUMS_LINE.fullmatch(line)
        if not found:
            raise ArtifactDamaged(
                f"{folder / SUMS} holds the line {line[:100]!r}, needs a sha256, two spaces and "
                f"the name of a file beside it; {RESTORE}"
            )
        digest, name = found.groups()
        contents[name] = _read_checked(folder / name, digest)
    if MANIFEST not in contents:
        raise ArtifactDamaged(f"{folder / SUMS} does not name {MANIFEST}; {RESTORE}")
    return contents


def read_regular_file(path: Path, limit: int) -> bytes:
    """Read a file that must be one: not a pipe, which would wait, nor a device, which never ends.

    Args:
        path: The file.
        limit: Most bytes it may have.

    Returns:
        Its bytes.

    Raises:
        ArtifactDamaged: It is no regular file, or larger.
        OSError: It cannot be read.
    """
    # opened once, and without waiting for the other end of a pipe
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ArtifactDamaged(f"{path} is no regular file; {RESTORE}")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ArtifactDamaged(f"{path} has more than the {limit} bytes that are read; {RESTORE}")
    return content


def _read_checked(path: Path, digest: str) -> bytes:
    try:
        content = read_regular_file(path, _LARGEST_FILE)
    except OSError as error:
        raise ArtifactDamaged(f"{path} cannot be read: {error.strerror}; {RESTORE}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ArtifactDamaged(
            f"{path} has sha256 {found[:12]}…, {SUMS} says {digest[:12]}…: "
            f"the file was changed or cut short; {RESTORE}"
        )
    return content


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step that a crash cannot halve.

    Args:
        path: The file, there or not.
        content: Its bytes.

    Raises:
        OSError: The disk is full or the folder is not writable; the file is left as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write_synced(temporary, content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the disk knows what a folder holds.

    Args:
        folder: The folder.
    """
    if sys.platform == "win32":  # it has no such call
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
