"""Judges the comments of one block: the service's own judge, with a fault where there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scoring.artifacts.versions import model_from_bytes
from scoring.classify import Judgements, classify
from scoring.comment_rules import Fault, is_language_tag, text_fault
from scoring.language.identifier import load_identifier

_NO_TAG = Fault("invalid_language", "language is no such tag; allowed: tag such as en or pt-BR")


class Findings(NamedTuple):
    """What was found of n comments.

    Attributes:
        faults: For each comment why there is no judgement of it, None where there is one.
        judgements: The judgements of the others, in order.
    """

    faults: list[Fault | None]
    judgements: Judgements

    def decisions(self) -> dict[str, int]:
        """Count comments by decision; `error` where there is none."""
        counts = Counter(self.judgements.verdicts.decisions.tolist())
        return dict(counts + Counter(error=len(self.faults) - len(self.judgements)))


class RowJudge:
    """Everything it takes to judge comments in one process."""

    def __init__(
        self, contents: Mapping[str, bytes], origin: str, policy: str, explained: bool, longest: int
    ) -> None:
        """Load a model and the language identifier.

        Args:
            contents: The verified files of a model by name.
            origin: Where they came from, for error messages.
            policy: Name of the preset that decides.
            explained: Whether to list the words that weighed most.
            longest: Most bytes of UTF-8 in a comment.

        Raises:
            ArtifactError: The model does not verify on this machine.
            CacheRefused: The folder for compiled code could be written by someone else.
        """
        self._identify = load_identifier()
        published = model_from_bytes(contents, origin)
        self._scorer, self._policy = published.scorer, published.manifest.policies[policy]
        self._explained, self._longest = explained, longest

    def judge(self, texts: Sequence[str | Fault], declared: Sequence[object] | None) -> Findings:
        """Judge comments.

        Args:
            texts: The comments, or why one cannot be read.
            declared: For each the language that the archive gives, None where it gives none; or
                None for an archive without languages.
        """
        languages = declared if declared is not None else [None] * len(texts)
        faults = [self._fault(*comment) for comment in zip(texts, languages, strict=True)]
        sound = [place for place, fault in enumerate(faults) if fault is None]
        judgements = classify(
            self._scorer,
            self._identify,
            self._policy,
            [str(texts[place]) for place in sound],
            [None if (tag := languages[place]) is None else str(tag) for place in sound],
            explained=self._explained,
        )
        return Findings(faults, judgements)

    def _fault(self, text: str | Fault, language: object) -> Fault | None:
        fault = text_fault(text, self._longest) if isinstance(text, str) else text
        wrong = fault is None and language is not None and not is_language_tag(language)
        return _NO_TAG if wrong else fault
