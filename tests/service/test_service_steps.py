"""How the worker's thread is shared, and where compiled code is kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.score_kernel import score_texts
from service.batches import CHUNK_COMMENTS, CHUNK_COST, split
from service.errors import CacheRefused
from service.warmup import cache_folder, compile_kernels, dispatchers, private_folder


@given(st.lists(st.integers(1, 3 * CHUNK_COST), max_size=300))
def test_steps_cover_everything_once_and_stay_small(costs: list[int]) -> None:
    steps = list(split(costs))
    assert [position for first, stop, _ in steps for position in range(first, stop)] == list(
        range(len(costs))
    )
    for first, stop, cost in steps:
        assert cost == sum(costs[first:stop])
        assert 1 <= stop - first <= CHUNK_COMMENTS
        assert cost <= CHUNK_COST or stop - first == 1


def test_an_ordinary_batch_is_cut_by_number() -> None:
    assert [(first, stop) for first, stop, _ in split([100] * 70)] == [(0, 32), (32, 64), (64, 70)]


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


@pytest.mark.usefixtures("client")
def test_a_loaded_model_needs_no_further_compiling() -> None:
    compile_kernels()
    assert len(score_texts.signatures) == 1
    assert len(dispatchers()) > 10
