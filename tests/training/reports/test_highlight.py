from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from scoring.artifacts.versions import load_current
from tests.behaviour.running import ROOT
from training.reports.highlight import KINDS, errors_html, highlighted
from training.reports.own_comments import evaluate_own_comments
from training.sources.labels import NO, YES


def test_the_offending_word_is_marked_and_html_is_escaped() -> None:
    scorer = load_current(ROOT / "models").scorer
    marked = highlighted(scorer, "You <b>idiot</b> & friend.")
    assert "<b>" not in marked
    assert "&amp;" in marked
    assert "&lt;b&gt;" in marked
    assert "idiot" in marked.split("<mark", 1)[1]


def test_held_violations_are_listed_beside_errors(
    make_table: Callable[..., pd.DataFrame],
) -> None:
    published = load_current(ROOT / "models")
    texts = ["You are an idiot.", "Thank you for this careful report.", "The bus was late."]
    table = make_table("own", texts, reject=[NO, YES, NO])
    table.attrs.update(dropped={}, ignored_columns=[])
    own = evaluate_own_comments(published, table)
    shown = errors_html(published, own, "assist", most=5)
    assert all(kind in shown for kind in KINDS)
    assert "wrongly rejected (1)" in shown
    assert "missed (1)" in shown
    assert "bus" not in shown
