"""The library: `Classifier().classify(["…"])` gives decisions as plain Python objects."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.artifacts.shipped import chosen_models
from scoring.artifacts.versions import load_current, load_version
from scoring.classify import Judgements, classify
from scoring.decisions.policy import DEFAULT_PRESET, OUTCOMES, Policy
from scoring.errors import PolicyError
from scoring.explain import Span
from scoring.guidelines import CATEGORIES
from scoring.language.identifier import load_identifier
from scoring.rules.house_rules import HouseRules, RuledScorer
from scoring.rules.rules_file import read_rules


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model and a preset say of one comment.

    Attributes:
        decision: `approve`, `reject` or `review`.
        reject_probability: Of the whole comment, in [0, 1].
        categories: For each guideline the probability of rejection in [0, 1].
        violated: The guidelines that reached their thresholds, in the order of `CATEGORIES`.
        reasons: The guidelines behind a rejection, the likeliest first; empty otherwise.
        review_reason: Why a person should decide: `uncertain`, `language` or `no_known_terms`;
            None for any other decision.
        language: ISO 639 code, or `und`.
        spans: The words that weighed most, offsets in code points; empty unless asked for.
        decided_by: Name of the house rule that decided; None where the model did.
    """

    decision: str
    reject_probability: float
    categories: dict[str, float]
    violated: tuple[str, ...]
    reasons: tuple[str, ...]
    review_reason: str | None
    language: str
    spans: tuple[Span, ...] = ()
    decided_by: str | None = None

    @property
    def approve_probability(self) -> float:
        """Of the whole comment, in [0, 1]."""
        return 1.0 - self.reject_probability

    @property
    def likeliest(self) -> tuple[str, ...]:
        """All guidelines, the likeliest to be violated first."""
        return tuple(sorted(self.categories, key=lambda key: -self.categories[key]))


class Classifier:
    """A model, loaded and verified once; safe to call from several threads."""

    def __init__(
        self,
        models: str | Path | None = None,
        *,
        version: str | None = None,
        policy: str = DEFAULT_PRESET,
        rules: HouseRules | str | Path | None = None,
    ) -> None:
        """Load a model: about a second, and about fifteen at the first start on a machine.

        Args:
            models: The folder of versions; where None, `MODERATION_MODELS` or the shipped ones.
            version: Which one; where None, the one in use.
            policy: The preset that decides, the model's or the house rules'.
            rules: House rules, or their file.

        Raises:
            ArtifactError: There is no such model, or it does not verify.
            HouseRulesRefused: The house rules cannot be used.
            PolicyError: The model has no such preset.
        """
        folder = chosen_models(os.environ) if models is None else Path(models)
        published = load_current(folder) if version is None else load_version(folder, version)
        self.manifest = published.manifest
        self.policies = dict(published.manifest.policies)
        self._scorer = published.scorer
        self._ruled: RuledScorer | None = None
        if rules is not None:
            known = rules if isinstance(rules, HouseRules) else read_rules(Path(rules))
            self.policies = known.policies(self.policies)
            self._ruled = RuledScorer(known, self._scorer, self.manifest.prevalence)
        self.policy = self._policy(policy)
        self._identify = load_identifier()

    @property
    def version(self) -> str:
        """The model's version."""
        return self.manifest.version

    def classify(
        self,
        texts: Sequence[str],
        *,
        policy: str | None = None,
        language: str | None = None,
        explained: bool = False,
    ) -> list[Judgement]:
        """Judge some comments.

        Args:
            texts: The comments, each as its reader wrote it.
            policy: Another preset than the classifier's.
            language: The language that all are in (BCP 47), where it is known.
            explained: Whether to list the words that weighed most.

        Returns:
            A judgement of each, in order.

        Raises:
            TypeError: `texts` is one text instead of several.
            LoneSurrogate: A text is not valid Unicode.
            PolicyError: The model has no such preset.
        """
        found = self._classify(texts, policy, language, explained=explained)
        return [_judgement(found, place) for place in range(len(found))]

    def reject_probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Give the probabilities alone, in the quickest way.

        Args:
            texts: n comments.

        Returns:
            float64 (n, 12): overall, then the guidelines in the order of `CATEGORIES`.

        Raises:
            TypeError: `texts` is one text instead of several.
            LoneSurrogate: A text is not valid Unicode.
        """
        _refuse_one_text(texts)
        scores = self._scorer.score(list(texts))
        return np.column_stack([scores.reject_probability, scores.category_probabilities])

    def _classify(
        self, texts: Sequence[str], policy: str | None, language: str | None, *, explained: bool
    ) -> Judgements:
        _refuse_one_text(texts)
        every = list(texts)
        chosen = self.policy if policy is None else self._policy(policy)
        declared = [language] * len(every)
        if self._ruled is not None:
            return self._ruled.classify(
                self._identify, chosen, every, declared, explained=explained
            )
        return classify(self._scorer, self._identify, chosen, every, declared, explained=explained)

    def _policy(self, name: str) -> Policy:
        if name not in self.policies:
            raise PolicyError(
                f"model {self.manifest.version} has no preset {name!r}; it has "
                f"{', '.join(self.policies)}"
            )
        return self.policies[name]


def _refuse_one_text(texts: Sequence[str]) -> None:
    if isinstance(texts, str):
        raise TypeError("texts is one string; give a list of them: [text]")


def _judgement(found: Judgements, place: int) -> Judgement:
    scores, verdicts = found.scores, found.verdicts
    outcome = OUTCOMES[verdicts.outcomes[place]]
    probabilities = scores.category_probabilities[place].tolist()
    return Judgement(
        decision=outcome.decision.value,
        reject_probability=float(scores.reject_probability[place]),
        categories=dict(zip(CATEGORIES, probabilities, strict=True)),
        violated=tuple(compress(CATEGORIES, verdicts.violated[place])),
        reasons=verdicts.reasons(place),
        review_reason=outcome.reason if outcome.decision == "review" else None,
        language=found.languages.get(place, "en"),
        spans=() if found.spans is None else tuple(found.spans[place]),
        decided_by=(found.deciders or {}).get(place),
    )
