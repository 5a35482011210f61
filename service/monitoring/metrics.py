"""Counters for Prometheus, summed over the worker processes whichever of them answers."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

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
            "moderation_comments", "Comments by decision and reason.", ("decision", "reason"),
            registry=self._registry,
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
        self._used: tuple[str, str] | None = None
        self._waiting: list[tuple[str, int, float]] = []
        self._waiting_comments: list[tuple[str, str]] = []

    def count_request(self, route: str, status: int, seconds: float) -> None:
        """Count a finished request.

        Args:
            route: The path as it is declared, or `other`.
            status: HTTP status of the answer.
            seconds: From its first byte to the end of the answer.
        """
        self._waiting.append((route, status, seconds))

    def count_comment(self, decision: str, reason: str) -> None:
        """Count a comment.

        Args:
            decision: `approve`, `reject`, `review`, or `refused` for one that was not classified.
            reason: The likeliest violated category, the reason for review, the code of the
                refusal, or `none`.
        """
        self._waiting_comments.append((decision, reason))

    def count_feedback(self, moderator: str, model: str, categories: Sequence[str]) -> None:
        """Count a moderator's decision beside the model's.

        Args:
            moderator: `approve` or `reject`.
            model: `approve`, `reject` or `review`.
            categories: The guidelines that the moderator named.
        """
        for category in categories or ("none",):
            self._feedback.labels(moderator, model, category).inc()

    def count_load(self, version: str, guidelines: str) -> None:
        """Count a model that was loaded and is now in use.

        Args:
            version: Its version.
            guidelines: The version of the guidelines it was trained for.
        """
        if self._used is not None:
            self._model.labels(*self._used).set(0)
        self._used = (version, guidelines)
        self._model.labels(*self._used).set(1)
        self._loads.inc()

    def count_load_failure(self) -> None:
        """Count a model that was refused."""
        self._load_failures.inc()

    async def follow(self) -> None:
        """Hand over what was counted, again and again until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            if self._waiting:
                await asyncio.to_thread(self.flush)

    def flush(self) -> None:
        """Hand what was counted to the library: done many at a time, it takes a tenth as long."""
        requests, self._waiting = self._waiting, []
        comments, self._waiting_comments = self._waiting_comments, []
        for route, status, seconds in requests:
            self._requests.labels(route, str(status)).inc()
            self._seconds.labels(route).observe(seconds)
        for (decision, reason), number in Counter(comments).items():
            self._comments.labels(decision, reason).inc(number)

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
