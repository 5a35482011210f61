"""Compiled code: made once by a process of its own, kept in a private folder, checked, loaded.

Numba keeps compiled functions as pickles, so the folder must be one that only this user can write;
it leaves what a power cut has damaged unnoticed, so every file is checked before one is read. The
compiler leaves 150 MB behind in a process that has used it, so a short-lived process compiles.

Whatever is wrong with the folder costs one line in the log and ten seconds of compiling in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from llvmlite import binding
from numba import __version__ as numba_version

import scoring
from scoring.compilation.jit import is_kept, keep_kernels
from scoring.compilation.private_folder import chosen_cache, private_folder
from scoring.errors import CacheRefused

if sys.platform != "win32":
    import fcntl

MOST_COMPILE_SECONDS: Final = 300.0
"""A process that compiles for longer is ended: it takes ten seconds on one core."""
CHECKSUMS: Final = "SHA256SUMS"
"""Written last: a folder without it is not complete."""
_COMPILE: Final = """
import sys
sys.path[:] = sys.argv[2:]
from scoring.compilation.sample import compile_into
compile_into(sys.argv[1])
"""

_log = logging.getLogger("scoring.compilation")


@lru_cache(maxsize=1)
def load_kernels() -> None:
    """Let this process load its compiled code, which is made first where there is none.

    Where it cannot be kept the log says so, and each function is compiled at its first call. A
    `Scorer` calls it as it is made; later calls do nothing.
    """
    if is_kept():  # this is the process that fills the folder
        return
    try:
        # what is there is only read: in a container it lies on a read-only disk
        cache = private_folder(chosen_cache(os.environ), writable=False)
        folder = cache / compiled_name()
        if not (folder.is_dir() and is_complete(private_folder(folder, writable=False))):
            private_folder(cache)
            private_folder(folder)
            with _only_one_compiles(cache):
                if not is_complete(folder):
                    _fill(folder)
    except (OSError, CacheRefused, subprocess.SubprocessError) as error:
        _log.warning("compiled code cannot be kept; compiling in memory, about ten seconds",
                     extra={"fields": _told(error)})  # fmt: skip
    else:
        keep_kernels(str(folder))


def is_complete(folder: Path) -> bool:
    """Tell whether a folder holds all that was compiled into it, unchanged.

    Args:
        folder: The folder.

    Raises:
        OSError: A file cannot be read.
    """
    sums = folder / CHECKSUMS
    return sums.is_file() and sums.read_text(encoding="ascii", errors="replace") == _sums(folder)


def _fill(folder: Path) -> None:
    """Compile in a process of its own, with this one's interpreter, path and environment."""
    _log.info("compiling, as at each first start: about ten seconds")
    shutil.rmtree(folder)
    private_folder(folder)
    command = [sys.executable, "-c", _COMPILE, str(folder), *sys.path]
    subprocess.run(  # noqa: S603 - this interpreter and this package
        command, check=True, capture_output=True, stdin=subprocess.DEVNULL,
        timeout=MOST_COMPILE_SECONDS,
    )  # fmt: skip
    (folder / CHECKSUMS).write_text(_sums(folder), encoding="ascii")


def _sums(folder: Path) -> str:
    """List the digests of a folder's files, in order of their names."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    digests = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in paths]
    return "\n".join([*digests, ""])


def compiled_name() -> str:
    """Name compiled code by all that it depends on: sources and their dates, compiler, processor.

    A change of one kernel must not leave a stale copy of it inside another, and numba itself
    compiles anew what has another date.

    Returns:
        Sixteen hexadecimal digits.
    """
    processor = f"{binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()}"
    options = sorted(item for item in os.environ.items() if item[0].startswith("NUMBA_"))
    compiler = f"{numba_version} {platform.python_version()} {processor} {options}"
    digest = hashlib.sha256(compiler.encode())
    for path in sorted(Path(str(scoring.__file__)).parent.rglob("*.py")):
        digest.update(f"{path} {path.stat().st_mtime_ns}".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _told(error: Exception) -> dict[str, str]:
    """Say what went wrong: the kind of error, its path, and the last line of a failed process."""
    output = getattr(error, "stderr", None) or b""
    last = output.decode(errors="replace").strip().rpartition("\n")[2]
    return {"error": type(error).__name__, "told": last or str(error)}


@contextlib.contextmanager
def _only_one_compiles(cache: Path) -> Iterator[None]:
    """Let one worker compile while the others wait to load what it made."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(cache / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
