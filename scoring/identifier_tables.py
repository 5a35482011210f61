"""The language identifier's tables: unpacked once into a private folder, then mapped.

py3langid ships its tables as 5 MB of LZMA. Unpacked they are 70 MB, which a process that seldom
asks for a language would hold, and unpack at each start. As files they are mapped instead: a page
is read when it is asked for, and all workers share it.

A mapped file must not change while it is used. These are safe: they lie in a folder that only this
user can write, are derived from a package's own data, named by its version and digest, moved into
place whole, and never written again. A model's files are none of this: an operator may copy others
over them, so `scoring.artifact` reads them whole and verifies what it read.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.errors import CacheDamaged
from scoring.private_cache import private_folder


class IdentifierTables(NamedTuple):
    """The arrays that py3langid builds an identifier from, under its own names.

    Attributes:
        ptc: (features, classes) float16, logarithm of a feature's probability in a class.
        pc: (classes,) float32, logarithm of a class's probability.
        classes: (classes,) language codes.
        nextmove: (256 × rows,) uint32, next state of the automaton by row and byte.
        row: (states,) uint16, a state's row in `nextmove`.
        output: (states,) int32, a state's feature, or -1.
    """

    ptc: NDArray[np.float16]
    pc: NDArray[np.float32]
    classes: NDArray[np.str_]
    nextmove: NDArray[np.uint32]
    row: NDArray[np.uint16]
    output: NDArray[np.int32]


_TYPES: Final = {
    "ptc": "f2",
    "pc": "f4",
    "classes": "U",
    "nextmove": "u4",
    "row": "u2",
    "output": "i4",
}


def packed_tables() -> Path:
    """Return the file that py3langid ships.

    Returns:
        NumPy arrays in LZMA.
    """
    from py3langid import langid

    return Path(langid.MODEL_DIR, langid.MODEL_FILE)


def unpack_tables(packed: Path) -> IdentifierTables:
    """Unpack the tables in memory (about 0.5 s).

    Args:
        packed: The file that py3langid ships.

    Returns:
        The tables.

    Raises:
        ValueError: py3langid does not know the file's layout.
        OSError: The file cannot be read.
    """
    from py3langid.modelio import load_model

    ptc, pc, classes, nextmove, row, output = load_model(packed)
    return IdentifierTables(
        np.asarray(ptc),
        np.asarray(pc),
        np.asarray(classes),
        np.asarray(nextmove),
        np.asarray(row),
        np.asarray(output, np.int32),
    )


def map_tables(cache: Path, packed: Path) -> IdentifierTables:
    """Map the tables that an earlier start kept, or unpack and keep them.

    Args:
        cache: The private folder; made if need be.
        packed: The file that py3langid ships.

    Returns:
        The tables, read-only; a page is read when it is asked for.

    Raises:
        CacheRefused: Someone else owns a folder or can write to it.
        CacheDamaged: A file is short or of another shape.
        OSError: A folder cannot be written, or a file cannot be read.
    """
    folder = private_folder(cache) / _name(packed)
    if not folder.exists():
        _keep(unpack_tables(packed), folder)
    private_folder(folder)
    arrays: dict[str, Any] = {name: _map_array(folder / f"{name}.npy", name) for name in _TYPES}
    tables = IdentifierTables(**arrays)
    _check_shapes(tables, folder)
    return tables


def _name(packed: Path) -> str:
    """Name the folder by everything that the tables are made from."""
    import py3langid

    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    return f"py3langid-{py3langid.__version__}-{digest[:16]}"


def _keep(tables: IdentifierTables, folder: Path) -> None:
    """Write the tables beside their place and move them there; the quickest of several wins."""
    with tempfile.TemporaryDirectory(prefix=".staging-", dir=folder.parent) as staging:
        inside = Path(staging) / folder.name
        inside.mkdir(mode=0o700)
        for name, array in tables._asdict().items():
            with (inside / f"{name}.npy").open("wb") as file:
                np.save(file, array, allow_pickle=False)
                file.flush()
                os.fsync(file.fileno())
        try:
            inside.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise


def _map_array(path: Path, name: str) -> NDArray[Any]:
    """Map a file, or refuse it: one shorter than it says would end the process when it is read."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(array, np.memmap) or path.stat().st_size != array.offset + array.nbytes:
        raise _damaged(path, f"{path.stat().st_size} bytes, not what its header says")
    expected = np.dtype(_TYPES[name])
    if array.dtype != expected and not array.dtype.kind == expected.kind == "U":
        raise _damaged(path, f"an array of {array.dtype}, not {expected}")
    return np.asarray(array)


def _check_shapes(tables: IdentifierTables, folder: Path) -> None:
    """Check that the tables belong together: what one says, another must have."""
    classes, states = len(tables.classes), len(tables.row)
    shapes = [table.shape for table in tables]
    expected = [
        (len(tables.ptc), classes), (classes,), (classes,), (tables.nextmove.size,), (states,),
        (states,),
    ]  # fmt: skip
    rows, features = int(tables.row.max()), int(tables.output.max())
    if shapes != expected or tables.nextmove.size < 256 * (rows + 1) or len(tables.ptc) <= features:
        raise _damaged(folder, f"arrays of shapes {shapes}, which do not fit together")


def _damaged(path: Path, found: str) -> CacheDamaged:
    return CacheDamaged(f"{path} holds {found}; delete its folder, and it is made anew")
