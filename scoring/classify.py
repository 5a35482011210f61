"""Classifies comments with a model: the one path that the service and the archive command take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np

from scoring.decisions._decide import READING, decide_texts
from scoring.decisions.decide import CODES, Verdicts, thresholds
from scoring.decisions.policy import Policy
from scoring.explain import Span, explain
from scoring.guidelines import CATEGORIES
from scoring.language._rules import ENGLISH, FOREIGN, NOTHING_KNOWN, PERHAPS_ENGLISH
from scoring.language.detect import (
    UNDETERMINED,
    LanguageIdentifier,
    TextStatistics,
    is_foreign_tag,
    read,
)
from scoring.language.identifier import LONGEST_READ
from scoring.model.scorer import Scorer, Scores


# not frozen: one is made for each request, and a frozen one takes three times as long
@dataclass(slots=True, eq=False)
class Judgements:
    """What the model and a policy say of n comments.

    Attributes:
        scores: The probabilities.
        verdicts: The decisions and why.
        languages: ISO 639 code, or the tag the caller gave, of each comment that is not English,
            by its place; `und` where it cannot be told.
        spans: For each comment the words that weighed most; None unless asked for.
        deciders: Where house rules are in use, the name of the rule that decided, by a comment's
            place; of the others the model decided. None without house rules.
        whole: What this is a part of, and from which place on; None for what is whole.
        written: Results as `scoring.result_json` has written them; empty until then.
    """

    scores: Scores
    verdicts: Verdicts
    languages: dict[int, str]
    spans: list[list[Span]] | None = None
    deciders: dict[int, str] | None = None
    whole: tuple[Judgements, int] | None = None
    written: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.verdicts)

    def part(self, first: int, stop: int) -> Judgements:
        """Take the judgements of some comments in a row.

        Args:
            first: The place of the first one.
            stop: The place after the last one.

        Returns:
            Views of the same numbers.
        """
        languages = self.languages
        if languages:
            languages = _moved(languages, first, stop)
        category, reject, margins, statistics = self.scores
        return Judgements(
            Scores(
                category[first:stop], reject[first:stop], margins[first:stop],
                statistics[first:stop],
            ),
            Verdicts(self.verdicts.codes[first:stop]),
            languages,
            None if self.spans is None else self.spans[first:stop],
            None if self.deciders is None else _moved(self.deciders, first, stop),
            (self, first),
        )  # fmt: skip


def _moved(told: dict[int, str], first: int, stop: int) -> dict[int, str]:
    """Take what is told of some comments in a row, by their places among those."""
    return {place - first: told[place] for place in told if first <= place < stop}


def join(parts: Sequence[Judgements]) -> Judgements:
    """Put judgements of comments one after another.

    Args:
        parts: At least one; all explained, or none.

    Returns:
        The judgements of all comments, in order.
    """
    if len(parts) == 1:
        return parts[0]
    starts = list(accumulate(map(len, parts), initial=0))[:-1]
    return Judgements(
        Scores._make(map(np.concatenate, zip(*(part.scores for part in parts), strict=True))),
        Verdicts(np.concatenate([part.verdicts.codes for part in parts])),
        _joined(starts, [part.languages for part in parts]),
        None if parts[0].spans is None else [span for part in parts for span in part.spans or []],
        None
        if parts[0].deciders is None
        else _joined(starts, [part.deciders or {} for part in parts]),
    )


def _joined(starts: Sequence[int], parts: Sequence[dict[int, str]]) -> dict[int, str]:
    """Put together what is told of comments, by their places among all."""
    return {
        start + place: told
        for start, part in zip(starts, parts, strict=True)
        for place, told in part.items()
    }


def classify(
    scorer: Scorer,
    identify: LanguageIdentifier,
    policy: Policy,
    texts: Sequence[str],
    declared: Sequence[str | None],
    *,
    explained: bool,
) -> Judgements:
    """Score and decide some comments.

    Args:
        scorer: Scores texts with the model in use.
        identify: Names the language of a text.
        policy: The thresholds.
        texts: The comments' texts, valid Unicode.
        declared: For each, the language that the caller gave (BCP 47), or None.
        explained: Whether to list the words that weighed most.

    Returns:
        The judgements, in order.

    Raises:
        LoneSurrogate: A text is not valid Unicode.
    """
    judgements = judge_scores(scorer.score(texts), identify, policy, texts, declared)
    if not explained:
        return judgements
    spans = [
        explain(scorer, text, explained_heads(judgements, place))
        for place, text in enumerate(texts)
    ]
    return replace(judgements, spans=spans, written=[])


def judge_scores(
    scores: Scores,
    identify: LanguageIdentifier,
    policy: Policy,
    texts: Sequence[str],
    declared: Sequence[str | None],
) -> Judgements:
    """Decide some comments that are scored.

    Args:
        scores: Their scores.
        identify: Names the language of a text.
        policy: The thresholds.
        texts: The comments' texts.
        declared: For each, the language that the caller gave (BCP 47), or None.

    Returns:
        The judgements, in order.
    """
    codes = np.zeros((len(texts), CODES), np.uint8)
    languages = _declared_languages(declared) if any(declared) else {}
    for place in languages:
        codes[place, READING] = FOREIGN
    arrays = (
        scores.category_probabilities,
        scores.reject_probability,
        scores.statistics,
        thresholds(policy),
        codes,
    )
    if decide_texts(*arrays):
        # a few in a hundred: the compiled code could not settle them, and decides them once more
        for place in np.flatnonzero(codes[:, READING] != ENGLISH).tolist():
            if place not in languages:
                counted = TextStatistics(*scores.statistics[place].tolist())
                language, codes[place, READING] = _read(texts[place], counted, identify)
                if codes[place, READING] != ENGLISH:
                    languages[place] = language
        decide_texts(*arrays)
    return Judgements(scores, Verdicts(codes), languages)


def _declared_languages(declared: Sequence[str | None]) -> dict[int, str]:
    """Give the declared languages that the model cannot read, by the places of their comments."""
    foreign = {tag for tag in set(declared) if tag and is_foreign_tag(tag)}
    return {place: tag for place, tag in enumerate(declared) if tag is not None and tag in foreign}


def _read(text: str, counted: TextStatistics, identify: LanguageIdentifier) -> tuple[str, int]:
    """Name a text's language, and its reading in the compiled code's terms."""
    # a prefix is enough to name a language, and bounds the time it takes
    language, readable, rejectable = read(text[:LONGEST_READ], counted, identify)
    if rejectable:
        return language, ENGLISH if readable else PERHAPS_ENGLISH
    nothing_known = counted.known_terms == 0 and language == UNDETERMINED
    return language, NOTHING_KNOWN if nothing_known else FOREIGN


def explained_heads(judgements: Judgements, place: int) -> tuple[str, ...]:
    """Choose the categories whose words are listed.

    Args:
        judgements: The judgements.
        place: The place of a comment.

    Returns:
        The reasons of a rejection; else the violated categories; else the likeliest one.
    """
    reasons = judgements.verdicts.reasons(place)
    if reasons:
        return reasons
    probabilities = judgements.scores.category_probabilities[place]
    ranked = np.argsort(-probabilities, kind="stable").tolist()
    violated = judgements.verdicts.violated[place]
    return tuple(CATEGORIES[c] for c in ranked if violated[c]) or (CATEGORIES[ranked[0]],)
