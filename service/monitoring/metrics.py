"""Counters for Prometheus, summed over the worker processes whichever of them answers."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import prometheus_client
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)

from scoring.artifacts.manifest import Manifest
from scoring.classify import Judgements
from scoring.decisions.policy import OUTCOMES
from scoring.model.scorer import Scores
from service.monitoring.drift import DriftWindow
from service.settings import SHARED_METRICS

FLUSH_SECONDS: Final = 0.25
"""Time after which other workers see what this one has counted."""
BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of the latency histogram, in seconds."""
MEDIA_TYPE: Final = CONTENT_TYPE_LATEST


class Metrics:
    """What this worker has done since it started, and with `SHARED_METRICS` what all have."""

    def __init__(self) -> None:
        """Start at zero."""
        disable_created_metrics()
        self._registry = CollectorRegistry()
        self._requests = prometheus_client.Counter(
            "moderation_requests", "Requests by route and status.", ("route", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._comments = prometheus_client.Counter(
            "moderation_comments", "Comments by wire format, decision and reason.",
            ("format", "decision", "reason"), registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "moderation_request_seconds", "Time to answer, by route.", ("route",),
            buckets=BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._model = Gauge(
            "moderation_model_info", "1 for a model that a worker uses.", ("version", "guidelines"),
            multiprocess_mode="livemax", registry=self._registry,
        )  # fmt: skip
        self._loads = prometheus_client.Counter(
            "moderation_model_loads", "Models loaded.", registry=self._registry
        )
        self._load_failures = prometheus_client.Counter(
            "moderation_model_load_failures", "Models refused.", registry=self._registry
        )
        self._feedback = prometheus_client.Counter(
            "moderation_feedback", "Moderators' decisions beside the model's on the same comments.",
            ("moderator", "model", "category"), registry=self._registry,
        )  # fmt: skip
        self._drift = Gauge(
            "moderation_score_drift",
            "Population stability index of recent scores against training's, the worst worker's.",
            ("category",), multiprocess_mode="livemax", registry=self._registry,
        )  # fmt: skip
        self._window = DriftWindow({})
        self._used: tuple[str, str] | None = None
        self._waiting: list[tuple[str, int, float]] = []
        self._waiting_refused: list[str] = []
        self._waiting_judged: list[tuple[str, list[int], Scores]] = []

    def count_request(self, route: str, status: int, seconds: float) -> None:
        """Count a finished request.

        Args:
            route: The path as it is declared, or `other`.
            status: HTTP status of the answer.
            seconds: From its first byte to the end of the answer.
        """
        self._waiting.append((route, status, seconds))

    def count_refused(self, code: str) -> None:
        """Count a comment of `/classify` that was not classified.

        Args:
            code: The code of the refusal.
        """
        self._waiting_refused.append(code)

    def count_judged(self, wire_format: str, judgements: Judgements) -> None:
        """Count comments by decision, and their scores for the drift.

        Args:
            wire_format: What they came in, such as `classify`.
            judgements: What was found of them.
        """
        # references only: `flush` counts many requests at once
        self._waiting_judged.append((wire_format, judgements.verdicts.outcomes, judgements.scores))

    def count_feedback(self, moderator: str, model: str, categories: Sequence[str]) -> None:
        """Count a moderator's decision beside the model's.

        Args:
            moderator: `approve` or `reject`.
            model: `approve`, `reject` or `review`.
            categories: The guidelines that the moderator named.
        """
        for category in categories or ("none",):
            self._feedback.labels(moderator, model, category).inc()

    def count_load(self, manifest: Manifest) -> None:
        """Count a model that was loaded and is now in use; the drift is told of it from now on.

        Args:
            manifest: What it is.
        """
        if self._used is not None:
            self._model.labels(*self._used).set(0)
        self._used = (manifest.version, manifest.guidelines)
        self._window = DriftWindow(manifest.score_deciles)
        self._model.labels(*self._used).set(1)
        self._loads.inc()

    def count_load_failure(self) -> None:
        """Count a model that was refused."""
        self._load_failures.inc()

    async def follow(self) -> None:
        """Hand over what was counted, again and again until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            if self._waiting or self._waiting_judged:
                await asyncio.to_thread(self.flush)

    def flush(self) -> None:
        """Hand what was counted to the library: done many at a time, it takes a tenth as long."""
        requests, self._waiting = self._waiting, []
        refused, self._waiting_refused = self._waiting_refused, []
        judged, self._waiting_judged = self._waiting_judged, []
        for route, status, seconds in requests:
            self._requests.labels(route, str(status)).inc()
            self._seconds.labels(route).observe(seconds)
        for code, number in Counter(refused).items():
            self._comments.labels("classify", "refused", code).inc(number)
        self._count_judged(judged)

    def _count_judged(self, judged: list[tuple[str, list[int], Scores]]) -> None:
        if not judged:
            return
        counted = Counter((name, one) for name, outcomes, _ in judged for one in outcomes)
        for (wire_format, outcome), number in counted.items():
            told = OUTCOMES[outcome]
            reason = told.reason or "none"
            self._comments.labels(wire_format, told.decision.value, reason).inc(number)
        # two joins of many small arrays: one a request would take fifteen times as long
        categories = np.concatenate([scores.category_probabilities for _, _, scores in judged])
        reject = np.concatenate([scores.reject_probability for _, _, scores in judged])
        self._window.add(np.column_stack([categories, reject]))
        for category, index in self._window.indices().items():
            self._drift.labels(category).set(index)

    def render(self) -> bytes:
        """Write everything in Prometheus' text format.

        Returns:
            The text in UTF-8.
        """
        self.flush()
        shared = os.environ.get(SHARED_METRICS)
        if not shared:
            return generate_latest(self._registry)
        _forget_the_dead(Path(shared))
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry, path=shared)
        return generate_latest(registry)


def _forget_the_dead(folder: Path) -> None:
    """Drop what workers that have ended said of themselves; what they counted stays."""
    for path in folder.glob("gauge_live*_*.db"):
        process = int(path.stem.rpartition("_")[2])
        if not Path(f"/proc/{process}").exists():
            multiprocess.mark_process_dead(process, str(folder))
