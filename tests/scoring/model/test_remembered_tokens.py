"""What the scorer remembers of tokens changes how long a score takes, and no digit of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from string import ascii_lowercase

import numpy as np
import pytest

import scoring.model.scorer
from scoring.model._token_cache import LONGEST
from scoring.model.arrays import LinearModel
from scoring.model.scorer import Scorer, Scores

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
    return all(map(np.array_equal, one, other))


def fresh(model: LinearModel, texts: Sequence[str]) -> list[Scores]:
    """Each text by a scorer that remembers nothing."""
    return [Scorer(model).score([text]) for text in texts]


@pytest.mark.parametrize("places", [1, 2, 8, 8192])
def test_a_text_scores_the_same_whatever_was_scored_before_it(
    known: LinearModel, monkeypatch: pytest.MonkeyPatch, places: int
) -> None:
    expected = fresh(known, TEXTS)
    monkeypatch.setattr(scoring.model.scorer, "REMEMBERED", places)
    scorer = Scorer(known)
    order = np.random.default_rng(places).integers(0, len(TEXTS), 300).tolist()
    assert all(same(scorer.score([TEXTS[n]]), expected[n]) for n in order)
    together = scorer.score([TEXTS[n] for n in order])
    assert all(
        np.array_equal(together.margins[k], expected[n].margins[0]) for k, n in enumerate(order)
    )


def test_a_common_token_stays_while_rare_ones_pass(
    known: LinearModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring.model.scorer, "REMEMBERED", 1)
    scorer = Scorer(known)
    names = scorer._scratch.cache.names
    scorer.score(["common"])
    kept = names[0, :2].tolist()
    scorer.score(["common rare common"])
    assert names[0, :2].tolist() == kept
    scorer.score(["rare scarce"])
    assert names[0, :2].tolist() != kept


def test_a_token_that_fills_no_name_is_not_kept(known: LinearModel) -> None:
    scorer = Scorer(known)
    scorer.score([f"{ascii_lowercase[: LONGEST + 1]} слово"])
    assert not scorer._scratch.cache.names.any()


def test_threads_remember_apart(known: LinearModel) -> None:
    scorer = Scorer(known)
    expected = fresh(known, TEXTS)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: scorer.score([text]), TEXTS * 20))
    assert all(same(found[k], expected[k % len(TEXTS)]) for k in range(len(found)))
