"""Readers of comments without labels upstream: this project's annotations label some of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from training.sources.files import read_cells, read_json_lines
from training.sources.table import build_table, concat_tables

COMMENTS: Final = "comments.jsonl.xz"
MARCO_FILE: Final = "test_toxic.csv"
COMMUNITIES: Final = ("news.csv", "syriancivilwar.csv")


def read_reddit_worldnews(folder: Path) -> pd.DataFrame:
    """Read comments of r/news and r/worldnews; all labels are unknown.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the line, from 0.

    Raises:
        SourceError: The file is missing, damaged or of another layout.
    """
    return _comments(folder, "reddit-worldnews")


def read_youtube_gulf(folder: Path) -> pd.DataFrame:
    """Read comments under news videos on the Gulf: see `read_reddit_worldnews`."""
    return _comments(folder, "youtube-news-gulf")


def read_youtube_mixed(folder: Path) -> pd.DataFrame:
    """Read comments under news videos of several channels: see `read_reddit_worldnews`."""
    return _comments(folder, "youtube-news-mixed")


def read_youtube_ukraine(folder: Path) -> pd.DataFrame:
    """Read comments under news videos on Ukraine: see `read_reddit_worldnews`."""
    return _comments(folder, "youtube-news-ukraine")


def read_civil_marco(folder: Path) -> pd.DataFrame:
    """Read Civil Comments of high toxicity; as plain rejects they hurt, so all is unknown.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the data row, from 0.

    Raises:
        SourceError: The file is missing, damaged or of another layout.
    """
    cells = read_cells(folder / MARCO_FILE, ("comment_text",), text="comment_text")
    ids = [str(place) for place in range(len(cells))]
    return build_table("civil-marco", cells["comment_text"].tolist(), ids, {})


def read_reddit_moderated(folder: Path) -> pd.DataFrame:
    """Read two communities, half of whose comments moderators removed under rules unknown here.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is `<community>:<row>`; all labels are unknown.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    tables = []
    for name in COMMUNITIES:
        cells = read_cells(folder / name, ("body",), text="body")
        ids = [f"{Path(name).stem}:{place}" for place in range(len(cells))]
        tables.append(build_table("reddit-moderated", cells["body"].tolist(), ids, {}))
    return concat_tables(tables)


def _comments(folder: Path, source: str) -> pd.DataFrame:
    texts = read_json_lines(folder / COMMENTS, ("text",))["text"].tolist()
    return build_table(source, texts, [str(place) for place in range(len(texts))], {})
