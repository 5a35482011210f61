"""Compiled code: kept between starts in a private folder, and compiled before it is needed.

Numba keeps compiled functions as pickles, so the folder must be one that only this user can write.
A sub-folder named by the kernels' sources makes sure that no change of one kernel leaves a stale
copy of it inside another.

The compiler leaves 150 MB behind in a process that has used it. So a short-lived process compiles
into the folder, and whoever waits for it loads from there, at a first start as at any later one.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import logging
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
from numba import __version__ as numba_version
from numba.core import config as numba_config
from numba.core.dispatcher import Dispatcher
from numba.core.registry import cpu_target

from scoring import _result_json as render_kernel
from scoring.classify import judge
from scoring.compilation import jit as kernel
from scoring.compilation.private_folder import private_folder
from scoring.decisions import _decide as decision_kernel
from scoring.decisions.policy import Policy
from scoring.guidelines import CATEGORIES, HEADS
from scoring.language import _identifier as identifier_kernel
from scoring.language import _rules as language_kernel
from scoring.language._identifier import feature_rows, visited_features
from scoring.language.compact_tables import compact, one_state
from scoring.model import _accumulate as score_kernel
from scoring.model import _attribution as share_kernel
from scoring.model import _calibration as calibration_kernel
from scoring.model import _index as index_kernel
from scoring.model import _token_cache as token_cache_kernel
from scoring.model.arrays import Calibration, LinearModel
from scoring.model.scorer import Scorer
from scoring.ngrams import _hashing as term_kernel
from scoring.ngrams.extract import TermSettings
from scoring.result_json import render
from scoring.text import _addresses as address_kernel
from scoring.text import _fold as fold_kernel
from scoring.text import _letters as letter_kernel
from scoring.text import _tokens as token_kernel
from scoring.text import _words as word_kernel

if sys.platform != "win32":
    import fcntl

KERNELS: Final[tuple[ModuleType, ...]] = (
    fold_kernel,
    address_kernel,
    word_kernel,
    token_kernel,
    term_kernel,
    index_kernel,
    kernel,
    letter_kernel,
    token_cache_kernel,
    score_kernel,
    share_kernel,
    calibration_kernel,
    language_kernel,
    decision_kernel,
    render_kernel,
    identifier_kernel,
)
"""Every module with compiled functions: a new one is added here, and nowhere else."""
SAMPLES: Final = (
    "Thank you for a clear article.",
    "Das ist ein Kommentar, den niemand hier lesen kann.",
)
"""Invented comments: one that the scorer reads, one that the language identifier is asked about."""
MOST_COMPILE_SECONDS: Final = 300.0
"""A process that compiles for longer is ended: it takes ten seconds on one core."""
_COMPILE: Final = """
import sys
sys.path[:] = sys.argv[2:]
from pathlib import Path
from scoring.compilation.cache import compile_into
compile_into(Path(sys.argv[1]))
"""

_log = logging.getLogger("scoring.compilation.cache")


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
            kept = folder / f"kept-{_stamp()}"
            if not kept.exists() and _compile_elsewhere(folder):
                kept.touch(mode=0o600)
            compile_into(folder)
    # The compiler's objects stay for good: counting through them again would stall requests.
    gc.collect()
    gc.freeze()


def compile_into(folder: Path) -> None:
    """Load from a folder what is kept there; compile the rest and keep it.

    Args:
        folder: Where compiled code is kept, as `cache_folder` returns it.
    """
    # numba makes its settings as it is imported, out of sight of a type checker
    numba_config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    for dispatcher in dispatchers():
        dispatcher.enable_caching()
    compile_kernels()


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
    policy = Policy("any", 1.0, 0.0, (1.0,) * categories)
    undeclared = [None] * len(SAMPLES)
    render(judge(Scorer(model), lambda _: ("en", 1.0), policy, SAMPLES, undeclared, explained=True))
    tables = compact(one_state())
    visited_features(np.frombuffer(SAMPLES[0].encode(), np.uint8), *tables.automaton)
    feature_rows(np.zeros(1, np.intp), *tables.logarithms)


def kernel_digest() -> str:
    """Name the compiled code by everything it is made from.

    Returns:
        Sixteen hexadecimal digits over the kernels' sources and the compiler's version.
    """
    digest = hashlib.sha256(f"{numba_version} {platform.python_version()}".encode())
    for module in KERNELS:
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:16]


def dispatchers(modules: Iterable[ModuleType] = KERNELS) -> list[Any]:
    """List the compiled functions of some modules.

    Args:
        modules: The kernels, or others.

    Returns:
        Numba dispatchers, each once.
    """
    return [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Dispatcher) and value.py_func.__module__ == module.__name__
    ]


def _stamp() -> str:
    """Name a complete folder by what numba asks before it loads: the processor, dates and sizes."""
    processor = cpu_target.target_context.codegen().magic_tuple()
    digest = hashlib.sha256(str(processor).encode())
    for module in KERNELS:
        found = Path(str(module.__file__)).stat()
        digest.update(f"{module.__file__} {found.st_mtime_ns} {found.st_size}".encode())
    return digest.hexdigest()[:16]


def _compile_elsewhere(folder: Path) -> bool:
    """Fill a folder in a process of its own, with this one's interpreter, path and environment."""
    command = [sys.executable, "-c", _COMPILE, str(folder), *sys.path]
    try:
        subprocess.run(  # noqa: S603 - this interpreter and this package
            command, check=True, capture_output=True, stdin=subprocess.DEVNULL,
            timeout=MOST_COMPILE_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", None) or b""
        last = told.decode(errors="replace").strip().rpartition("\n")[2]
        fields = {"folder": str(folder), "error": type(error).__name__, "told": last}
        _log.warning("compiling in a process of its own failed", extra={"fields": fields})
        return False
    return True


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
