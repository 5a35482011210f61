"""`training` imports `scoring`, `service` imports `scoring`, and nothing goes the other way.

What scores archives is a part of `scoring` with libraries of its own; the service imports none of
it.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoring import __main__ as program

ROOT = Path(__file__).parents[1]
SERVING = {"fastapi", "starlette", "uvicorn", "uvloop", "httptools", "orjson", "httpx"}
FITTING = {"sklearn", "scipy", "pandas", "joblib", "pyarrow", "matplotlib", "tqdm"}
CLUSTER = {"dask", "distributed"}
FORBIDDEN = {
    "scoring": {"training", "service", *SERVING, *FITTING, *CLUSTER},
    "service": {"training", *FITTING, *CLUSTER},
    "training": {"service", *SERVING, *CLUSTER},
}
EXTRAS = {
    "scoring/archive": {"orjson", "pyarrow", "tqdm"},
    "scoring/parallel/cluster.py": CLUSTER,
    "scoring/frames.py": {"pandas", "sklearn"},
}
"""What a part of a package may import besides, because it is installed by an extra of its own."""


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Line and top-level name of every import, those inside functions included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module.partition(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            name = node.args[0] if node.args else None
            if isinstance(name, ast.Constant):
                yield node.lineno, str(name.value).partition(".")[0]


FOLDERS = {
    "scoring": (
        "errors", "guidelines", "comment_rules", "compilation", "text", "ngrams", "language",
        "decisions", "model", "explain", "classify", "_result_json", "result_json", "rules",
        "artifacts", "classifier", "frames", "parallel", "archive", "commands", "__main__",
    ),
    "training": (
        "errors", "settings", "keys", "chunks", "resources", "sources", "own_labels",
        "own_decisions", "corpus", "features", "fitting", "evaluation", "evidence", "publishing",
        "project_data", "pipeline", "reports", "__main__",
    ),
}  # fmt: skip
"""Modules and folders in the order in which they may import: see docs/architecture.md."""
ALEMBIC_ENTRY = "service/feedback/migrations/env.py"
"""Runs under Alembic only."""
OUT_OF_ORDER = {
    "scoring/compilation/sample.py": "calls everything once, in a process of its own",
}


def inside(path: Path, package: str) -> Iterator[str]:
    """Parts of its own package that a module imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] if node.module != package else [
                f"{package}.{alias.name}" for alias in node.names
            ]  # fmt: skip
            yield from (name.split(".")[1] for name in names if name.startswith(f"{package}."))


@pytest.mark.parametrize("package", FOLDERS)
def test_folders_import_in_one_order(package: str) -> None:
    order, found = FOLDERS[package], []
    for path in sorted((ROOT / package).rglob("*.py")):
        here = path.relative_to(ROOT / package).with_suffix("").parts[0]
        if here == "__init__" or str(path.relative_to(ROOT)) in OUT_OF_ORDER:
            continue
        found += [
            f"{path.relative_to(ROOT)} imports {part}"
            for part in inside(path, package)
            if order.index(part) > order.index(here)
        ]
    assert found == []


def test_scheduling_knows_no_wire_format() -> None:
    for path in (ROOT / "service" / "scheduling").glob("*.py"):
        assert not {"wire", "http", "routes"} & {*inside(path, "service")}, path


def test_compiled_modules_are_private_to_scoring() -> None:
    private = {"training": {"features"}, "service": set[str]()}
    for package, allowed in private.items():
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                module = getattr(node, "module", None) or ""
                if isinstance(node, ast.ImportFrom) and module.startswith("scoring."):
                    assert "._" not in module or {*path.parts} & allowed, path


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_import_goes_against_the_arrows(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, name in imported(path.read_text(encoding="utf-8"))
        if name in FORBIDDEN[package] - extras_of(path)
    ]
    assert found == []


def extras_of(path: Path) -> set[str]:
    """What the extra of this module brings."""
    place = path.relative_to(ROOT)
    return set().union(*(names for part, names in EXTRAS.items() if place.is_relative_to(part)))


def test_only_the_command_leads_to_the_archive() -> None:
    """So that nothing of it is in serving."""
    found = {
        str(path.relative_to(ROOT))
        for package in ("scoring", "service")
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom) and "scoring.archive" in ast.unparse(node)
    }
    assert {path for path in found if "archive/" not in path} == set()
    assert program.COMMANDS["score"].module == "scoring.archive.command"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import training.fitting.heads as fit, os", ["training", "os"]),
        ("from service.app import create_app", ["service"]),
        ("def later():\n    import pandas", ["pandas"]),
        ("from . import neighbour", []),
        (
            "import importlib\nimportlib.import_module('training.fitting')",
            ["importlib", "training"],
        ),
        ("'import pandas'  # import sklearn", []),
    ],
)
def test_imports_are_found(source: str, names: list[str]) -> None:
    assert [name for _, name in imported(source)] == names


def test_every_package_is_under_the_rule() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == set(FORBIDDEN)


@pytest.mark.parametrize("package", ["scoring", "service"])
def test_every_module_loads_where_the_forbidden_are_not_installed(package: str) -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / package).rglob("*.py"))
        if not extras_of(path) and str(path.relative_to(ROOT)) != ALEMBIC_ENTRY
    ]
    absent = f"sys.modules.update(dict.fromkeys({sorted(FORBIDDEN[package])}))"
    lines = ["import sys", absent, *(f"import {module}" for module in modules)]
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
