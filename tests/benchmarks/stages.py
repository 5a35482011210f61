"""Where the scorer's time goes, stage by stage, and how far that is from reading the memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.model._index import GROUP_BITS, MIXER, find_rows
from scoring.model.scorer import Scorer
from scoring.ngrams.extract import extract_terms
from scoring.text.normalise import join_texts, normalise
from tests.benchmarks.measurement import Figure, Part, Table, ratio_figure
from tests.benchmarks.paired import Spread, alternate, spread
from tests.benchmarks.scorer_speed import per_comment
from tests.benchmarks.setting import Setting
from tests.benchmarks.stages_kernel import STAGES, read_memory, run_stages

NAME: Final = "stages"
TABLE: Final = "Time by stage"
WHOLE: Final = "Scorer.score"
JUDGED: Final = "with language check and decision"
FLOOR: Final = "reading its memory alone"
CALIBRATION: Final = 3
"""How many arrays of calibration stand last among those that the scorer hands to its kernel."""


def measure(setting: Setting) -> Part:
    """Measure each stage in a batch, one thread.

    Args:
        setting: What to measure with.

    Returns:
        Microseconds a comment by stage, and the scorer's time over that of its memory reads.
    """
    texts, scorer = setting.comments.texts, setting.published.scorer
    seconds = alternate(_sides(setting, texts, scorer), setting.rounds)
    rows = _stage_rows(seconds)
    figures = [
        ratio_figure(
            "scorer's time over that of reading its memory, batch",
            (WHOLE, seconds[WHOLE]),
            (FLOOR, seconds[FLOOR]),
        ),
        Figure("lookups a comment", "", _exactly(len(_lookups(scorer, texts)[0]) / len(texts))),
    ]
    facts = {
        "stages": "runs of the scorer's own functions that stop one stage later each; a stage is "
        "the difference of two medians",
        FLOOR: "each slot, count and entry that the texts' n-grams lead to, read once in order, "
        "nothing computed, no read waiting for another",
    }
    header = ("stage", "µs a comment", "share of the whole")
    return Part(NAME, "Where the time goes", figures, facts, [Table(TABLE, header, rows)])


def _sides(setting: Setting, texts: Sequence[str], scorer: Scorer) -> dict[str, Any]:
    arguments = _kernel_arguments(scorer, texts)
    places, rows = _lookups(scorer, texts)
    tables = (scorer._index.slots, scorer._scratch.counts, scorer._entries)
    work: dict[str, Callable[[], object]] = {
        stage: partial(run_stages, last, *arguments) for last, stage in enumerate(STAGES)
    }
    work[WHOLE] = partial(scorer.score, texts)
    work[JUDGED] = partial(setting.judge, texts)
    work[FLOOR] = partial(read_memory, places, rows, *tables)
    return {name: per_comment(side, len(texts)) for name, side in work.items()}


def _kernel_arguments(scorer: Scorer, texts: Sequence[str]) -> tuple[Any, ...]:
    """Return what the scorer gives its kernel, but for calibration and outputs."""
    scratch = scorer._scratch
    fixed = scorer._arrays[:-CALIBRATION]
    return (*join_texts(texts), *fixed, scratch.counts, *scratch.cache)


def _lookups(scorer: Scorer, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return where the slots of every n-gram of the texts start, and its row."""
    settings, index = scorer.settings, scorer._index
    hashes = np.concatenate([extract_terms(normalise(text), settings).hashes for text in texts])
    rows, strays = np.empty(len(hashes), np.int32), np.empty(len(hashes) + 1, np.int32)
    find_rows(hashes, len(hashes), index, rows, strays)
    bits = (len(index.offsets) - 1).bit_length() - 1
    buckets = ((hashes * MIXER) >> np.uint64(64 - bits)).astype(np.int64)
    starts = index.starts[buckets >> GROUP_BITS].astype(np.int64)
    return starts + index.offsets[buckets], rows


def _stage_rows(seconds: dict[str, list[float]]) -> list[tuple[str, float, str]]:
    median = {name: 1e6 * spread(rounds).median for name, rounds in seconds.items()}
    whole, rows, before = median[JUDGED], [], 0.0
    for stage in STAGES:
        rows.append((stage, median[stage] - before))
        before = median[stage]
    rows.append(("join texts, calibrate", median[WHOLE] - before))
    rows.append(("language check, decision", median[JUDGED] - median[WHOLE]))
    rows += [("the whole", whole), (FLOOR, median[FLOOR])]
    return [(name, round(value, 2), f"{value / whole:.0%}") for name, value in rows]


def _exactly(value: float) -> Spread:
    return Spread(value, value, value)
