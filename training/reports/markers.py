"""Documents that commands write in part: what lies between two markers."""

from __future__ import annotations

from pathlib import Path

from scoring.artifacts.verified_files import replace_file
from training.errors import TrainingError


class MarkerError(TrainingError):
    """A document lacks a marker."""


def with_block(text: str, name: str, content: str, path: Path) -> str:
    """Replace what lies between the lines <!-- name:start --> and <!-- name:end -->.

    Args:
        text: A document.
        name: Of the markers.
        content: The new content.
        path: The document's, for the error.

    Returns:
        The document, the content between empty lines.

    Raises:
        MarkerError: The document lacks a marker, or has them in another order.
    """
    marks = (f"<!-- {name}:start -->", f"<!-- {name}:end -->")
    before, start, rest = text.partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not (start and end):
        raise MarkerError(f"{path} needs a line {marks[0]} and after it a line {marks[1]}")
    return f"{before}{start}\n\n{content.strip()}\n\n{end}{after}"


def write_between_markers(path: Path, name: str, content: str) -> None:
    """Replace what a file holds between two markers, as `with_block` does.

    Args:
        path: A file in UTF-8 that has both markers.
        name: Of the markers.
        content: The new content.

    Raises:
        MarkerError: The file lacks a marker, or has them in another order; it stays as it was.
        OSError: The file cannot be read or written.
    """
    text = with_block(path.read_text(encoding="utf-8"), name, content, path)
    replace_file(path, text.encode())
