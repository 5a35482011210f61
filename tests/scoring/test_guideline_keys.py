"""The eleven categories are contract: keys, order and parents."""

from __future__ import annotations

from scoring.guidelines import ABUSE_KINDS, CATEGORIES, GUIDELINES, HEADS


def test_the_keys_and_their_order() -> None:
    assert " ".join(CATEGORIES) == (
        "profanity threat personal_attack vulgarity abuse sexism racism homophobia xenophobia "
        "commercial_promotion personal_promotion"
    )
    assert HEADS[:-1] == CATEGORIES
    assert HEADS[-1] == "reject"


def test_abuse_has_four_kinds_side_by_side() -> None:
    assert ABUSE_KINDS == ("sexism", "racism", "homophobia", "xenophobia")
    first = CATEGORIES.index(ABUSE_KINDS[0])
    assert CATEGORIES[first : first + 4] == ABUSE_KINDS


def test_every_guideline_says_what_it_rejects_and_allows() -> None:
    for guideline in GUIDELINES:
        assert guideline.title
        assert guideline.rejects
        assert guideline.allows
        assert guideline.parent in (None, *CATEGORIES)
