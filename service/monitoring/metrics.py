"""Counters in Prometheus' text format, kept in plain dictionaries.

Each worker process counts for itself and a scrape reaches one of them, so every series carries the
label `worker` (the process id). With more than one worker, read rates and ratios, not totals.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of the latency histogram, in seconds."""
MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_Labels = tuple[str, ...]


class Metrics:
    """What one worker has done since it started."""

    def __init__(self) -> None:
        """Start at zero."""
        self._requests: Counter[_Labels] = Counter()
        self._comments: Counter[_Labels] = Counter()
        self._latency: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}
        self._model: _Labels | None = None
        self._loads = 0
        self._load_failures = 0

    def count_request(self, route: str, status: int, seconds: float) -> None:
        """Count a finished request.

        Args:
            route: The path as it is declared, or `other`.
            status: HTTP status of the answer.
            seconds: From its first byte to the end of the answer.
        """
        self._requests[route, str(status)] += 1
        if route not in self._latency:
            self._latency[route] = [0] * (len(BUCKETS) + 1)
            self._seconds[route] = 0.0
        self._latency[route][bisect_left(BUCKETS, seconds)] += 1
        self._seconds[route] += seconds

    def count_comment(self, decision: str, reason: str) -> None:
        """Count a comment.

        Args:
            decision: `approve`, `reject`, `review`, or `refused` for one that was not classified.
            reason: The likeliest violated category, the reason for review, the code of the
                refusal, or `none`.
        """
        self._comments[decision, reason] += 1

    def count_load(self, version: str, guidelines: str) -> None:
        """Count a model that was loaded and is now in use.

        Args:
            version: Its version.
            guidelines: The version of the guidelines it was trained for.
        """
        self._model = (version, guidelines)
        self._loads += 1

    def count_load_failure(self) -> None:
        """Count a model that was refused."""
        self._load_failures += 1

    def render(self) -> str:
        """Write everything in Prometheus' text format.

        Returns:
            The text, ending in a newline.
        """
        worker = str(os.getpid())
        model = {self._model: 1} if self._model else {}
        lines = [
            *_family("requests_total", "counter", "Requests by route and status.",
                     _series(("route", "status"), self._requests, worker)),
            *_family("comments_total", "counter", "Comments by decision and reason.",
                     _series(("decision", "reason"), self._comments, worker)),
            *_family("request_seconds", "histogram", "Time to answer, by route.",
                     self._histograms(worker)),
            *_family("model_info", "gauge", "The model in use.",
                     _series(("version", "guidelines"), model, worker)),
            *_family("model_loads_total", "counter", "Models loaded.",
                     _series((), {(): self._loads}, worker)),
            *_family("model_load_failures_total", "counter", "Models refused.",
                     _series((), {(): self._load_failures}, worker)),
        ]  # fmt: skip
        return "\n".join(lines) + "\n"

    def _histograms(self, worker: str) -> Iterable[str]:
        for route, buckets in sorted(self._latency.items()):
            labels = f'route="{route}",worker="{worker}"'
            total = 0
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), buckets, strict=True):
                total += count
                yield f'_bucket{{{labels},le="{bound}"}} {total}'
            yield f"_sum{{{labels}}} {self._seconds[route]:.6f}"
            yield f"_count{{{labels}}} {total}"


def _series(names: tuple[str, ...], counts: Mapping[_Labels, int], worker: str) -> Iterable[str]:
    """Write one line for each combination of labels; no label of ours needs escaping."""
    for values, count in sorted(counts.items()):
        pairs = [*zip(names, values, strict=True), ("worker", worker)]
        labels = ",".join(f'{name}="{value}"' for name, value in pairs)
        yield f"{{{labels}}} {count}"


def _family(name: str, kind: str, meaning: str, series: Iterable[str]) -> Iterable[str]:
    full = f"moderation_{name}"
    yield f"# HELP {full} {meaning}"
    yield f"# TYPE {full} {kind}"
    for line in series:
        yield full + line
