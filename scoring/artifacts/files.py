"""The stored form of a model: written whole, verified whole, read without unpickling.

A version is a folder with a manifest, plain arrays and a `SHA256SUMS` over every file. The bytes
that were verified are the bytes that are parsed: each file is read once into memory.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.artifacts.manifest import Manifest, parse_manifest
from scoring.artifacts.verified_files import MANIFEST, RESTORE, SUMS, write_synced
from scoring.errors import ArtifactDamaged
from scoring.model.arrays import Calibration, LinearModel

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
            f"{origin}: arrays do not fit together: {error}; {RESTORE}"
        ) from error
    problems = model.problems()
    if problems:
        raise ArtifactDamaged(f"{origin}: {'; '.join(problems)}; {RESTORE}")
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
        sentences=manifest.sentences,
    )


def _parse_array(contents: Mapping[str, bytes], name: str, origin: str) -> NDArray[np.generic]:
    try:
        buffer = io.BytesIO(contents[f"{name}.npy"])
        array: NDArray[np.generic] = np.lib.format.read_array(buffer, allow_pickle=False)
    except KeyError as error:
        raise ArtifactDamaged(f"{origin}: {name}.npy is missing; {RESTORE}") from error
    except _NOT_AN_ARRAY as error:
        raise ArtifactDamaged(
            f"{origin}: {name}.npy is not a plain array: {error}; {RESTORE}"
        ) from error
    if (array.dtype.name, array.ndim) != _STORED[name]:
        kind, axes = _STORED[name]
        raise ArtifactDamaged(
            f"{origin}: {name}.npy holds {array.dtype.name} with {array.ndim} axes, needs {kind} "
            f"with {axes}; {RESTORE}"
        )
    return array
