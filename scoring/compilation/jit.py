"""How functions are compiled: without the interpreter's lock, and loaded from disk where kept.

A compiled function of this package is decorated with `kernel` or `allocating_kernel`: nobody has to
list it elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from numba import njit
from numba.core import config as numba_config
from numba.core.dispatcher import Dispatcher

_Function = TypeVar("_Function", bound=Callable[..., Any])

_kernels: Final[list[Dispatcher]] = []
_folder: list[str] = []


def jit(function: _Function) -> _Function:
    """Compile a function at its first call with arguments of some types, in memory.

    Args:
        function: One that scoring does not call; training's, for instance.

    Returns:
        Numba's dispatcher, called as the function is.
    """
    return cast("_Function", njit(nogil=True)(function))


def kernel(function: _Function) -> _Function:
    """Compile a function of this package that makes and returns no array.

    Its references to arrays are not counted, which takes a sixth off the time of a score
    (docs/decisions/0003): whoever called it holds what it works on. Numba names the switch `_nrt`,
    uses it for inner functions itself, and refuses to compile a function that allocates with it.

    Args:
        function: One that `scoring.compilation.sample` calls: what is kept is not added to.

    Returns:
        Numba's dispatcher, called as the function is.
    """
    options: dict[str, Any] = {"nogil": True, "_nrt": False}
    return cast("_Function", _registered(njit(**options)(function)))


def allocating_kernel(function: _Function) -> _Function:
    """Compile a function of this package that may make arrays.

    Args:
        function: As for `kernel`.

    Returns:
        Numba's dispatcher, called as the function is.
    """
    return cast("_Function", _registered(njit(nogil=True)(function)))


def _registered(compiled: Dispatcher) -> Dispatcher:
    _kernels.append(compiled)
    if _folder:
        _keep(compiled, _folder[0])
    return compiled


def keep_kernels(folder: str) -> None:
    """Load the code of every kernel from a folder, and keep there what is not in it.

    Args:
        folder: A folder that only this user can write.
    """
    if _folder != [folder]:
        _folder[:] = [folder]
        for compiled in _kernels:
            _keep(compiled, folder)


def kernels() -> tuple[Dispatcher, ...]:
    """Return every kernel of the modules imported so far."""
    return tuple(_kernels)


def is_kept() -> bool:
    """Tell whether the code of kernels is loaded from a folder."""
    return bool(_folder)


def _keep(compiled: Dispatcher, folder: str) -> None:
    # numba makes its settings as it is imported, out of sight of a type checker
    numba_config.CACHE_DIR = folder  # type: ignore[attr-defined]
    compiled.enable_caching()
