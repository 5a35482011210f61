"""Where compiled code is kept: in a folder that nobody else can write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scoring.compiled import cache_folder, chosen_cache, private_folder
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
