"""The newsroom's guidelines as eleven categories: the keys are contract and never renamed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GUIDELINES_VERSION: Final = "2026-11-1"
"""Changes whenever the meaning of a category changes, so an answer names the rules it applied."""


@dataclass(frozen=True, slots=True)
class Guideline:
    """One rule of the newsroom.

    Attributes:
        key: The category key used in every file, answer and column.
        title: The rule's name for people.
        rejects: What a moderator rejects under it.
        allows: What looks similar and is welcome all the same.
        parent: The key of the wider category this one is part of, or None.
    """

    key: str
    title: str
    rejects: str
    allows: str
    parent: str | None = None


GUIDELINES: Final[tuple[Guideline, ...]] = (
    Guideline(
        "profanity",
        "Profanity",
        "swear words, also masked or spelt out",
        "mild words such as damn or a stupid law",
    ),
    Guideline(
        "threat",
        "Threats",
        "announcing, urging or wishing physical harm to a person or group",
        "reporting or condemning violence, figures of speech, sport",
    ),
    Guideline(
        "personal_attack",
        "Personal attacks",
        "insulting a person: an author, a commenter, a named individual",
        "harsh criticism of acts, ideas, policies, parties and of the newsroom itself",
    ),
    Guideline(
        "vulgarity",
        "Vulgarity",
        "crude sexual or bodily content",
        "health, crime reporting, education",
    ),
    Guideline(
        "abuse",
        "Abuse",
        "contempt for people for what they are",
        "mentioning, discussing, or quoting to condemn",
    ),
    Guideline("sexism", "Sexism", "contempt for people for their sex", "as for abuse", "abuse"),
    Guideline(
        "racism",
        "Racism",
        "contempt for an ethnicity, a race or a religion's people",
        "criticism of a religion's ideas, and as for abuse",
        "abuse",
    ),
    Guideline(
        "homophobia",
        "Homophobia",
        "contempt for gay, lesbian, bisexual or transgender people",
        "as for abuse",
        "abuse",
    ),
    Guideline(
        "xenophobia",
        "Xenophobia",
        "contempt for migrants, refugees, foreigners or a nationality",
        "arguing about migration policy, and as for abuse",
        "abuse",
    ),
    Guideline(
        "commercial_promotion",
        "Commercial promotion",
        "advertising goods, services or money schemes",
        "naming a product or a price in a discussion",
    ),
    Guideline(
        "personal_promotion",
        "Personal promotion",
        "advertising one's own channel, page, blog or candidacy",
        "citing a source, praising a reporter",
    ),
)

CATEGORIES: Final[tuple[str, ...]] = tuple(guideline.key for guideline in GUIDELINES)
"""The eleven category keys, in the order of every array's columns."""

ABUSE_KINDS: Final[tuple[str, ...]] = tuple(g.key for g in GUIDELINES if g.parent == "abuse")
"""The four named kinds of abuse: `abuse` is never less probable than the likeliest of them."""

HEADS: Final[tuple[str, ...]] = (*CATEGORIES, "reject")
"""The twelve linear models of an artifact: the categories, then the overall decision."""
