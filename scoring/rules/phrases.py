"""Words that a newsroom rules on, found whole in any case and disguise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from scoring.text.normalise import normalise

REJECT: Final = "reject"
REVIEW: Final = "review"
ALLOW: Final = "allow"
DECISIONS: Final = (REJECT, REVIEW, ALLOW)


@dataclass(frozen=True, slots=True)
class WordRule:
    """Words and what becomes of a comment that holds one of them.

    Attributes:
        name: What an answer calls it.
        decision: `reject`, `review`, or `allow`: then the words are no evidence of anything.
        category: The guideline that a rejection names; empty for other decisions.
        phrases: The words, as a lead writes them.
    """

    name: str
    decision: str
    category: str
    phrases: tuple[str, ...]


class PhraseFinder:
    """Finds phrases in texts, whole words, by the tokens that models read."""

    def __init__(self, rules: Sequence[WordRule]) -> None:
        """Cut the phrases of some rules into tokens.

        Args:
            rules: In the order in which they decide.
        """
        self._by_first: dict[str, list[tuple[int, tuple[str, ...], WordRule]]] = {}
        for order, rule in enumerate(rules):
            for phrase in rule.phrases:
                tokens = tuple(normalise(phrase).tokens)
                self._by_first.setdefault(tokens[0], []).append((order, tokens, rule))

    def find(self, text: str) -> WordRule | None:
        """Return the first rule, in their order, that a text falls under.

        Args:
            text: A comment.
        """
        if not self._by_first:
            return None
        found = list(self._matches(normalise(text).tokens))
        return min(found, key=lambda match: match[0])[3] if found else None

    def blank(self, text: str) -> tuple[str, WordRule | None]:
        """Put blanks in the place of phrases, so that offsets stay and nothing of them is read.

        Args:
            text: A comment.

        Returns:
            The text, and the first rule that was found; None where none was.
        """
        if not self._by_first:
            return text, None
        normalised = normalise(text)
        characters, rule = list(text), None
        for _, first, stop, found in self._matches(normalised.tokens):
            rule = rule or found
            begin = normalised.source_range(first)[0]
            end = normalised.source_range(stop - 1)[1]
            characters[begin:end] = " " * (end - begin)
        return "".join(characters), rule

    def _matches(self, tokens: Sequence[str]) -> Iterator[tuple[int, int, int, WordRule]]:
        for place, token in enumerate(tokens):
            for order, phrase, rule in self._by_first.get(token, ()):
                stop = place + len(phrase)
                if tuple(tokens[place:stop]) == phrase:
                    yield order, place, stop, rule
