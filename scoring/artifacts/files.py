"""The stored form of a model: written whole, verified whole, read without unpickling.

A version is a folder with a manifest, plain arrays and a `SHA256SUMS` over every file. The bytes
that were verified are the bytes that are parsed: each file is read once into memory.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.artifacts.manifest import Manifest, parse_manifest
from scoring.errors import ArtifactDamaged, ArtifactMissing
from scoring.model.arrays import Calibration, LinearModel

SUMS: Final = "SHA256SUMS"
MANIFEST: Final = "manifest.json"
ARRAYS: Final = ("terms", "idf", "weights", "weight_scales", "english")
_STORED: Final = {
    "terms": ("uint64", 1),
    "idf": ("float16", 1),
    "weights": ("int8", 2),
    "weight_scales": ("float32", 1),
    "english": ("uint64", 1),
}
# what NumPy raises on a garbled header or body
_NOT_AN_ARRAY: Final = (
    ValueError, TypeError, EOFError, OSError, MemoryError, SyntaxError, TokenError,
)  # fmt: skip
_LARGEST_FILE: Final = 512 * 1024 * 1024
_LARGEST_LIST: Final = 64 * 1024
_SUMS_LINE: Final = re.compile(r"([0-9a-f]{64})  ([0-9A-Za-z_][0-9A-Za-z_.+ -]*)")
_RESTORE: Final = "restore the version from a copy, or train again with `make train`"


def array_bytes(array: NDArray[np.generic]) -> bytes:
    """Return an array in NumPy's own file format, pickling off.

    Args:
        array: Any array of plain numbers.

    Returns:
        The bytes of an `.npy` file.
    """
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()


def stored_arrays(model: LinearModel) -> dict[str, bytes]:
    """Return a model's arrays as they are stored.

    Args:
        model: A model.

    Returns:
        File contents by array name.
    """
    return {
        "terms": array_bytes(model.hashes),
        "idf": array_bytes(model.idf.astype(np.float16)),
        "weights": array_bytes(model.weights),
        "weight_scales": array_bytes(model.weight_scales),
        "english": array_bytes(model.english),
    }


def write_artifact(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Write a version's files, then its checksums, each synced to the disk.

    Args:
        folder: An existing, empty folder.
        manifest: The manifest.
        files: Contents of every other file by name, arrays included.

    Raises:
        OSError: The disk is full or the folder is not writable.
    """
    contents = {MANIFEST: manifest.to_json().encode(), **files}
    for name in sorted(contents):
        write_synced(folder / name, contents[name])
    lines = [f"{hashlib.sha256(contents[n]).hexdigest()}  {n}\n" for n in sorted(contents)]
    write_synced(folder / SUMS, "".join(lines).encode())


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
        raise ArtifactDamaged(f"{folder / SUMS} cannot be read: {error}; {_RESTORE}") from error
    contents: dict[str, bytes] = {}
    for line in lines:
        found = _SUMS_LINE.fullmatch(line)
        if not found:
            raise ArtifactDamaged(
                f"{folder / SUMS} holds the line {line[:100]!r}, needs a sha256, two spaces and "
                f"the name of a file beside it; {_RESTORE}"
            )
        digest, name = found.groups()
        contents[name] = _read_checked(folder / name, digest)
    if MANIFEST not in contents:
        raise ArtifactDamaged(f"{folder / SUMS} does not name {MANIFEST}; {_RESTORE}")
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
            raise ArtifactDamaged(f"{path} is no regular file; {_RESTORE}")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ArtifactDamaged(f"{path} has more than the {limit} bytes that are read; {_RESTORE}")
    return content


def _read_checked(path: Path, digest: str) -> bytes:
    try:
        content = read_regular_file(path, _LARGEST_FILE)
    except OSError as error:
        raise ArtifactDamaged(f"{path} cannot be read: {error.strerror}; {_RESTORE}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ArtifactDamaged(
            f"{path} has sha256 {found[:12]}…, {SUMS} says {digest[:12]}…: "
            f"the file was changed or cut short; {_RESTORE}"
        )
    return content


def parse_artifact(contents: Mapping[str, bytes], origin: str) -> tuple[Manifest, LinearModel]:
    """Build a model from verified bytes.

    Args:
        contents: File contents by name, as `read_verified` returns them.
        origin: Where they came from, for error messages.

    Returns:
        The manifest and the model.

    Raises:
        FormatUnsupported: The manifest has another format number.
        ArtifactDamaged: A file is missing or holds an impossible value.
    """
    manifest = parse_manifest(contents[MANIFEST], origin)
    arrays = {name: _parse_array(contents, name, origin) for name in ARRAYS}
    try:
        model = _assemble(manifest, arrays)
    except (ValueError, TypeError) as error:
        raise ArtifactDamaged(
            f"{origin}: arrays do not fit together: {error}; {_RESTORE}"
        ) from error
    problems = model.problems()
    if problems:
        raise ArtifactDamaged(f"{origin}: {'; '.join(problems)}; {_RESTORE}")
    return manifest, model


def _assemble(manifest: Manifest, arrays: Mapping[str, NDArray[np.generic]]) -> LinearModel:
    return LinearModel(
        settings=manifest.terms,
        hashes=arrays["terms"].astype(np.uint64, copy=False),
        idf=arrays["idf"].astype(np.float32),
        weights=np.ascontiguousarray(arrays["weights"].astype(np.int8, copy=False)),
        weight_scales=arrays["weight_scales"].astype(np.float32, copy=False),
        biases=np.array(manifest.biases, dtype=np.float64),
        calibration=Calibration(
            np.array(manifest.slopes, dtype=np.float64),
            np.array(manifest.offsets, dtype=np.float64),
            np.array(manifest.overall, dtype=np.float64),
        ),
        english=arrays["english"].astype(np.uint64, copy=False),
    )


def _parse_array(contents: Mapping[str, bytes], name: str, origin: str) -> NDArray[np.generic]:
    try:
        buffer = io.BytesIO(contents[f"{name}.npy"])
        array: NDArray[np.generic] = np.lib.format.read_array(buffer, allow_pickle=False)
    except KeyError as error:
        raise ArtifactDamaged(f"{origin}: {name}.npy is missing; {_RESTORE}") from error
    except _NOT_AN_ARRAY as error:
        raise ArtifactDamaged(
            f"{origin}: {name}.npy is not a plain array: {error}; {_RESTORE}"
        ) from error
    if (array.dtype.name, array.ndim) != _STORED[name]:
        kind, axes = _STORED[name]
        raise ArtifactDamaged(
            f"{origin}: {name}.npy holds {array.dtype.name} with {array.ndim} axes, needs {kind} "
            f"with {axes}; {_RESTORE}"
        )
    return array
