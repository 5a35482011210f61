"""House rules: thresholds, words and a prevalence that a newsroom states, laid over a model.

Words are matched literally, whole and case-folded, through the one normaliser: a phrase also finds
its disguises (fr4k, f r a k). What decided is told by name: the model, or which rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.classify import Judgements, explained_heads, judge_scores
from scoring.decisions._decide import (
    APPROVED,
    OUTCOME,
    READING,
    REASONS,
    REJECTED,
    UNCERTAIN,
    VIOLATED,
)
from scoring.decisions.policy import DEFAULT_PRESET, Policy
from scoring.errors import HouseRulesRefused
from scoring.explain import explain
from scoring.guidelines import CATEGORIES
from scoring.language._rules import ENGLISH
from scoring.language.detect import LanguageIdentifier
from scoring.model.scorer import Scorer, Scores
from scoring.text.normalise import normalise

REJECT: Final = "reject"
REVIEW: Final = "review"
ALLOW: Final = "allow"
DECISIONS: Final = (REJECT, REVIEW, ALLOW)
_FIRST_REASON: Final = VIOLATED + len(CATEGORIES)


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


@dataclass(frozen=True, slots=True)
class PresetRule:
    """Thresholds that differ from those of a model's preset.

    Attributes:
        name: The preset's name, the model's or a new one.
        base: The preset whose thresholds hold where none is stated; empty: the model's of the same
            name, and of a new one `assist`.
        reject: Overall probability from which a comment is rejected; None: the base's.
        approve: Overall probability below which it is approved; None: the base's.
        categories: Thresholds by guideline.
    """

    name: str
    base: str
    reject: float | None
    approve: float | None
    categories: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class HouseRules:
    """A file of rules, checked.

    Attributes:
        words: In the order of the file; of two that match, the first decides, and a rejection or
            review wins over the model.
        presets: Thresholds.
        prevalence: Share of rejectable comments that the newsroom expects, in (0, 1); None: the
            model's.
        digest: First 12 hexadecimal digits of the file's SHA-256.
    """

    words: tuple[WordRule, ...] = ()
    presets: tuple[PresetRule, ...] = ()
    prevalence: float | None = None
    digest: str = ""

    def policies(self, policies: Mapping[str, Policy]) -> dict[str, Policy]:
        """Lay the stated thresholds over a model's presets.

        Args:
            policies: The model's presets by name.

        Returns:
            All presets by name.

        Raises:
            HouseRulesRefused: A base is none of the model's presets, or thresholds do not fit.
        """
        found = dict(policies)
        for rule in self.presets:
            base = rule.base or (rule.name if rule.name in policies else DEFAULT_PRESET)
            if base not in policies:
                raise HouseRulesRefused(
                    f"preset {rule.name!r} builds on {base!r}, which this model has not; it has "
                    f"{', '.join(policies)}"
                )
            found[rule.name] = _laid_over(policies[base], rule)
        return found


def _laid_over(base: Policy, rule: PresetRule) -> Policy:
    reject = base.reject_threshold if rule.reject is None else rule.reject
    approve = base.approve_threshold if rule.approve is None else rule.approve
    if rule.approve is None:
        approve = min(approve, reject)
    reject = max(approve, reject)
    thresholds = zip(CATEGORIES, base.category_thresholds, strict=True)
    categories = tuple(rule.categories.get(key, threshold) for key, threshold in thresholds)
    return Policy(rule.name, reject, approve, categories)


class RuledScorer:
    """A model under house rules; classifies as `scoring.classify.classify` does."""

    def __init__(self, rules: HouseRules, scorer: Scorer, prevalence: float) -> None:
        """Lay rules over a model.

        Args:
            rules: The rules.
            scorer: Scores texts with the model.
            prevalence: Share of rejected comments that the model is calibrated for, in (0, 1).
        """
        self._rules = rules
        self._scorer = scorer
        self._odds = _odds(rules.prevalence) / _odds(prevalence) if rules.prevalence else 1.0
        decisive = [rule for rule in rules.words if rule.decision != ALLOW]
        self._decisive = PhraseFinder(decisive)
        self._allowed = PhraseFinder([rule for rule in rules.words if rule.decision == ALLOW])

    def classify(
        self,
        identify: LanguageIdentifier,
        policy: Policy,
        texts: Sequence[str],
        declared: Sequence[str | None],
        *,
        explained: bool,
    ) -> Judgements:
        """Score and decide some comments.

        Args:
            identify: Names the language of a text.
            policy: The thresholds.
            texts: The comments' texts, valid Unicode.
            declared: For each, the language that the caller gave (BCP 47), or None.
            explained: Whether to list the words that weighed most.

        Returns:
            The judgements, in order, with who decided each.
        """
        ruled = [self._allowed.blank(text) for text in texts]
        read = [text for text, _ in ruled]
        scores = shift_prevalence(self._scorer.score(read), self._odds)
        found = judge_scores(scores, identify, policy, read, declared)
        deciders = {}
        for place, (text, allowed) in enumerate(ruled):
            rule = self._decisive.find(text)
            if rule is not None:
                _decide_by(found, place, rule)
                deciders[place] = rule.name
            elif allowed is not None and not any(map(str.isalnum, text)):
                found.verdicts.codes[place, [READING, OUTCOME, REASONS]] = ENGLISH, APPROVED, 0
                found.languages.pop(place, None)
                deciders[place] = allowed.name
        spans = None
        if explained:
            spans = [
                explain(self._scorer, text, explained_heads(found, place))
                for place, text in enumerate(read)
            ]
        return replace(found, deciders=deciders, spans=spans)


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


def shift_prevalence(scores: Scores, odds: float) -> Scores:
    """Move probabilities to another prevalence, by Bayes' rule on their odds.

    Args:
        scores: As the model gives them.
        odds: The new prevalence's odds over those that the model is calibrated for.

    Returns:
        Scores with the same margins.
    """
    if odds == 1.0:
        return scores

    def moved(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(odds * probabilities / (odds * probabilities + 1.0 - probabilities))

    return scores._replace(
        category_probabilities=moved(scores.category_probabilities),
        reject_probability=moved(scores.reject_probability),
    )


def _odds(share: float) -> float:
    return share / (1.0 - share)


def _decide_by(found: Judgements, place: int, rule: WordRule) -> None:
    """Let a rule decide on one comment."""
    codes = found.verdicts.codes[place]
    if rule.decision == REVIEW:
        codes[OUTCOME], codes[REASONS] = UNCERTAIN, 0
        return
    category = CATEGORIES.index(rule.category)
    others = [c for c in range(len(CATEGORIES)) if codes[VIOLATED + c] and c != category]
    codes[VIOLATED + category] = 1
    codes[OUTCOME], codes[REASONS] = REJECTED + category, 1 + len(others)
    codes[_FIRST_REASON : _FIRST_REASON + 1 + len(others)] = [category, *others]
