"""Training's compiled functions are kept, and none that a change of another could leave stale."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

from numba.core.dispatcher import Dispatcher

import scoring.compilation.cache
import training.compiled

ROOT = Path(__file__).resolve().parents[2]
MARKS = ("njit", "kernel", "allocating_kernel")
"""What a function is decorated with to be compiled."""


def compiled_modules() -> set[str]:
    """Every module of training, and the batch kernel, that compiles a function."""
    paths = [*(ROOT / "training").rglob("*.py"), ROOT / "scoring" / "ngrams" / "_batch.py"]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in paths
        if any(f"@{mark}" in path.read_text(encoding="utf-8") for mark in MARKS)
    }


def test_every_module_that_compiles_is_kept() -> None:
    assert {module.__name__ for module in training.compiled.KERNELS} == compiled_modules()


def test_compiled_functions_call_none_whose_change_would_go_unseen() -> None:
    """What a module with compiled functions imports that is compiled is one of scoring's kernels.

    A function that is only called from Python may come from anywhere.
    """
    seen = {module.__name__ for module in scoring.compilation.cache.KERNELS}
    for name in compiled_modules():
        module = importlib.import_module(name)
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        inside = {
            call.func.id
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef)
            and any(
                ast.unparse(mark).partition("(")[0] in MARKS for mark in function.decorator_list
            )
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        }
        for called in inside & set(vars(module)):
            function = vars(module)[called]
            if isinstance(function, Dispatcher):
                origin = function.py_func.__module__
                assert origin in {name, *seen}, f"{name} calls {called} of {origin}"
