from __future__ import annotations

import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from training.sources.errors import SourceDamaged, SourceLayout, SourceMissing
from training.sources.labels import LABELS, UNKNOWN
from training.sources.readers import pools

Writer = Callable[..., Path]


def write_lines(folder: Path, rows: list[object]) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / pools.COMMENTS).write_bytes(lzma.compress(lines.encode()))


@pytest.mark.parametrize(
    ("reader", "source"),
    [
        (pools.read_reddit_worldnews, "reddit-worldnews"),
        (pools.read_youtube_gulf, "youtube-news-gulf"),
        (pools.read_youtube_mixed, "youtube-news-mixed"),
        (pools.read_youtube_ukraine, "youtube-news-ukraine"),
    ],
)
def test_nothing_is_known_of_a_pool(
    tmp_path: Path, reader: Callable[[Path], object], source: str
) -> None:
    with pytest.raises(SourceMissing):
        reader(tmp_path)
    write_lines(tmp_path, [{"text": "One."}, {"text": "Two."}])
    table = pools.read_reddit_worldnews(tmp_path)
    assert table["row_id"].tolist() == ["0", "1"]
    assert (table[list(LABELS)] == UNKNOWN).all(axis=None)
    assert set(reader(tmp_path)["source"]) == {source}  # type: ignore[index]
    write_lines(tmp_path, [{"body": "no text"}])
    with pytest.raises(SourceLayout):
        reader(tmp_path)
    (tmp_path / pools.COMMENTS).write_bytes(b"no xz")
    with pytest.raises(SourceDamaged):
        reader(tmp_path)


def test_tables_of_comments(write_csv: Writer, tmp_path: Path) -> None:
    write_csv(pools.MARCO_FILE, ["comment_text"], [["One."], ["Two."]])
    assert pools.read_civil_marco(tmp_path)["text"].tolist() == ["One.", "Two."]
    for name in pools.COMMUNITIES:
        write_csv(name, ["body", "subreddit", "moderated"], [[f"In {name}", "x", "1"]])
    ids = pools.read_reddit_moderated(tmp_path)["row_id"].tolist()
    assert ids == ["news:0", "syriancivilwar:0"]
