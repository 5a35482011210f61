"""House rules: thresholds, words and a prevalence that a newsroom states, laid over a model.

Words are matched literally, whole and case-folded, through the one normaliser: a phrase also finds
its disguises (fr4k, f r a k). What decided is told by name: the model, or which rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

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
from scoring.model.sentences import times_odds
from scoring.rules.phrases import ALLOW, REVIEW, PhraseFinder, WordRule

_FIRST_REASON: Final = VIOLATED + len(CATEGORIES)


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
        self._stated = {
            rule.name: [CATEGORIES.index(key) for key in rule.categories] for rule in rules.presets
        }
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
        deciders = self._spare_below_thresholds(found, policy)
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

    def _spare_below_thresholds(self, found: Judgements, policy: Policy) -> dict[int, str]:
        """Send to a person what is rejected only for a guideline below its raised threshold.

        Raised is one that the rules state above the preset's `reject`. The overall probability is
        never below a guideline's: without this, such a threshold would change only the reasons.

        Returns:
            The presets that decided, by the comments' places.
        """
        thresholds = np.asarray(policy.category_thresholds)
        stated = self._stated.get(policy.name, [])
        raised = [place for place in stated if thresholds[place] > policy.reject_threshold]
        if not raised:
            return {}
        probabilities = found.scores.category_probabilities
        codes = found.verdicts.codes
        unreached = (probabilities < thresholds).all(axis=1)
        likeliest = np.isin(probabilities.argmax(axis=1), raised)
        spared = np.flatnonzero((codes[:, OUTCOME] >= REJECTED) & unreached & likeliest)
        codes[spared, OUTCOME] = UNCERTAIN
        codes[spared, VIOLATED:_FIRST_REASON] = 0
        codes[spared, REASONS] = 0
        return dict.fromkeys(spared.tolist(), f"presets.{policy.name}.categories")


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
    return scores._replace(
        category_probabilities=times_odds(scores.category_probabilities, odds),
        reject_probability=times_odds(scores.reject_probability, odds),
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
