"""Compiled code: kept between starts in a private folder, and compiled before it is needed.

Numba keeps compiled functions as pickles, so the folder must be one that only this user can write.
A sub-folder named by the kernels' sources makes sure that no change of one kernel leaves a stale
copy of it inside another.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import logging
import os
import platform
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
from numba import __version__ as numba_version
from numba.core import config as numba_config
from numba.core.dispatcher import Dispatcher

from scoring import (
    address_kernel,
    calibration_kernel,
    fold_kernel,
    index_kernel,
    letter_kernel,
    score_kernel,
    share_kernel,
    term_kernel,
    token_kernel,
    word_kernel,
)
from scoring.errors import CacheRefused
from scoring.explain import explain
from scoring.guidelines import CATEGORIES, HEADS
from scoring.model import Calibration, LinearModel
from scoring.scorer import Scorer
from scoring.terms import TermSettings

if sys.platform != "win32":
    import fcntl

KERNELS: Final[tuple[ModuleType, ...]] = (
    fold_kernel,
    address_kernel,
    word_kernel,
    token_kernel,
    term_kernel,
    index_kernel,
    letter_kernel,
    score_kernel,
    share_kernel,
    calibration_kernel,
)
"""Every module with compiled functions: a new one is added here, and nowhere else."""
SAMPLES: Final = (
    "Thank you for a clear article.",
    "Das ist ein Kommentar, den niemand hier lesen kann.",
)
"""Invented comments: one that the scorer reads, one that the language identifier is asked about."""

_log = logging.getLogger("scoring.compiled")


def chosen_cache(environment: Mapping[str, str]) -> Path:
    """Say where compiled code is to be kept.

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


def cache_folder(cache: Path) -> Path | None:
    """Make or check the folder for compiled code of these kernels.

    Args:
        cache: The private folder that holds it.

    Returns:
        The folder, or None where it cannot be made or written: code is then compiled at every
        start, and the log says so.

    Raises:
        CacheRefused: Someone else owns a folder or can write to it.
    """
    try:
        return private_folder(private_folder(cache) / kernel_digest())
    except OSError as error:
        fields = {"folder": str(cache), "error": type(error).__name__}
        _log.warning("compiled code cannot be kept", extra={"fields": fields})
        return None


def prepare_kernels(folder: Path | None) -> None:
    """Load the compiled kernels, or compile them (about 9 s on one core).

    Args:
        folder: Where compiled code is kept, as `cache_folder` returns it.
    """
    if folder is None:
        compile_kernels()
    else:
        with _only_one_compiles(folder):
            # numba makes its settings as it is imported, out of sight of a type checker
            numba_config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
            for dispatcher in dispatchers():
                dispatcher.enable_caching()
            compile_kernels()
    # The compiler's objects stay for good: counting through them again would stall requests.
    gc.collect()
    gc.freeze()


def compile_kernels() -> None:
    """Call every kernel once with arrays of the types that a loaded model has."""
    heads, categories = len(HEADS), len(CATEGORIES)
    calibration = Calibration(np.ones(categories), np.zeros(categories), np.zeros(3))
    model = LinearModel(
        settings=TermSettings(),
        hashes=np.array([1], np.uint64),
        idf=np.ones(1, np.float32),
        weights=np.zeros((1, heads), np.int8),
        weight_scales=np.ones(heads, np.float32),
        biases=np.zeros(heads),
        calibration=calibration,
        english=np.array([1], np.uint64),
    )
    scorer = Scorer(model)
    scorer.score(SAMPLES)
    explain(scorer, SAMPLES[0], CATEGORIES)


def private_folder(folder: Path) -> Path:
    """Make a folder that only this user can write, or check that it is one.

    Args:
        folder: The folder.

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
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} is not writable")
    return folder


def kernel_digest() -> str:
    """Name the compiled code by everything it is made from.

    Returns:
        Sixteen hexadecimal digits over the kernels' sources and the compiler's version.
    """
    digest = hashlib.sha256(f"{numba_version} {platform.python_version()}".encode())
    for module in KERNELS:
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:16]


def dispatchers() -> list[Any]:
    """List the compiled functions of the kernels.

    Returns:
        Numba dispatchers, each once.
    """
    return [
        value
        for module in KERNELS
        for value in vars(module).values()
        if isinstance(value, Dispatcher) and value.py_func.__module__ == module.__name__
    ]


@contextlib.contextmanager
def _only_one_compiles(folder: Path) -> Iterator[None]:
    """Let one worker compile while the others wait to load what it made."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
