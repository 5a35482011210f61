"""What the tests of the sources share: writing tiny files in the layouts of the upstream ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Writer = Callable[..., Path]


@pytest.fixture
def write_csv(tmp_path: Path) -> Writer:
    """A writer of delimited files below tmp_path: name, header, rows."""

    def write(
        name: str, header: Sequence[str], rows: Sequence[Sequence[object]], separator: str = ","
    ) -> Path:
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=separator, lineterminator="\n").writerows([header, *rows])
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
        return path

    return write
