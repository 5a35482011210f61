"""Markdown tables that also read well in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown_table(
    header: Sequence[str], lines: Sequence[Sequence[str]], *, numbers: Iterable[int] = ()
) -> str:
    """Lay out a table.

    Args:
        header: Column names.
        lines: Cells of each line, as many as the header has.
        numbers: Positions of the columns to align to the right.

    Returns:
        Lines of equal width, without a final newline.
    """
    right = set(numbers)
    widths = [max(len(line[c]) for line in (header, *lines)) for c in range(len(header))]

    def row(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if c in right else cell.ljust(width)
            for c, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = [f"{'-' * (w - 1)}:" if c in right else "-" * w for c, w in enumerate(widths)]
    return "\n".join([row(header), row(rule), *(row(line) for line in lines)])
