from __future__ import annotations

from pathlib import Path

import pytest

from training.reports.markers import MarkerError, write_between_markers


def test_what_lies_between_the_markers_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("a\n<!-- x:start -->\nold\n<!-- x:end -->\nb\n")
    for _ in range(2):
        write_between_markers(path, "x", "new\n")
        assert path.read_text() == "a\n<!-- x:start -->\n\nnew\n\n<!-- x:end -->\nb\n"
    assert [file.name for file in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize("content", ["", "<!-- x:end --> <!-- x:start -->", "<!-- x:start -->"])
def test_a_file_without_markers_is_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "README.md"
    path.write_text(content)
    with pytest.raises(MarkerError, match="needs a line <!-- x:start -->"):
        write_between_markers(path, "x", "new")
    assert path.read_text() == content
