"""The table of common tokens changes how long a score takes, and no digit of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from string import ascii_lowercase
from typing import Any

import numpy as np
import pytest

from scoring.model import common_tokens
from scoring.model._common_tokens import LONGEST
from scoring.model.arrays import LinearModel
from scoring.model.scorer import Scorer, Scores
from scoring.text.normalise import normalise

TEXTS = (
    "You are an idiot.",
    "idiot idiot IDIOT you you",
    "Thank you for this careful report.",
    f"A word of {ascii_lowercase[:LONGEST]} or {ascii_lowercase[: LONGEST + 1]} letters",
    "sesquipedalian antidisestablishmentarianism",
    "naïve café ﬁne",
    "слово и word",
    "f*ck sh1t a$$hole i d i o t",
    "http://example.org me@example.org @someone",
    "... !!! ??? a b c 1 22 333",
    "",
    " ",
)


@pytest.fixture(scope="module")
def known(make_linear_model: Callable[..., LinearModel]) -> LinearModel:
    """A model that knows four of five of the texts' terms."""
    return make_linear_model(TEXTS, known=0.8)


def same(one: Scores, other: Scores) -> bool:
    pairs: Any = zip(one, other, strict=True)
    return all(np.array_equal(mine, theirs) for mine, theirs in pairs)


@pytest.mark.parametrize("places", [1, 2, 8, 8192])
def test_a_text_scores_the_same_whatever_is_listed(
    known: LinearModel, monkeypatch: pytest.MonkeyPatch, places: int
) -> None:
    monkeypatch.setattr(common_tokens, "_listed", lambda: normalise("слово"))  # not kept
    expected = Scorer(known).score(TEXTS)
    monkeypatch.setattr(common_tokens, "_listed", lambda: normalise(" ".join(TEXTS)))
    monkeypatch.setattr(common_tokens, "PLACES", places)
    scorer = Scorer(known)
    assert same(scorer.score(TEXTS), expected)
    for n, text in enumerate(TEXTS):
        assert np.array_equal(scorer.score([text]).margins[0], expected.margins[n])


def test_the_list_is_of_common_tokens_each_once() -> None:
    listed = common_tokens._listed().tokens
    assert {"the", "you", "idiot", ",", "."} <= {*listed}
    assert len({*listed}) > 0.99 * len(listed) > 0.4 * common_tokens.PLACES
    assert max(map(len, listed)) <= LONGEST


def test_threads_score_the_same(known: LinearModel) -> None:
    scorer = Scorer(known)
    expected = scorer.score(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: scorer.score([text]), TEXTS * 20))
    for k, scores in enumerate(found):
        assert np.array_equal(scores.margins[0], expected.margins[k % len(TEXTS)])
