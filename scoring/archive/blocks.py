"""What the formats share: where a run is in its input, a scored block, and a format's duties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from scoring.archive.row_judge import Findings, RowJudge

BLOCK_BYTES: Final = 4 * 1024 * 1024
"""A block ends here even if it holds fewer comments than it may: it bounds the memory of a run."""
ERROR: Final = "error"
"""Counted in the place of a decision for a comment that could not be scored."""


class Position(NamedTuple):
    """How far into the input.

    Attributes:
        offset: Bytes of a text file before any compression; rows of a Parquet file.
        line: Lines of a text file; rows of a Parquet file.
    """

    offset: int
    line: int


@dataclass(frozen=True, slots=True)
class ScoredBlock:
    """What one block adds to the output.

    Attributes:
        data: Bytes to append.
        end: Where the block ends in the input.
        decisions: Number of comments by decision; `ERROR` where there is none.
    """

    data: bytes = field(repr=False)
    end: Position
    decisions: dict[str, int]


class Layout(Protocol):
    """One archive in one format: how it is read, scored and written."""

    @property
    def unit(self) -> str:
        """What `Position.offset` counts, for the progress bar."""
        ...

    @property
    def total(self) -> int | None:
        """The offset of the end, or None where it is not known."""
        ...

    @property
    def score(self) -> Callable[[RowJudge, Any], ScoredBlock]:
        """Scores a block: pure, and pickled with the block for a cluster."""
        ...

    def opening(self) -> tuple[bytes, Position]:
        """Return the output's first bytes, and where in the input the first comment is."""
        ...

    def blocks(self, start: Position) -> Iterator[Any]:
        """Read blocks of whole comments, lazily, from a position that a block ended at."""
        ...

    def finish(self, data: Path, finished: Path) -> Path:
        """Turn the appended bytes into the output; return the file that is to be the output."""
        ...


def count_decisions(found: Findings) -> dict[str, int]:
    """Count the decisions of a block.

    Args:
        found: What was found of each comment.

    Returns:
        Number of comments by decision, `ERROR` among them.
    """
    counts = Counter(found.judgements.verdicts.decisions.tolist())
    failed = len(found.faults) - len(found.judgements)
    return dict(counts + Counter({ERROR: failed}))
