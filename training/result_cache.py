"""Keeps what is slow to extract between runs, under a digest of everything it is made from.

A joblib cache, that is, pickles: reading one runs what it says. So the folder must be one that only
this user can write, and a file is read only if it still has the checksum it was stored with. A
result that is damaged, or was made by other code, is made anew.
"""

from __future__ import annotations

import hashlib
import platform
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from joblib import Memory
from numba import __version__ as numba_version
from numpy.typing import NDArray

import scoring
import training
from scoring.compilation.private_folder import private_folder
from scoring.errors import CacheRefused

LARGEST_CACHE: Final = 4 << 30
"""Bytes; what was not used for longest goes first."""
_CHECKSUM: Final = "sha256"
_DIGESTED_AT_ONCE: Final = 10_000

Arrays: TypeAlias = dict[str, NDArray[Any]]


class ResultCache:
    """Arrays of earlier runs, by name and by a digest of what they were made from."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        """Open the cache.

        Args:
            folder: A folder that only this user can write; see `open_cache`.
            tell: Called with a line about each result.
        """
        self._memory = Memory(str(folder), verbose=0)
        self._keep = self._memory.cache(_compute, ignore=["compute"])
        self._tell = tell

    def recall(self, name: str, digest: str, compute: Callable[[], Arrays]) -> Arrays:
        """Return a result of an earlier run, or make it and keep it.

        Args:
            name: What the result is, for the person at the terminal.
            digest: Of all that it is made from: see `content_digest`.
            compute: Makes it.

        Returns:
            What `compute` returns now or returned then.
        """
        made: Arrays = {}

        def make() -> Arrays:
            made.update(compute())
            return made

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a full disk, which `_seal` finds
            kept = self._keep.call_and_shelve(name, digest, make)
        path = Path(kept.store_backend.location, kept.func_id, kept.args_id)
        if made:
            self._seal(name, path, kept.clear)
            return made
        if _is_whole(path):
            self._tell(f"{name}: from the cache")
            arrays: Arrays = kept.get()
            return arrays
        self._tell(f"{name}: damaged in the cache, made anew")
        kept.clear()
        return self.recall(name, digest, compute)

    def _seal(self, name: str, path: Path, forget: Callable[[], None]) -> None:
        """Store the checksum of a result just kept, and make room for it."""
        try:
            (path / _CHECKSUM).write_text(_checksum(path), encoding="ascii")
            self._memory.reduce_size(bytes_limit=LARGEST_CACHE)
        except OSError as error:
            self._tell(f"{name}: could not be kept in the cache: {error}")
            forget()


def _compute(name: str, digest: str, compute: Callable[[], Arrays]) -> Arrays:  # noqa: ARG001
    """Make a result; joblib keeps it under the first two arguments."""
    return compute()


def _checksum(path: Path) -> str:
    with (path / "output.pkl").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_whole(path: Path) -> bool:
    """Whether a kept result is what was stored."""
    try:
        return (path / _CHECKSUM).read_text(encoding="ascii") == _checksum(path)
    except (OSError, UnicodeDecodeError):
        return False


def open_cache(folder: Path, tell: Callable[[str], None]) -> ResultCache | None:
    """Open the cache, if the folder is this user's own.

    Args:
        folder: Made if need be.
        tell: Called with a line about each result, and where the folder is not used.

    Returns:
        The cache, or None where it must or can not be used.
    """
    try:
        return ResultCache(private_folder(folder), tell)
    except CacheRefused:
        reason = "it belongs to, or can be written by, someone else (chmod 700)"
    except OSError as error:
        reason = str(error)
    tell(f"{folder} is not used as a cache: {reason}")
    return None


def content_digest(texts: Sequence[str], *parts: object) -> str:
    """Digest what a result is made from: texts, settings, and the code of this project.

    Args:
        texts: Any texts.
        parts: Arrays, by their bytes, and other values, by their representation.

    Returns:
        A SHA-256 in hexadecimal digits.
    """
    digest = hashlib.sha256(_code_digest())
    for start in range(0, len(texts), _DIGESTED_AT_ONCE):
        some = texts[start : start + _DIGESTED_AT_ONCE]
        digest.update(np.array([len(text) for text in some]).tobytes())
        digest.update("".join(some).encode("utf-8", "surrogatepass"))
    for part in parts:
        digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _code_digest() -> bytes:
    """Digest every source file that a result may depend on, and the versions beneath it."""
    versions = (platform.python_version(), platform.machine(), numba_version, np.__version__)
    digest = hashlib.sha256(repr(versions).encode())
    for package in (scoring, training):
        for path in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.digest()
