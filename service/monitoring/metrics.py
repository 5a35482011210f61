"""Counters for Prometheus, summed over the worker processes whichever of them answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)

from service.settings import SHARED_METRICS

BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of the latency histogram, in seconds."""
MEDIA_TYPE: Final = CONTENT_TYPE_LATEST


class Metrics:
    """What this worker has done since it started, and with `SHARED_METRICS` what all have."""

    def __init__(self) -> None:
        """Start at zero."""
        disable_created_metrics()
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "moderation_requests", "Requests by route and status.", ("route", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._comments = Counter(
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
        self._loads = Counter("moderation_model_loads", "Models loaded.", registry=self._registry)
        self._load_failures = Counter(
            "moderation_model_load_failures", "Models refused.", registry=self._registry
        )
        self._used: tuple[str, str] | None = None

    def count_request(self, route: str, status: int, seconds: float) -> None:
        """Count a finished request.

        Args:
            route: The path as it is declared, or `other`.
            status: HTTP status of the answer.
            seconds: From its first byte to the end of the answer.
        """
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_comment(self, decision: str, reason: str) -> None:
        """Count a comment.

        Args:
            decision: `approve`, `reject`, `review`, or `refused` for one that was not classified.
            reason: The likeliest violated category, the reason for review, the code of the
                refusal, or `none`.
        """
        self._comments.labels(decision, reason).inc()

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

    def render(self) -> bytes:
        """Write everything in Prometheus' text format.

        Returns:
            The text in UTF-8.
        """
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
