"""Every notebook runs from top to bottom, and is stored without what it printed."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from training.pipeline import Folders, train
from training.reports.own_comments import write_example
from training.settings import TrainingSettings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EVALUATE = ROOT / "notebooks" / "evaluate_on_your_comments.ipynb"
SHOWN = {
    "evaluate_on_your_comments": "This is an example, not an evaluation",
    "choose_thresholds": "[presets.assist]",
    "compare_two_versions": "comments",
    "audit_labels": "Audited:",
}
"""What a notebook says where it is run as it is; each notebook needs an entry."""
CELL_SECONDS = 300


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published models; a small one, of the comments written for the project, without any."""
    published = ROOT / "models"
    if (published / "CURRENT").exists():
        return published
    folders = Folders(tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("models"))
    shutil.copytree(ROOT / "data" / "written", folders.data / "written")
    shutil.copy(ROOT / "data" / "sources.toml", folders.data)
    train(folders, TrainingSettings(folds=2, kept_terms=20_000))
    return folders.models


def load(path: Path) -> Any:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def execute(notebook: Any, models: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run all cells as a person would, in the notebook's folder; return all that is shown."""
    monkeypatch.setenv("MODERATION_MODELS", str(models))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    client = NotebookClient(
        notebook, timeout=CELL_SECONDS, kernel_name="python3",
        resources={"metadata": {"path": str(ROOT / "notebooks")}},
    )  # fmt: skip
    asyncio.run(client.async_execute())
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    wrong = [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert not wrong
    return "\n".join(str(output.get("data", output.get("text", ""))) for output in outputs)


def with_parameters(path: Path, **parameters: object) -> Any:
    """A notebook whose cell tagged `parameters` is followed by these values."""
    notebook = load(path)
    (cell,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    cell.source += "".join(f"\n{name} = {value!r}" for name, value in parameters.items())
    return notebook


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_without_outputs(path: Path) -> None:
    notebook = load(path)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs"), f"clear the outputs of {path.name}"
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_as_it_is(path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = execute(load(path), models, monkeypatch)
    assert "image/png" in shown
    assert SHOWN[path.stem] in shown


def test_runs_on_an_analysts_own_file(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_example(ROOT / "data" / "written", tmp_path / "own.csv", rows=60)
    with path.open("a", encoding="utf-8") as file:
        file.write("شكرا لكم على هذا المقال الواضح,approve,,\n")
    notebook = with_parameters(
        EVALUATE, COMMENTS=str(path), PREVALENCE=None, PRESET="automatic", WORST=3,
    )  # fmt: skip
    shown = execute(notebook, models, monkeypatch)
    assert "61 comments" in shown
    assert "This is an example" not in shown
    assert "too few to judge" in shown
