"""Public benchmarks that nothing here is trained on, each by the head that answers its question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.artifacts.versions import PublishedModel
from scoring.decisions.policy import DEFAULT_PRESET, Decision
from training.evaluation.metrics import Metric
from training.evidence.judge import decision_share, head_threshold, judge
from training.evidence.measures import (
    RANKING,
    accuracy_at,
    figures,
    macro_f1_at,
    share_figure,
)
from training.evidence.published import Published
from training.sources.labels import NO, UNKNOWN, YES

EVEN: Final = 0.5
HATECHECK: Final = "hatecheck"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark and what is asked of it.

    Attributes:
        key: Key of its source.
        head: The head that answers.
        about: What its labels mean, in a line.
        parts: Whether its groups are parts to tell apart (functionalities).
        together: Whether its groups are drawn together by the bootstrap (articles).
    """

    key: str
    head: str
    about: str
    parts: bool = False
    together: bool = False


BENCHMARKS: Final = (
    Benchmark(HATECHECK, "abuse", "functional tests of hate speech detection", parts=True),
    Benchmark("hatemoji-check", "abuse", "hate written with emoji", parts=True),
    Benchmark("edos-test", "sexism", "sexism on Reddit and Gab, official test"),
    Benchmark("olid-test", "reject", "offensive tweets, official test"),
    Benchmark("mhs-test", "abuse", "hate on YouTube, Reddit and Twitter"),
    Benchmark("c3", "reject", "comments of another news site, by article", together=True),
    Benchmark("openai-moderation", "reject", "prompts marked with any of eight labels"),
    Benchmark("wiki-nonfuzzed", "reject", "Wikipedia talk that mentions an identity"),
)


def measure_benchmarks(
    published: PublishedModel,
    tables: Mapping[str, pd.DataFrame],
    figures_of_others: Mapping[str, Published],
) -> list[dict[str, Any]]:
    """Measure a model on every benchmark that is there.

    Args:
        published: The model.
        tables: Row tables of the benchmarks, by key.
        figures_of_others: What was published, by key.

    Returns:
        Plain values, one entry a benchmark in the order of `BENCHMARKS`: `key`, `head`, `about`,
        `n`, `positives`, `threshold`, `figures`, `decisions`, `parts`, `published`.
    """
    return [
        _measure(published, one, tables[one.key], figures_of_others.get(one.key, Published()))
        for one in BENCHMARKS
        if one.key in tables
    ]


def _measure(
    published: PublishedModel, benchmark: Benchmark, table: pd.DataFrame, others: Published
) -> dict[str, Any]:
    rows = table[table[benchmark.head] != UNKNOWN].reset_index(drop=True)
    yes = (rows[benchmark.head] == YES).to_numpy()
    judged = judge(published, rows["text"].tolist())
    threshold = head_threshold(published.manifest.policies[DEFAULT_PRESET], benchmark.head)
    values = judged.head(benchmark.head)
    metrics: dict[str, Metric] = {
        **RANKING,
        "accuracy": accuracy_at(threshold),
        "macro_f1": macro_f1_at(EVEN),
    }
    groups = pd.factorize(rows["group"])[0].astype(np.int64) if benchmark.together else None
    return {
        "key": benchmark.key,
        "head": benchmark.head,
        "about": benchmark.about,
        "n": len(rows),
        "positives": int(yes.sum()),
        "threshold": round(threshold, 4),
        "figures": figures(metrics, yes, values, groups),
        "decisions": decision_shares(judged.decisions, (rows["reject"]).to_numpy(np.int8)),
        "parts": _parts(rows, yes, values >= threshold, others) if benchmark.parts else [],
        "published": {
            "source": others.source, "measure": others.measure, "all": others.beside(),
        },
    }  # fmt: skip


def _parts(
    rows: pd.DataFrame, yes: NDArray[np.bool_], said: NDArray[np.bool_], others: Published
) -> list[dict[str, Any]]:
    """Tell the share of right answers of all, of both classes and of each functionality."""
    right, groups = said == yes, rows["group"].to_numpy()
    named = {"all": np.ones(len(yes), np.bool_), "hateful": yes, "not hateful": ~yes}
    named |= {str(group): groups == group for group in pd.unique(groups)}
    return [
        {"part": part, **share_figure(right[inside]), "published": others.beside(part)}
        for part, inside in named.items()
    ]


def decision_shares(
    decisions: NDArray[np.str_], reject: NDArray[np.int8]
) -> dict[str, dict[str, float]]:
    """Tell what became of the comments to reject and of those to approve.

    Args:
        decisions: str (n).
        reject: int8 (n), the right decision, unknown ones left out.

    Returns:
        By `to reject` and `to approve`: `n` and the shares rejected, held and approved; a kind of
        which there is none is left out.
    """
    told = {}
    for name, label in (("to reject", YES), ("to approve", NO)):
        here = decisions[reject == label]
        if len(here):
            told[name] = {
                "n": len(here),
                "rejected": decision_share(here, Decision.REJECT),
                "held": decision_share(here, Decision.REVIEW),
                "approved": decision_share(here, Decision.APPROVE),
            }
    return told
