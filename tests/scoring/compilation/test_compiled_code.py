"""Where compiled code is kept: in a folder that nobody else can write."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import pytest
from numba import types as numba_types

from scoring.compilation.cache import cache_folder, compile_kernels, dispatchers, prepare_kernels
from scoring.compilation.private_folder import chosen_cache, private_folder
from scoring.errors import CacheRefused


def test_the_folder_is_the_named_one_or_in_the_users_cache() -> None:
    assert chosen_cache({"MODERATION_CACHE": " /srv/compiled "}) == Path("/srv/compiled")
    assert chosen_cache({"XDG_CACHE_HOME": "/home/me/c"}) == Path("/home/me/c/comment-moderation")
    assert chosen_cache({"MODERATION_CACHE": ""}).name == "comment-moderation"


def test_a_private_folder_is_made_private(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "a" / "cache")
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_can_write_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(CacheRefused, match="MODERATION_CACHE"):
        cache_folder(folder)


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(CacheRefused):
        cache_folder(tmp_path / "link")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_someone_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, 12345)
    with pytest.raises(CacheRefused, match="owner 12345"):
        cache_folder(folder)


def test_a_folder_that_cannot_be_made_means_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert cache_folder(tmp_path / "file") is None


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would have compiled in a process of their own, and had nothing to do."""
    commands: list[list[str]] = []

    def run(command: list[str], **_options: object) -> None:
        commands.append(command)

    monkeypatch.setattr("scoring.compilation.cache.subprocess.run", run)
    monkeypatch.setattr("scoring.compilation.cache.compile_into", lambda _folder: None)
    return commands


def test_only_the_first_start_compiles_in_a_process_of_its_own(
    tmp_path: Path, elsewhere: list[list[str]]
) -> None:
    prepare_kernels(tmp_path)
    prepare_kernels(tmp_path)
    (command,) = elsewhere
    assert command[0] == sys.executable
    assert str(tmp_path) in command


def test_a_changed_date_of_a_source_means_a_first_start(
    tmp_path: Path, elsewhere: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "kernel.py"
    source.write_text("")
    module = types.ModuleType("kernel")
    module.__file__ = str(source)
    monkeypatch.setattr("scoring.compilation.cache.KERNELS", (module,))
    prepare_kernels(tmp_path)
    os.utime(source, (1, 1))
    prepare_kernels(tmp_path)
    assert len(elsewhere) == 2


@pytest.mark.parametrize(
    "interpreter", ["/nonexistent/python", "/bin/false"], ids=["cannot start", "fails"]
)
def test_where_that_process_fails_this_one_compiles(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    interpreter: str,
) -> None:
    compiled: list[Path] = []
    monkeypatch.setattr("scoring.compilation.cache.sys.executable", interpreter)
    monkeypatch.setattr("scoring.compilation.cache.compile_into", compiled.append)
    prepare_kernels(tmp_path)
    assert compiled == [tmp_path]
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
    (warning,) = caplog.records
    assert warning.message == "compiling in a process of its own failed"


def test_a_function_that_counts_no_references_returns_no_array() -> None:
    """Nobody would hold what it returns; numba refuses by itself to compile one that allocates."""
    compile_kernels()
    uncounted = [found for found in dispatchers() if found.targetoptions.get("_nrt") is False]
    assert len(uncounted) > 30
    for dispatcher in uncounted:
        for signature in dispatcher.nopython_signatures:
            returned = signature.return_type
            parts = returned.types if isinstance(returned, numba_types.BaseTuple) else [returned]
            assert not any(isinstance(part, numba_types.Array) for part in parts), dispatcher
