from __future__ import annotations

import csv
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from training.sources.errors import SourceDamaged, SourceLayout, SourceMissing
from training.sources.labels import NO, UNKNOWN, YES
from training.sources.readers import toxicity

Writer = Callable[..., Path]


def write_xz(path: Path, *rows: tuple[str, str]) -> None:
    with lzma.open(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def test_the_whole_training_file(tmp_path: Path) -> None:
    rows = [("is_offensive", "text"), ("0", "A remark,\non two lines"), ("1", "An insult.")]
    write_xz(tmp_path / toxicity.PC2_FILE, *rows)
    table = toxicity.read_jigsaw_pc2(tmp_path)
    assert table["reject"].tolist() == [NO, YES]
    assert table["text"].tolist() == ["A remark,\non two lines", "An insult."]
    assert (table["threat"] == UNKNOWN).all()


def test_the_training_file_must_be_whole(tmp_path: Path) -> None:
    path = tmp_path / toxicity.PC2_FILE
    with pytest.raises(SourceMissing):
        toxicity.read_jigsaw_pc2(tmp_path)
    path.write_bytes(b"no xz")
    with pytest.raises(SourceDamaged, match="cannot be parsed"):
        toxicity.read_jigsaw_pc2(tmp_path)
    write_xz(path, ("label", "text"), ("0", "A remark."))
    with pytest.raises(SourceLayout, match="needs is_offensive, text"):
        toxicity.read_jigsaw_pc2(tmp_path)
    write_xz(path, ("is_offensive", "text"), ("2", "A remark."))
    with pytest.raises(SourceLayout):
        toxicity.read_jigsaw_pc2(tmp_path)


def test_sentences(tmp_path: Path) -> None:
    for name, _ in toxicity.SENTENCE_FILES:
        (tmp_path / name).write_text(f"a sentence of {name}\n\n", encoding="utf-8")
    table = toxicity.read_jigsaw_sentences(tmp_path)
    by_row = dict(zip(table["row_id"], table["reject"], strict=True))
    assert by_row["dev__dev_toxic:1"] == YES
    assert by_row["test__test_10k_normal:1"] == NO
    assert len(table) == 4
    (tmp_path / "dev__dev_toxic").unlink()
    with pytest.raises(SourceMissing):
        toxicity.read_jigsaw_sentences(tmp_path)


def test_sbic(write_csv: Writer, tmp_path: Path) -> None:
    header = ["", "post", "sexYN", "offensiveYN"]
    votes = [("1.0", "1.0"), ("0.0", "1.0"), ("0.0", "0.5"), ("0.0", "0.0")]
    rows = [[n, f"post {n}", sexual, offensive] for n, (sexual, offensive) in enumerate(votes)]
    write_csv("SBIC.v2.agg.dev.csv", header, rows)
    write_csv("SBIC.v2.agg.tst.csv", header, [[0, "another", "0.0", "0.0"]])
    table = toxicity.read_sbic(tmp_path)
    assert table["reject"].tolist() == [YES, YES, UNKNOWN, NO, NO]
    assert table["vulgarity"].tolist() == [YES, UNKNOWN, UNKNOWN, NO, NO]
    assert table["abuse"].tolist() == [UNKNOWN, UNKNOWN, UNKNOWN, NO, NO]
