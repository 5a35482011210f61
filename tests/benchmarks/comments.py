"""The comments that are measured with: real ones from news sites where the sources are there.

Their texts go to no output; those that a load generator or another process must read lie in a
temporary folder for as long as the run takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from training.corpus.weights import NEWS
from training.keys import fold_keys
from training.own_labels.held_back import read_held_back
from training.own_labels.written import read_written
from training.sources.errors import SourceError
from training.sources.load import read_source
from training.sources.registry import load_registry

LENGTH: Final = 210
"""Code points of a measured comment, about as many as a comment on a news site has on average."""
COUNT: Final = 1000
OTHERS: Final = 10_000
REAL: Final = "held-back news comments (Civil Comments), never trained on"
WRITTEN: Final = "comments written for this project (data/written): no source was there"


@dataclass(frozen=True, slots=True)
class Comments:
    """What is measured with.

    Attributes:
        texts: Distinct comments, each cut or joined at word boundaries to about `LENGTH`.
        others: Further comments, as they are; only for finding the model's terms.
        source: Where they come from, in words.
    """

    texts: tuple[str, ...]
    others: tuple[str, ...]
    source: str

    @property
    def mean_length(self) -> float:
        """Mean code points of a text."""
        return sum(map(len, self.texts)) / len(self.texts)


def read_comments(data: Path) -> Comments:
    """Read comments to measure with.

    Args:
        data: The data folder; `make data` fills its `raw`.

    Returns:
        Held-back news comments, or written ones where no source is there.

    Raises:
        TrainingError: The project's own data is malformed.
    """
    held_back, others = _news(data)
    if not held_back:
        written = read_written(data / "written")["text"].tolist()
        return Comments(tuple(islice(pieces(written), COUNT)), tuple(written), WRITTEN)
    return Comments(tuple(islice(pieces(held_back), COUNT)), tuple(others[:OTHERS]), REAL)


def pieces(texts: Iterable[str], length: int = LENGTH) -> Iterator[str]:
    """Join texts and cut them at word boundaries into pieces of about one length.

    Args:
        texts: Comments.
        length: Code points that a piece has at least; it ends with the word that reaches it.

    Yields:
        Pieces; what is left at the end, shorter than that, is dropped.
    """
    words: list[str] = []
    size = -1
    for text in texts:
        for word in text.split():
            words.append(word)
            size += 1 + len(word)
            if size >= length:
                yield " ".join(words)
                words, size = [], -1


def _news(data: Path) -> tuple[list[str], list[str]]:
    """Return the held-back news comments, and the others, each ordered by key."""
    held_back = read_held_back(data / "splits" / "held_back.txt")
    found: dict[str, str] = {}
    for source in load_registry(data / "sources.toml").sources:
        if source.domain != NEWS:
            continue
        try:
            texts = read_source(source, data / "raw")["text"].tolist()
        except SourceError:
            continue
        found.update(zip(fold_keys(texts), texts, strict=True))
    keys = sorted(found)
    return (
        [found[key] for key in keys if key in held_back],
        [found[key] for key in keys if key not in held_back],
    )
