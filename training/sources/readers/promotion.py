"""Readers of sets about unsolicited advertising."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from training.sources.files import equals, flags, read_cells, read_files
from training.sources.labels import REJECT, no_or_unknown, yes_or_no, yes_or_unknown
from training.sources.table import build_table, count_dropped

YOUTUBE_FILES: Final = tuple(
    f"data__Youtube{name}.csv"
    for name in ("01-Psy", "02-KatyPerry", "03-LMFAO", "04-Eminem", "05-Shakira")
)
SMS_REST: Final = ("unnamed_2", "unnamed_3", "unnamed_4")


def read_youtube_spam(folder: Path) -> pd.DataFrame:
    """Read comments under five music videos, as YouTube's HTML.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is YouTube's comment id, `group` the video.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    cells = read_files(folder, YOUTUBE_FILES, ("COMMENT_ID", "CONTENT", "CLASS"), text="CONTENT")
    kept = cells.drop_duplicates("COMMENT_ID").reset_index(drop=True)
    spam = flags(kept, "CLASS")
    labels = {
        # spam is promotion, of goods or of oneself: which one is unknown until somebody reads it
        REJECT: yes_or_unknown(spam),
        # ham promotes nothing; it may swear or insult, so reject and the rest stay unknown
        "commercial_promotion": no_or_unknown(~spam),
        "personal_promotion": no_or_unknown(~spam),
    }
    texts, row_ids = kept["CONTENT"].tolist(), kept["COMMENT_ID"].tolist()
    videos = kept["stem"].str.removeprefix("data__").tolist()
    table = build_table("youtube-spam-uci", texts, row_ids, labels, videos)
    return count_dropped(table, {"same id": len(cells) - len(kept)})


def read_sms_spam(folder: Path) -> pd.DataFrame:
    """Read British and Singaporean text messages.

    The file is UTF-8 that was read as Windows-1252 and written as Mac Roman: that is undone.
    Messages whose characters were lost on the way are dropped as not UTF-8.

    Args:
        folder: The folder of the source.

    Returns:
        A row table; `row_id` is the data row.

    Raises:
        SourceError: A file is missing, damaged or of another layout.
    """
    columns = ("v1", "v2", *SMS_REST)
    cells = read_cells(folder / "spam.csv", columns, encoding="mac_roman")
    spam = equals(cells, "v1", "spam", ("spam", "ham"))
    # a comma after a lost quotation mark began a new cell: put the message together again
    pieces = cells[["v2", *SMS_REST]].to_numpy(dtype=object).tolist()
    messages = [",".join([first, *(piece for piece in rest if piece)]) for first, *rest in pieces]
    labels = {
        "commercial_promotion": yes_or_no(spam),  # spam sells; ham says nothing of other categories
    }
    texts = [_undo_mac_roman(message) for message in messages]
    return build_table("sms-spam", texts, [str(row) for row in range(len(cells))], labels)


def _undo_mac_roman(text: str) -> str | None:
    """Return a message as it was before two wrong decodings, or None where that is lost."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except ValueError:
        return None
