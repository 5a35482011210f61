from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from training.sources.labels import LABELS, NO, UNKNOWN, YES
from training.sources.readers import promotion
from training.sources.table import dropped_counts

Writer = Callable[..., Path]


def known(table: pd.DataFrame, row_id: str) -> dict[str, int]:
    rows = table[table["row_id"] == row_id]
    values = {key: int(rows[key].to_numpy()[0]) for key in LABELS}
    return {key: value for key, value in values.items() if value != UNKNOWN}


def test_youtube(write_csv: Writer, tmp_path: Path) -> None:
    header = ["COMMENT_ID", "AUTHOR", "DATE", "CONTENT", "CLASS"]
    for name in promotion.YOUTUBE_FILES:
        write_csv(name, header, [[f"{name}-1", "x", "", "See my channel.", 1]])
    rows = [["spam", "x", "", "See my channel.", 1]] * 2 + [["ham", "x", "", "A fine tune.", 0]]
    write_csv(promotion.YOUTUBE_FILES[2], header, rows)
    table = promotion.read_youtube_spam(tmp_path)
    # which promotion it is, is not known at the reader
    assert known(table, "spam") == {"reject": YES}
    assert known(table, "ham") == {"commercial_promotion": NO, "personal_promotion": NO}
    assert table.set_index("row_id")["group"]["ham"] == "Youtube03-LMFAO"
    assert dropped_counts(table) == {"same id": 1}


def test_text_messages_are_decoded_as_they_were_broken(tmp_path: Path) -> None:
    messages = ["spam,Win £100 now,,,", "ham,It’s late,,,", "ham,plain,,,"]
    # UTF-8, taken for Windows-1252, written as Mac Roman
    broken = [line.encode("utf-8").decode("cp1252").encode("mac_roman") for line in messages]
    lines = [b"v1,v2,,,", *broken, b"ham,lost \xcc_ letter,,,", b"ham,one, two,three,"]
    (tmp_path / "spam.csv").write_bytes(b"\r\n".join(lines) + b"\r\n")
    table = promotion.read_sms_spam(tmp_path)
    assert table["text"].tolist() == ["Win £100 now", "It’s late", "plain", "one, two,three"]
    assert table["row_id"].tolist() == ["0", "1", "2", "4"]
    assert known(table, "0") == {"reject": YES, "commercial_promotion": YES}
    assert known(table, "2") == {"commercial_promotion": NO}
    assert dropped_counts(table) == {"not UTF-8": 1}
