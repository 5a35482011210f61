"""The append-only list of comments that no model of this project is ever trained on."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

import pandas as pd

from training.errors import TrainingError

_KEY: Final = re.compile(r"[0-9a-f]{16}")
HELD_BACK_SHARE: Final = 0.4
"""Share of the randomly drawn annotated news comments that is held back."""


class HeldBackError(TrainingError):
    """The held-back list is malformed."""


def read_held_back(path: Path) -> frozenset[str]:
    """Read the held-back keys.

    Args:
        path: One key a line; lines that start with # are comments.

    Returns:
        The keys.

    Raises:
        HeldBackError: The file is missing, or a line is not a key.
    """
    if not path.exists():
        raise HeldBackError(
            f"{path} is missing: without it held-back comments would be trained on; restore it "
            "from the repository, or write an empty file if nothing was ever held back"
        )
    keys = set()
    content = path.read_text(encoding="ascii", errors="replace")
    for number, line in enumerate(content.splitlines(), 1):
        key = line.strip()
        if not key or key.startswith("#"):
            continue
        if not _KEY.fullmatch(key):
            raise HeldBackError(f"{path} line {number}: {key!r} is not 16 hexadecimal digits")
        keys.add(key)
    return frozenset(keys)


def read_listed(path: Path) -> frozenset[str]:
    """Read another list of keys, where it is kept.

    Args:
        path: As of `read_held_back`.

    Returns:
        The keys; none where there is no such file.

    Raises:
        HeldBackError: A line is not a key.
    """
    return read_held_back(path) if path.exists() else frozenset()


def newly_held_back(
    annotations: pd.DataFrame, already: frozenset[str], news_folders: frozenset[str]
) -> list[str]:
    """Choose which randomly drawn news comments to hold back, by a hash of their key.

    The choice of a key never depends on other rows, so annotating more never moves one from
    training to the held-back side.

    Args:
        annotations: As `read_annotations` returns them.
        already: Keys held back before.
        news_folders: Folders of the sources whose comments were written on news sites.

    Returns:
        Keys to append, ascending.
    """
    drawn = annotations.loc[annotations["inclusion_probability"].notna(), ["key", "folder"]]
    news = drawn.loc[drawn["folder"].isin(news_folders), "key"]
    return sorted(key for key in news if key not in already and _share(key) < HELD_BACK_SHARE)


def _share(key: str) -> float:
    return int(hashlib.sha256(f"held back {key}".encode()).hexdigest()[:8], 16) / 2**32


def append_held_back(path: Path, keys: list[str]) -> None:
    """Append keys to the list.

    Args:
        path: The list; made if need be.
        keys: Keys not yet in it.

    Raises:
        OSError: The file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        keys = ["", *keys]  # the last line was left open: never write a key onto another
    with path.open("a", encoding="ascii") as file:
        file.writelines(f"{key}\n" for key in keys)
