"""A whole training on a part of the written comments, without a file of any source."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import scoring.artifacts.verified_files
import scoring.artifacts.versions
from scoring.artifacts.selection import CURRENT, current_version
from scoring.artifacts.versions import load_current, load_version
from scoring.guidelines import CATEGORIES, HEADS
from training.__main__ import main
from training.keys import fold_key
from training.pipeline import Folders, train
from training.settings import TrainingSettings

SETTINGS = TrainingSettings()


def versions(models: Path) -> set[str]:
    return {path.name for path in models.iterdir() if path.is_dir()}


@pytest.mark.slow
def test_says_that_no_source_could_be_read_and_publishes(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = tmp_path / "models"
    arguments = ["--data", str(small_data), "--models", str(models), "train"]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "NO SOURCE COULD BE READ" in said
    assert "civil-aayan: skipped, missing" in said
    assert "made it current: there was no model before" in said
    assert re.search(r"^[0-9]+ s, at most [0-9.]+ GB of memory$", said, re.MULTILINE)
    assert versions(models) == {current_version(models)}


@pytest.mark.slow
def test_no_text_of_a_comment_is_told(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(Folders(small_data, tmp_path), SETTINGS)
    captured = capsys.readouterr()
    told = captured.out + captured.err
    for path in (small_data / "written").glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert json.loads(line)["text"] not in told


def test_published_version_loads_and_scores(trained_models: Path) -> None:
    published = load_current(trained_models)
    manifest = published.manifest
    licence = "CC0-1.0 (written for this project)"
    assert manifest.sources == {"written": licence, "augmented": licence}
    assert manifest.training_rows > 250
    assert set(manifest.provisional) == set(CATEGORIES)
    scores = published.scorer.score(["You are an idiot.", "Thank you for the report."])
    assert scores.reject_probability[0] > scores.reject_probability[1]


def test_files_of_a_version(trained_models: Path) -> None:
    folder = trained_models / current_version(trained_models)
    assert {path.name for path in folder.iterdir()} == {
        "SHA256SUMS", "manifest.json", "golden.jsonl", "metrics.json", "model_card.md",
        "terms.npy", "idf.npy", "weights.npy", "weight_scales.npy", "english.npy",
    }  # fmt: skip
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics == {"version": folder.name, "evaluations": {}}
    card = (folder / "model_card.md").read_text(encoding="utf-8")
    assert card.startswith(f"# Model {folder.name}\n")


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_two_trainings_give_byte_identical_files(
    small_data: Path,
    trained_models: Path,
    tmp_path: Path,
    jobs: int,
) -> None:
    data, models = tmp_path / "data", tmp_path / "models"
    shutil.copytree(small_data, data)
    train(Folders(data, models), replace(SETTINGS, jobs=jobs))
    first = trained_models / current_version(trained_models)
    second = models / current_version(models)
    arrays = sorted(path.name for path in first.glob("*.npy"))
    assert len(arrays) == 5
    for name in (*arrays, "golden.jsonl"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    manifests = []
    for folder in (first, second):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        manifests.append({**manifest, "version": "", "trained_at": ""})
    assert manifests[0] == manifests[1]
    assert first.name.split("-")[1] == second.name.split("-")[1]  # the digest of the inputs


@pytest.mark.slow
def test_current_stays_where_nothing_shows_that_the_new_model_is_as_good(
    small_data: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = current_version(models)
    result = train(Folders(small_data, models), SETTINGS)
    assert not result.passed
    assert current_version(models) == before
    (new,) = versions(models) - {before}
    load_version(models, new)
    said = capsys.readouterr().out
    assert "CURRENT stays: only 0 held-back comments" in said
    assert f"python -m scoring models use {new}" in said


@pytest.mark.slow
def test_force_makes_it_current_all_the_same(
    small_data: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = current_version(models)
    arguments = ["--data", str(small_data), "--models", str(models), "train", "--force"]
    assert main(arguments) == 0
    assert {current_version(models)} == versions(models) - {before}
    assert "forced, though only 0 held-back comments" in capsys.readouterr().out


@pytest.mark.slow
def test_current_model_that_cannot_be_loaded_stays_and_is_named(
    small_data: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its error says to train again, so training must not stop at it."""
    damaged = current_version(models)
    (models / damaged / "idf.npy").write_bytes(b"damaged")
    assert not train(Folders(small_data, models), SETTINGS).passed
    assert current_version(models) == damaged
    (new,) = versions(models) - {damaged}
    load_version(models, new)
    assert "current model cannot be loaded to compare with" in capsys.readouterr().out
    assert main(["--models", str(models), "use", new]) == 0
    assert current_version(models) == new


@pytest.mark.slow
def test_held_back_and_repeated_comments_are_not_trained_on(
    small_data: Path, trained_models: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(small_data, data)
    path = min((data / "written").glob("*.jsonl"))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    keys = {fold_key(json.loads(line)["text"]) for line in lines[:5]}
    path.write_text("".join([*lines, lines[7]]), encoding="utf-8")
    (data / "splits").mkdir(exist_ok=True)
    (data / "splits" / "held_back.txt").write_text("".join(f"{key}\n" for key in sorted(keys)))
    train(Folders(data, tmp_path / "models"), SETTINGS)
    whole, part = load_current(trained_models).manifest, load_current(tmp_path / "models").manifest
    # each comment takes the disguised copy of it along
    assert whole.training_rows - 16 <= part.training_rows <= whole.training_rows - 10
    assert part.data_digest != whole.data_digest


@pytest.mark.slow
class TestFullDisk:
    """The disk is full when a file is written; some of its bytes may be there."""

    @staticmethod
    def fail_at(monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> None:
        write = scoring.artifacts.verified_files.write_synced

        def write_or_fail(path: Path, content: bytes) -> None:
            if path.name.startswith(name):
                path.write_bytes(content[: len(content) // 2])
                raise OSError(28, "No space left on device", str(path))
            write(path, content)

        monkeypatch.setattr(f"{module}.write_synced", write_or_fail)

    @pytest.mark.parametrize(
        ("module", "name"),
        [
            ("scoring.artifacts.files", "SHA256SUMS"),
            ("scoring.artifacts.files", "english.npy"),
            ("scoring.artifacts.files", "weights.npy"),
            ("scoring.artifacts.verified_files", f".{CURRENT}"),
        ],
    )
    def test_current_is_as_it_was(
        self,
        small_data: Path,
        models: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        module: str,
        name: str,
    ) -> None:
        before = (models / CURRENT).read_bytes()
        self.fail_at(monkeypatch, module, name)
        arguments = ["--data", str(small_data), "--models", str(models), "train", "--force"]
        assert main(arguments) == 1
        error = capsys.readouterr().err
        assert error.startswith("error: [Errno 28] No space left on device")
        assert error.count("\n") == 1
        assert (models / CURRENT).read_bytes() == before
        assert not list(models.glob(".staging-*"))
        for version in versions(models):
            load_version(models, version)  # what has a version's name is whole

    def test_first_training_leaves_no_current(
        self, small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.fail_at(monkeypatch, "scoring.artifacts.files", "terms.npy")
        with pytest.raises(OSError, match="No space left"):
            train(Folders(small_data, tmp_path), SETTINGS)
        assert list(tmp_path.iterdir()) == []


def test_every_head_is_stored(trained_models: Path) -> None:
    model = load_current(trained_models).model
    assert model.weights.shape == (len(model.hashes), len(HEADS))
    taught = [head for h, head in enumerate(HEADS) if model.weights[:, h].any()]
    assert taught == list(HEADS)
