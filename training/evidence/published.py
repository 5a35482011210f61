"""Figures that others published, read from data/published_figures.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from training.errors import TrainingError

FILE: Final = "published_figures.toml"
_KEYS: Final = {"source", "columns", "measure", "parts"}


class PublishedFiguresError(TrainingError):
    """The file of published figures is malformed."""


@dataclass(frozen=True, slots=True)
class Published:
    """What others published on one benchmark.

    Attributes:
        source: Where it was read.
        columns: Names of the systems.
        measure: What the figures are.
        parts: For each part of the benchmark (`all` for the whole) one figure a system.
    """

    source: str = ""
    columns: tuple[str, ...] = ()
    measure: str = ""
    parts: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def beside(self, part: str = "all") -> dict[str, float]:
        """Give the figures on a part of the benchmark, by system; empty where there are none."""
        return dict(zip(self.columns, self.parts.get(part, ()), strict=False))


def read_published(data: Path) -> dict[str, Published]:
    """Read the figures.

    Args:
        data: The folder data/.

    Returns:
        What was published, by benchmark; empty where there is no file.

    Raises:
        PublishedFiguresError: An entry lacks a key, or a part has another number of figures than
            there are systems.
    """
    path = data / FILE
    if not path.exists():
        return {}
    found = {}
    for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        if set(entry) != _KEYS:
            raise PublishedFiguresError(
                f"{path}: [{name}] has {', '.join(sorted(entry))}; needs {', '.join(sorted(_KEYS))}"
            )
        parts = {part: tuple(map(float, figures)) for part, figures in entry["parts"].items()}
        wrong = [part for part, row in parts.items() if len(row) != len(entry["columns"])]
        if wrong:
            raise PublishedFiguresError(
                f"{path}: [{name}] part {wrong[0]} has {len(parts[wrong[0]])} figures for "
                f"{len(entry['columns'])} columns"
            )
        found[name] = Published(entry["source"], tuple(entry["columns"]), entry["measure"], parts)
    return found
