"""Compiled code is kept in a folder that nobody else can write; whatever is wrong with it costs
one line in the log and some compiling, never an answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from numba import types as numba_types

from scoring.compilation import cache
from scoring.compilation.cache import CHECKSUMS, is_complete, load_kernels
from scoring.compilation.jit import kernels
from scoring.compilation.private_folder import chosen_cache, private_folder
from scoring.compilation.sample import compile_kernels
from scoring.errors import CacheRefused

ROOT = Path(__file__).parents[3]
UNCACHED: Callable[[], None] = load_kernels.__wrapped__


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
        private_folder(folder)


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(CacheRefused):
        private_folder(tmp_path / "link")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_someone_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, 12345)
    with pytest.raises(CacheRefused, match="owner 12345"):
        private_folder(folder)


class Compiling:
    """Stands for the process that compiles: leaves two files, or fails as told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = 0
        self.error: Exception | None = None
        self.kept: list[str] = []

    def __call__(self, command: list[str], **_options: object) -> None:
        self.runs += 1
        if self.error is not None:
            raise self.error
        for name in ("a.nbi", "a.nbc"):
            (Path(command[3]) / name).write_bytes(b"code")

    def code(self) -> Path:
        (folder,) = (path for path in self.folder.iterdir() if path.is_dir())
        return folder


@pytest.fixture
def compiling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compiling:
    process = Compiling(tmp_path / "cache")
    monkeypatch.setenv("MODERATION_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "is_kept", lambda: False)
    monkeypatch.setattr(cache, "keep_kernels", process.kept.append)
    monkeypatch.setattr(subprocess, "run", process)
    return process


def test_only_the_first_start_compiles(compiling: Compiling) -> None:
    UNCACHED()
    UNCACHED()
    assert compiling.runs == 1
    assert compiling.kept == [str(compiling.code())] * 2


def test_what_is_compiled_is_used_on_a_read_only_disk(
    compiling: Compiling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container; root may write anywhere, so the disk is told to be read-only."""
    UNCACHED()

    def read_only(*_: object, **__: object) -> bool:
        return False

    def refused(*_: object) -> int:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("os.access", read_only)
    monkeypatch.setattr("os.open", refused)
    UNCACHED()
    assert compiling.runs == 1
    assert compiling.kept == [str(compiling.code())] * 2


@pytest.mark.parametrize("damage", [b"", b"co", b"garbage"])
@pytest.mark.parametrize("name", ["a.nbi", "a.nbc", CHECKSUMS])
def test_a_damaged_file_is_compiled_anew(compiling: Compiling, name: str, damage: bytes) -> None:
    """As a power cut leaves one: the compiler does not wait until its files are on the disk."""
    UNCACHED()
    (compiling.code() / name).write_bytes(damage)
    UNCACHED()
    assert compiling.runs == 2
    assert is_complete(compiling.code())


def test_a_missing_file_is_compiled_anew(compiling: Compiling) -> None:
    UNCACHED()
    (compiling.code() / "a.nbc").unlink()
    UNCACHED()
    assert compiling.runs == 2


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        subprocess.CalledProcessError(1, "python", stderr=b"Traceback\nOSError: disk is full\n"),
        subprocess.TimeoutExpired("python", 300.0),
    ],
    ids=["full disk", "process fails", "process hangs"],
)
def test_where_compiling_fails_memory_it_is(
    compiling: Compiling, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    compiling.error = error
    UNCACHED()
    assert compiling.kept == []
    assert not is_complete(compiling.code())
    (warning,) = caplog.records
    assert warning.message.startswith("compiled code cannot be kept")
    assert warning.__dict__["fields"]["error"] == type(error).__name__


def test_where_the_folder_cannot_be_made_memory_it_is(
    compiling: Compiling, caplog: pytest.LogCaptureFixture
) -> None:
    compiling.folder.write_text("a file, not a folder")
    UNCACHED()
    assert (compiling.runs, compiling.kept, len(caplog.records)) == (0, [], 1)


def test_a_sub_folder_that_others_can_write_is_not_used(
    compiling: Compiling, caplog: pytest.LogCaptureFixture
) -> None:
    UNCACHED()
    compiling.code().chmod(0o777)
    UNCACHED()
    assert len(compiling.kept) == 1
    (warning,) = caplog.records
    assert warning.__dict__["fields"]["error"] == "CacheRefused"


def test_a_function_that_counts_no_references_returns_no_array() -> None:
    """Nobody would hold what it returns; numba refuses by itself to compile one that allocates."""
    compile_kernels()
    uncounted = [found for found in kernels() if found.targetoptions.get("_nrt") is False]
    assert len(uncounted) > 30
    for dispatcher in uncounted:
        for signature in dispatcher.nopython_signatures:
            returned: Any = signature.return_type
            parts = getattr(returned, "types", [returned])
            assert not any(isinstance(part, numba_types.Array) for part in parts), dispatcher


SCORE = """
import json, time
started = time.process_time()
from scoring.artifacts.versions import load_current
from pathlib import Path
scored = load_current(Path("models")).scorer.score(["You are an idiot."])
print(json.dumps([float(scored.reject_probability[0]), time.process_time() - started]))
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_costs_one_line_and_no_answer(small_disk: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCORE],
        cwd=ROOT,
        env={**os.environ, "MODERATION_CACHE": str(small_disk)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(run.stdout)[0] > 0.5
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.slow
def test_a_second_process_of_a_library_user_does_not_compile(tmp_path: Path) -> None:
    environment = {**os.environ, "MODERATION_CACHE": str(tmp_path / "cache")}
    seconds = []
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, "-c", SCORE],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=True,
        )
        seconds.append(json.loads(run.stdout)[1])
    assert is_complete(next((tmp_path / "cache").glob("*/")))
    # the child's time is its own: what is compared here is that neither process compiles itself
    assert seconds[0] < 2 * seconds[1]
