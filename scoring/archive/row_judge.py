"""Judges the comments of one block: the service's own judge, with a fault where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.artifacts.versions import model_from_bytes
from scoring.classify import Judgements, classify
from scoring.comment_rules import Fault, is_language_tag, text_fault
from scoring.decisions.policy import Policy
from scoring.language.detect import LanguageIdentifier
from scoring.language.identifier import load_identifier
from scoring.model.scorer import Scorer


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found of n comments.

    Attributes:
        faults: For each comment why there is no judgement of it, None where there is one.
        judgements: The judgements of the others, in order.
    """

    faults: list[Fault | None]
    judgements: Judgements


@dataclass(frozen=True, slots=True)
class RowJudge:
    """Everything it takes to judge comments in one process.

    Attributes:
        scorer: Scores texts.
        identify: Names the language of a text.
        policy: The thresholds.
        explained: Whether to list the words that weighed most.
        max_bytes: Longest comment in bytes of UTF-8.
    """

    scorer: Scorer
    identify: LanguageIdentifier
    policy: Policy
    explained: bool
    max_bytes: int

    def judge(self, texts: Sequence[str | Fault], declared: Sequence[object] | None) -> Findings:
        """Judge comments.

        Args:
            texts: The comments, or why one cannot be read.
            declared: For each the language that the archive gives, None where it gives none; or
                None for an archive without languages.

        Returns:
            What was found of each comment.
        """
        faults = [self._fault(text) for text in texts]
        languages = declared if declared is not None else [None] * len(texts)
        for place, language in enumerate(languages):
            if language is not None and faults[place] is None and not is_language_tag(language):
                allowed = "allowed: language tag such as en or pt-BR"
                faults[place] = Fault("invalid_language", f"language is no such tag; {allowed}")
        sound = [place for place, fault in enumerate(faults) if fault is None]
        judgements = classify(
            self.scorer,
            self.identify,
            self.policy,
            [str(texts[place]) for place in sound],
            [None if (tag := languages[place]) is None else str(tag) for place in sound],
            explained=self.explained,
        )
        return Findings(faults, judgements)

    def _fault(self, text: str | Fault) -> Fault | None:
        return text_fault(text, self.max_bytes) if isinstance(text, str) else text


@dataclass(frozen=True, slots=True)
class JudgeSource:
    """What a process is sent to make its `RowJudge` from: the model's bytes, not a path to them.

    Attributes:
        contents: The verified files of a model by name.
        origin: Where they came from, for error messages.
        policy: Name of the preset that decides.
        explained: Whether to list the words that weighed most.
        max_bytes: Longest comment in bytes of UTF-8.
    """

    contents: Mapping[str, bytes]
    origin: str
    policy: str
    explained: bool
    max_bytes: int

    def __call__(self) -> RowJudge:
        """Load the model and the language identifier.

        Returns:
            The judge.

        Raises:
            ArtifactError: The model does not verify on this machine.
            CacheRefused: The folder for compiled code could be written by someone else.
        """
        identify = load_identifier()
        published = model_from_bytes(self.contents, self.origin)
        policy = published.manifest.policies[self.policy]
        return RowJudge(published.scorer, identify, policy, self.explained, self.max_bytes)
