"""The language identifier's tables: made compact once in a private folder, then mapped.

py3langid ships its tables as 5 MB of LZMA, and unpacks them to 68 MB at each start. Here they are
unpacked once, and kept as 10 MB. As files they are mapped: all workers share
them. Small matters even so, since each touch of a mapped file brings the 64 KB around
it into memory, and one text touches hundreds of places.

A mapped file must not change while it is used. These are safe: they lie in a folder that only this
user can write, are derived from a package's own data, named by its version and digest, moved into
place whole, and never written again. A model's files are none of this: an operator may copy others
over them, so `scoring.artifacts.files` reads them whole and verifies what it read.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.compilation.private_folder import private_folder
from scoring.errors import CacheDamaged
from scoring.language.compact_tables import BYTES, CompactTables, FullTables, compact

LAYOUT: Final = 2
"""Number of the files' layout; raised whenever `CompactTables` changes."""
_PREFIX: Final = "py3langid-"
_STAGING: Final = ".staging-"
_ABANDONED_SECONDS: Final = 86_400.0
"""From this age on, what was to be moved into place never will be."""
_TYPES: Final = {
    "pc": "f4",
    "classes": "U",
    "row": "i4",
    "output": "i4",
    "default": "i4",
    "move_at": "i4",
    "move_byte": "u1",
    "move_state": "i4",
    "value": "f4",
    "floor": "f4",
    "ptc_at": "i4",
    "ptc_class": "u1",
    "ptc": "u2",
}


def packed_tables() -> Path:
    """Return the file that py3langid ships.

    Returns:
        NumPy arrays in LZMA.
    """
    from py3langid import langid

    return Path(langid.MODEL_DIR, langid.MODEL_FILE)


def unpack_tables(packed: Path) -> CompactTables:
    """Unpack the tables in memory and make them compact (about 1 s).

    Args:
        packed: The file that py3langid ships.

    Returns:
        The tables, read-only.

    Raises:
        ValueError: The file holds other tables than those of py3langid 0.4.
        OSError: The file cannot be read.
    """
    from py3langid.modelio import load_model

    return compact(FullTables(*map(np.asarray, load_model(packed))))


def map_tables(cache: Path, packed: Path) -> CompactTables:
    """Map the tables that an earlier start kept, or unpack and keep them.

    Args:
        cache: The private folder; made if need be.
        packed: The file that py3langid ships.

    Returns:
        The tables, read-only; a page is read when it is asked for.

    Raises:
        CacheRefused: Someone else owns a folder or can write to it.
        CacheDamaged: A file is short or of another shape, or points to what is not there.
        OSError: A folder cannot be written, or a file cannot be read.
        ValueError: See `unpack_tables`.
    """
    folder = private_folder(cache) / _name(packed)
    if not folder.exists():
        _keep(unpack_tables(packed), folder)
        _remove_others(folder)
    private_folder(folder)
    arrays: dict[str, Any] = {name: _map_array(folder / f"{name}.npy", name) for name in _TYPES}
    tables = CompactTables(**arrays)
    _check_shapes(tables, folder)
    _check_places(tables, folder)
    return tables


def _name(packed: Path) -> str:
    """Name the folder by everything that the tables are made from, and by what they are."""
    import py3langid

    with packed.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return f"{_PREFIX}{py3langid.__version__}-{digest[:16]}-{LAYOUT}"


def _keep(tables: CompactTables, folder: Path) -> None:
    """Write the tables beside their place and move them there; the quickest of several wins."""
    with tempfile.TemporaryDirectory(prefix=_STAGING, dir=folder.parent) as staging:
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


def _remove_others(folder: Path) -> None:
    """Remove what other versions kept, and what starts that were killed have left.

    Who maps such files keeps them until it ends; who is about to makes them anew.
    """
    for other in folder.parent.iterdir():
        outdated = other.name.startswith(_PREFIX) and other != folder
        if outdated or (other.name.startswith(_STAGING) and _is_abandoned(other)):
            shutil.rmtree(other, ignore_errors=True)  # another worker may be at it too


def _is_abandoned(staging: Path) -> bool:
    try:
        return time.time() - staging.lstat().st_mtime > _ABANDONED_SECONDS
    except FileNotFoundError:
        return False


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


def _check_shapes(tables: CompactTables, folder: Path) -> None:
    """Check that the tables belong together: what one says, another must have."""
    classes, states, rows = len(tables.classes), len(tables.row), len(tables.default)
    moves, values, listed = len(tables.move_byte), len(tables.value), len(tables.ptc)
    shapes = [table.shape for table in tables]
    expected = [(length,) for length in (
        classes, classes, states, states, rows, rows + 1, moves, moves,
        values, classes, len(tables.ptc_at), listed, listed,
    )]  # fmt: skip
    if shapes != expected or min(shapes) == (0,):
        raise _damaged(folder, f"arrays of shapes {shapes}, which do not fit together")


def _check_places(tables: CompactTables, folder: Path) -> None:
    """Check that nothing points outside a table: compiled code follows without a check."""
    t = tables
    earlier = np.arange(len(t.default)) - 1
    earlier[0] = 0
    checked = {
        "row": _within(t.row, len(t.default)),
        "output": _within(t.output + 1, len(t.ptc_at)),
        "default": _within(t.default, len(t.default)) and bool((t.default <= earlier).all()),
        "move_at": _cuts(t.move_at, len(t.move_byte)) and t.move_at[1] == BYTES,
        "move_byte": np.array_equal(t.move_byte[:BYTES], np.arange(BYTES)),
        "move_state": _within(t.move_state, len(t.row)),
        "ptc_at": _cuts(t.ptc_at, len(t.ptc)),
        "ptc_class": _within(t.ptc_class, len(t.classes)),
        "ptc": _within(t.ptc, len(t.value)),
    }
    for name, fits in checked.items():
        if not fits:
            raise _damaged(folder / f"{name}.npy", "places that do not exist")


def _within(places: NDArray[Any], end: int) -> bool:
    return bool(places.min() >= 0 and places.max() < end)


def _cuts(places: NDArray[Any], end: int) -> bool:
    """Whether places cut everything up to an end into consecutive parts."""
    return bool(places[0] == 0 and places[-1] == end and (np.diff(places) >= 0).all())


def _damaged(path: Path, found: str) -> CacheDamaged:
    return CacheDamaged(f"{path} holds {found}; delete its folder, and it is made anew")
