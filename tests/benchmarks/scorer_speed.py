"""The scorer against scikit-learn's pipeline of the same model, and two threads against one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Final

from threadpoolctl import threadpool_limits

from tests.benchmarks.comments import pieces
from tests.benchmarks.measurement import AT_LEAST, BELOW, Figure, Goal, Part, ratio_figure
from tests.benchmarks.paired import Spread, alternate, seconds_of
from tests.benchmarks.reference import ReferenceScorer, largest_difference
from tests.benchmarks.setting import Setting

NAME: Final = "scorer"
THREADS: Final = 2
AGREEMENT: Final = 1e-6
SCORER: Final = "scorer, seconds a comment"
PIPELINE: Final = "scikit-learn, seconds a comment"


def measure(setting: Setting) -> Part:
    """Measure the scorer in one process.

    Args:
        setting: What to measure with.

    Returns:
        Ratios to the pipeline in a batch and one by one, and of two threads to one.
    """
    texts = setting.comments.texts
    reference = ReferenceScorer(setting.published.model, texts, setting.comments.others)
    with threadpool_limits(limits=1):
        figures = [
            _against_pipeline(setting, reference, f"batch of {len(texts):,}", [texts]),
            _against_pipeline(setting, reference, "one by one", [(text,) for text in texts]),
            *_two_threads(setting),
            _difference(setting, reference),
        ]
    facts = {
        "threads": "one, except where two are named",
        "before each run": "a thousand other comments, untimed, so that the scorer remembers no "
        "more of the measured ones than of any; not where two threads are measured",
        "both sides": "normalising, scoring, calibration, language check and decision",
        "terms of the pipeline": f"{reference.terms:,} of the model's "
        f"{len(setting.published.model.hashes):,}: those found in the measured comments "
        f"and {len(setting.comments.others):,} others",
        "in the pipeline's favour": "it normalises once, by the project's compiled normaliser, "
        "and looks up what the language check reads",
    }
    return Part(NAME, "Scorer", figures, facts)


def judging(
    setting: Setting, batches: Sequence[Sequence[str]], scorer: ReferenceScorer | None = None
) -> Callable[[], float]:
    """Make a side that judges batches one after another.

    Args:
        setting: What to measure with.
        batches: Comments of each call.
        scorer: Another than that of the model in use.

    Returns:
        A function that returns seconds a comment.
    """

    def work() -> None:
        for batch in batches:
            setting.judge(batch, scorer)

    return per_comment(work, sum(map(len, batches)), before=other_comments(setting))


def other_comments(setting: Setting) -> Callable[[], object]:
    """Make a function that scores comments which are not measured, others at each call.

    The scorer remembers common tokens. Without other comments in between, those of the measured
    comments would be among them more often than those of comments it sees for the first time.

    Args:
        setting: What to measure with.

    Returns:
        The function.
    """
    size = len(setting.comments.texts)
    every = list(pieces(setting.comments.others))
    turns = cycle([every[first : first + size] for first in range(0, len(every), size)])
    return lambda: setting.published.scorer.score(next(turns))


def per_comment(
    work: Callable[[], object], comments: int, before: Callable[[], object] = lambda: None
) -> Callable[[], float]:
    """Make a side of some work over comments.

    Args:
        work: What to time.
        comments: How many comments one run of it handles.
        before: What to do before each run, untimed.

    Returns:
        A function that returns seconds a comment.
    """
    seconds = seconds_of(work, before=before)
    return lambda: seconds() / comments


def _against_pipeline(
    setting: Setting, reference: ReferenceScorer, how: str, batches: Sequence[Sequence[str]]
) -> Figure:
    sides = {SCORER: judging(setting, batches), PIPELINE: judging(setting, batches, reference)}
    rounds = alternate(sides, setting.rounds)
    goal = Goal(AT_LEAST, 30.0) if len(batches) > 1 else Goal(AT_LEAST, 12.0, moonshot=20.0)
    return ratio_figure(
        f"scikit-learn pipeline's time over the scorer's, {how}",
        (PIPELINE, rounds[PIPELINE]),
        (SCORER, rounds[SCORER]),
        goal,
    )


def _two_threads(setting: Setting) -> list[Figure]:
    """Judge the batch by one thread and by two that share the scorer."""
    texts = setting.comments.texts
    halves = [texts[part::THREADS] for part in range(THREADS)]
    score = setting.published.scorer.score
    figures = []
    with ThreadPoolExecutor(THREADS) as pool:
        for what, work, goal in (
            ("", setting.judge, Goal(AT_LEAST, 1.8)),
            (", scoring alone (no language check, no decision)", score, None),
        ):
            one = per_comment(lambda work=work: work(texts), len(texts))  # type: ignore[misc]
            two = per_comment(lambda work=work: list(pool.map(work, halves)), len(texts))  # type: ignore[misc]
            names = ("one thread, seconds a comment", "two threads, seconds a comment")
            rounds = alternate(dict(zip(names, (one, two), strict=True)), setting.rounds)
            figures.append(
                ratio_figure(
                    f"one thread's time over two threads', batch of {len(texts):,}{what}",
                    (names[0], rounds[names[0]]),
                    (names[1], rounds[names[1]]),
                    goal,
                )
            )
    return figures


def _difference(setting: Setting, reference: ReferenceScorer) -> Figure:
    """Say how far the two scorers' probabilities lie apart: they must be the same model."""
    texts = setting.comments.texts
    found = largest_difference(setting.published.scorer.score(texts), reference.score(texts))
    return Figure(
        "largest difference of any probability between scorer and pipeline",
        "",
        Spread(found, found, found),
        Goal(BELOW, AGREEMENT),
    )
