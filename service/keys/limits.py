"""How often a caller may call, and how much may be under way."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Final

from service.http.problems import Problem

BURST_SECONDS: Final = 2.0
"""Of its rate, a caller may use so many seconds at once."""
MOST_CALLERS: Final = 10_000
"""Callers that are remembered; the one longest unseen is forgotten, and starts anew."""


class RateLimits:
    """A bucket of requests for each caller, refilled with its rate."""

    def __init__(self, rate: float, clock: Callable[[], float] = monotonic) -> None:
        """Start with full buckets.

        Args:
            rate: Requests a second of callers that have no rate of their own; 0 for no limit.
            clock: Tells seconds; never goes back.
        """
        self.rate = rate
        self._clock = clock
        self._buckets: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def admit(self, caller: object, own_rate: float | None) -> None:
        """Take a request out of a caller's bucket.

        Args:
            caller: Who calls; equal for the same caller.
            own_rate: Its requests a second, where it has a rate of its own.

        Raises:
            Problem: `rate_limited`; `Retry-After` says when there will be room.
        """
        rate = self.rate if own_rate is None else own_rate
        if not rate:
            return
        now, burst = self._clock(), max(1.0, rate * BURST_SECONDS)
        left, seen = self._buckets.pop(caller, (burst, now))
        left = min(burst, left + rate * (now - seen))
        admitted = left >= 1.0
        self._buckets[caller] = (left - 1.0 if admitted else left, now)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        if not admitted:
            wait = math.ceil((1.0 - left) / rate)
            raise Problem(
                "rate_limited", f"allowed: {rate:g} requests a second", {"Retry-After": str(wait)}
            )


class Load:
    """Counts the requests under way, and refuses more than a worker can hold."""

    def __init__(self, most: int) -> None:
        """Start with none.

        Args:
            most: Requests under way at once.
        """
        self._most = most
        self.under_way = 0

    def enter(self) -> None:
        """Count a request; `leave` must follow.

        Raises:
            Problem: `overloaded`.
        """
        if self.under_way >= self._most:
            raise Problem(
                "overloaded", f"allowed: {self._most} requests under way", {"Retry-After": "1"}
            )
        self.under_way += 1

    def leave(self) -> None:
        """Count the end of a request that entered."""
        self.under_way -= 1
