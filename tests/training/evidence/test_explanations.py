from __future__ import annotations

from pathlib import Path

import pytest

from scoring.artifacts.versions import PublishedModel
from training.evidence.explanations import SPANS_FILE, deletion_test, toxic_spans
from training.sources.errors import SourceLayout


def test_the_named_words_cost_more_than_others(shipped: PublishedModel) -> None:
    texts = [
        "The minister spoke on Monday and you are a fucking idiot, I must say.",
        "The weather was mild and the sea was calm all week.",
        "Too short.",
    ]
    found = deletion_test(shipped, texts)
    assert found is not None
    assert found["n"] == 1
    assert found["named"]["value"] > found["others"]["value"]
    assert found["named_more"] == 1.0
    assert deletion_test(shipped, texts[1:]) is None


def test_spans_are_compared_by_character(shipped: PublishedModel, tmp_path: Path) -> None:
    lines = ["spans,text", '"[8, 9, 10, 11, 12]","You are idiot."', '"[]","Thank you."']
    (tmp_path / SPANS_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = toxic_spans(shipped, tmp_path)
    assert found["n"] == 2
    assert 0.0 < found["character_f1"]["value"] <= 1.0
    assert found["marked_none"] == 0.5
    (tmp_path / SPANS_FILE).write_text('spans,text\n"x","A."\n', encoding="utf-8")
    with pytest.raises(SourceLayout):
        toxic_spans(shipped, tmp_path)
