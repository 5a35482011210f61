"""The scorer against two public profanity checkers on the same comments.

They answer one question (is there profanity?), the scorer eleven and a language check; what is
compared is what a comment costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from threadpoolctl import threadpool_limits

from tests.benchmarks.measurement import AT_LEAST, Figure, Goal, Part, ratio_figure
from tests.benchmarks.paired import alternate
from tests.benchmarks.scorer_speed import SCORER, judging, other_comments, per_comment
from tests.benchmarks.setting import Setting

NAME: Final = "libraries"
TITLE: Final = "Other libraries"
ALT: Final = "alt-profanity-check"
BETTER: Final = "better-profanity"
FEW: Final = 100
"""Comments for better-profanity, which takes half a minute for a thousand and knows no batches."""
_GOALS: Final[Mapping[tuple[str, bool], Goal]] = {
    (ALT, True): Goal(AT_LEAST, 1.0),
    (ALT, False): Goal(AT_LEAST, 50.0),
}
Check = Callable[[Sequence[str]], object]


def measure(setting: Setting) -> Part:
    """Measure the libraries beside the scorer, each in pairs.

    Args:
        setting: What to measure with.

    Returns:
        Their time over the scorer's.
    """
    try:
        versions = {name: version(name) for name in (ALT, BETTER)}
    except PackageNotFoundError as error:
        reason = f"{error.name} is not installed; `make bench` makes an environment that has it"
        return Part(NAME, TITLE, skipped=reason)
    texts = setting.comments.texts
    figures = []
    with threadpool_limits(limits=1):
        for name, check, size in ((ALT, _alt(), len(texts)), (BETTER, _better(), FEW)):
            batch = [texts[:size]]
            figures.append(_compare(setting, name, check, batch, f"batch of {size:,}"))
            singles = [(text,) for text in texts[:size]]
            figures.append(_compare(setting, name, check, singles, "one by one"))
    facts = {
        "versions": ", ".join(f"{name} {number}" for name, number in versions.items()),
        "calls": "profanity_check.predict_prob; better_profanity.profanity.contains_profanity",
        "scorer's side": "normalising, scoring, calibration, language check and decision",
        "threads": "one",
    }
    return Part(NAME, TITLE, figures, facts)


def _compare(
    setting: Setting, name: str, check: Check, batches: Sequence[Sequence[str]], how: str
) -> Figure:
    def work() -> None:
        for batch in batches:
            check(batch)

    other = f"{name}, seconds a comment"
    theirs = per_comment(work, sum(map(len, batches)), before=other_comments(setting))
    sides = {SCORER: judging(setting, batches), other: theirs}
    rounds = alternate(sides, setting.rounds)
    return ratio_figure(
        f"{name}'s time over the scorer's, {how}",
        (other, rounds[other]),
        (SCORER, rounds[SCORER]),
        _GOALS.get((name, len(batches) == 1)),
    )


def _alt() -> Check:
    from profanity_check import predict_prob

    return lambda texts: predict_prob(list(texts))


def _better() -> Check:
    from better_profanity import profanity

    profanity.load_censor_words()
    return lambda texts: [profanity.contains_profanity(text) for text in texts]
