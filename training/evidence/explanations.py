"""Whether the words that an explanation names are the ones that decide, and that people mark."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from scoring.artifacts.versions import PublishedModel
from scoring.decisions.policy import Decision
from scoring.explain import explain
from training.corpus.disguises import word_ranges
from training.evidence.judge import judge
from training.evidence.measures import figures_of_mean
from training.sources.errors import SourceLayout
from training.sources.files import read_cells
from training.sources.labels import REJECT

MOST_COMMENTS: Final = 1000
MOST_WORDS: Final = 3
"""Words deleted from a comment."""
SEED: Final = 20261122
SPANS_FILE: Final = "SemEval2021__data__tsd_test.csv"
_HALF: Final = 0.5
"""A word is taken as marked where it weighs at least this share of the heaviest one."""


def deletion_test(published: PublishedModel, texts: Sequence[str]) -> dict[str, Any] | None:
    """Delete the named words from rejected comments, and as many others instead.

    Args:
        published: The model.
        texts: Comments; the first `MOST_COMMENTS` that are rejected and have at least twice as many
            words as are deleted are taken.

    Returns:
        `n`; `named` and `others`, by how much the probability of rejection fell on average, with
        interval; `named_more`, the share of comments in which the named words lowered it more.
        None where no comment is rejected.
    """
    chosen = [text for text in texts if len(text.split()) >= 2 * MOST_WORDS]
    rejected = judge(published, chosen).decisions == Decision.REJECT
    chosen = [text for text, one in zip(chosen, rejected, strict=True) if one][:MOST_COMMENTS]
    if not chosen:
        return None
    random = np.random.default_rng(SEED)
    pairs = [_without(published, text, random) for text in chosen]
    before = judge(published, chosen).head(REJECT)
    named = before - judge(published, [one for one, _ in pairs]).head(REJECT)
    others = before - judge(published, [other for _, other in pairs]).head(REJECT)
    return {
        "n": len(chosen),
        "named": figures_of_mean(named),
        "others": figures_of_mean(others),
        "named_more": round(float((named > others).mean()), 4),
    }


def _without(published: PublishedModel, text: str, random: np.random.Generator) -> tuple[str, str]:
    """Give a text without its heaviest words, and without as many other words."""
    words = word_ranges(text)
    spans = explain(published.scorer, text, (REJECT,), most=MOST_WORDS)
    named = [
        place
        for place, (start, end) in enumerate(words)
        if any(start < span.end and span.start < end for span in spans)
    ][:MOST_WORDS]
    rest = [place for place in range(len(words)) if place not in named]
    others = random.choice(rest, min(len(named), len(rest)), replace=False).tolist()
    return _joined(text, words, named), _joined(text, words, others)


def _joined(text: str, words: Sequence[tuple[int, int]], left_out: Sequence[int]) -> str:
    gone = set(left_out)
    kept = [text[a:b] for place, (a, b) in enumerate(words) if place not in gone]
    return " ".join(kept)


def toxic_spans(published: PublishedModel, folder: Path) -> dict[str, Any]:
    """Compare the words that weigh most with those that people marked as toxic.

    Args:
        published: The model.
        folder: The folder of the source civil-toxicspans; SemEval-2021 task 5, official test.

    Returns:
        `n`, and `character_f1`, the mean over comments of the F1 of characters, as the task
        defines it (1 where neither marks any), with interval; `marked_all`, the same where every
        character is marked, and `marked_none`.

    Raises:
        SourceError: The file is missing or of another layout.
    """
    cells = read_cells(folder / SPANS_FILE, ("spans", "text"), text="text")
    rows = [
        (_parsed(spans), text)
        for spans, text in zip(cells["spans"], cells["text"], strict=True)
        if text
    ]
    ours = [_marked(published, text) for _, text in rows]
    gold = [marked for marked, _ in rows]
    everything = [frozenset(range(len(text))) for _, text in rows]
    nothing: list[frozenset[int]] = [frozenset()] * len(rows)
    return {
        "n": len(rows),
        "character_f1": figures_of_mean(_f1s(ours, gold)),
        "marked_all": round(float(_f1s(everything, gold).mean()), 4),
        "marked_none": round(float(_f1s(nothing, gold).mean()), 4),
    }


def _parsed(spans: str) -> frozenset[int]:
    try:
        return frozenset(int(place) for place in ast.literal_eval(spans))
    except (ValueError, SyntaxError, TypeError) as error:
        raise SourceLayout(f"{SPANS_FILE}: spans must be lists of numbers") from error


def _marked(published: PublishedModel, text: str) -> frozenset[int]:
    spans = explain(published.scorer, text, (REJECT,))
    heavy = [span for span in spans if span.weight >= _HALF * spans[0].weight]
    return frozenset(place for span in heavy for place in range(span.start, span.end))


def _f1s(
    said: Sequence[frozenset[int]], gold: Sequence[frozenset[int]]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([_f1(a, b) for a, b in zip(said, gold, strict=True)], np.float64)


def _f1(said: frozenset[int], gold: frozenset[int]) -> float:
    if not said and not gold:
        return 1.0
    return 2 * len(said & gold) / (len(said) + len(gold))
