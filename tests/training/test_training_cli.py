from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scoring.artifacts.selection import CURRENT, current_version
from scoring.compilation.cache import load_kernels
from scoring.parallel.chunk_map import LOCAL
from training.__main__ import main, parse_arguments

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def data(small_data: Path, tmp_path: Path) -> Path:
    """A copy of `small_data` for one test to change."""
    copy = tmp_path / "data"
    shutil.copytree(small_data, copy)
    return copy


def failed(capsys: Captured, *arguments: object) -> str:
    """Run the command line, which fails in one line; return the line."""
    assert main([str(argument) for argument in arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert error.endswith("\n")
    return error


def test_use_makes_a_version_current(models: Path, capsys: Captured) -> None:
    version = current_version(models)
    other = models / (version + "-b")
    (models / CURRENT).write_text("nothing\n")
    assert main(["--models", str(models), "use", version]) == 0
    assert capsys.readouterr().out == f"{version} is in use\n"
    assert current_version(models) == version
    assert not other.exists()


def test_use_of_a_version_that_is_not_there(models: Path, capsys: Captured) -> None:
    before = (models / CURRENT).read_bytes()
    assert "no model at" in failed(capsys, "--models", models, "use", "20200101T000000Z-0")
    assert (models / CURRENT).read_bytes() == before


def test_use_of_a_damaged_version(models: Path, capsys: Captured) -> None:
    version = current_version(models)
    shutil.copytree(models / version, models / "damaged")
    weights = models / "damaged" / "weights.npy"
    weights.write_bytes(weights.read_bytes()[:-1])
    before = (models / CURRENT).read_bytes()
    assert "sha256" in failed(capsys, "--models", models, "use", "damaged")
    assert (models / CURRENT).read_bytes() == before


def test_no_registry(tmp_path: Path, capsys: Captured) -> None:
    error = failed(capsys, "--data", tmp_path, "--models", tmp_path / "models", "train")
    assert "sources.toml cannot be read" in error
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("sources.toml", "[[source]", "sources.toml"),
        ("written/s01_general.jsonl", "{}\n", "s01_general.jsonl line 1"),
        ("annotations/news.csv", "key\n", "news.csv has columns"),
        ("annotations/news.csv", 'key\n"open\n', "news.csv"),
        ("splits/held_back.txt", "all of them\n", "held_back.txt line 1"),
    ],
)
def test_malformed_data_is_named(
    data: Path, tmp_path: Path, capsys: Captured, name: str, content: str, place: str
) -> None:
    (data / name).parent.mkdir(exist_ok=True)
    (data / name).write_text(content, encoding="utf-8")
    assert place in failed(capsys, "--data", data, "--models", tmp_path / "models", "train")
    assert not (tmp_path / "models").exists()


def test_nothing_to_train_on(data: Path, tmp_path: Path, capsys: Captured) -> None:
    shutil.rmtree(data / "written")
    error = failed(capsys, "--data", data, "--models", tmp_path / "models", "train")
    assert "no comment to train on" in error


@pytest.mark.slow
def test_folder_of_models_is_a_file(data: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "models").write_text("")
    failed(capsys, "--data", data, "--models", tmp_path / "models", "train")


def test_evaluate_without_a_held_back_comment(data: Path, models: Path, capsys: Captured) -> None:
    assert main(["--data", str(data), "--models", str(models), "evaluate"]) == 0
    assert "no held-back comment could be read" in capsys.readouterr().out


def test_hold_back_without_annotations(data: Path, capsys: Captured) -> None:
    assert main(["--data", str(data), "hold-back"]) == 0
    assert "0 keys appended" in capsys.readouterr().out


def test_data_from_an_empty_mirror(data: Path, tmp_path: Path, capsys: Captured) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    arguments = ["--data", str(data), "data", "--offline", "--mirror", str(mirror)]
    assert main(arguments) == 0
    assert "civil-aayan" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [[], ["dance"], ["use"], ["train", "--jobs", "0"], ["train", "--jobs", "many"]]
)
def test_wrong_usage(arguments: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("step", ["train", "evaluate"])
def test_scheduler_is_this_machines_processes_or_an_address(step: str) -> None:
    assert parse_arguments([step]).scheduler is None
    assert parse_arguments([step, "--scheduler"]).scheduler == LOCAL
    assert parse_arguments([step, "--scheduler", "tcp://x:1"]).scheduler == "tcp://x:1"


def test_folder_of_compiled_code_that_others_can_write(
    data: Path,
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is told, not used, and no reason to stop."""
    cache = tmp_path / "compiled"
    cache.mkdir()
    cache.chmod(0o777)
    monkeypatch.setenv("MODERATION_CACHE", str(cache))
    monkeypatch.setattr("scoring.compilation.cache.is_kept", lambda: False)
    monkeypatch.setattr("training.__main__.load_kernels", load_kernels.__wrapped__)
    assert main(["--data", str(data), "--models", str(models), "evaluate"]) == 0
    (warning,) = caplog.records
    assert "MODERATION_CACHE" in warning.__dict__["fields"]["told"]
    assert list(cache.iterdir()) == []


def test_folder_of_models_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODERATION_MODELS", "/srv/models")
    assert parse_arguments(["train"]).models == Path("/srv/models")
    assert parse_arguments(["--models", "here", "train"]).models == Path("here")
    monkeypatch.delenv("MODERATION_MODELS")
    assert parse_arguments(["train"]).models == Path("models")


def test_compare_needs_versions_that_verify(models: Path, capsys: Captured) -> None:
    version = current_version(models)
    assert "no model at" in failed(capsys, "--models", models, "compare", version, "nothing")


def test_compare_says_nothing_where_no_held_back_comment_can_be_read(
    small_data: Path, models: Path, capsys: Captured
) -> None:
    version = current_version(models)
    words = ["--data", str(small_data), "--models", str(models), "compare", version, version]
    assert main(words) == 0
    assert "head" not in capsys.readouterr().out
