"""The model in use: follows `CURRENT`, verifies what it names, and swaps between requests."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from scoring.artifacts.manifest import Manifest
from scoring.artifacts.selection import current_version
from scoring.artifacts.versions import load_version
from scoring.classify import Judgements, classify
from scoring.decisions.policy import Policy
from scoring.errors import ArtifactMissing, PolicyError, ScoringError
from scoring.language.detect import LanguageIdentifier
from scoring.language.identifier import load_identifier
from scoring.model.scorer import Scorer
from scoring.rules.house_rules import HouseRules, RuledScorer
from service.monitoring.memory import give_back_memory, keep_for_good
from service.monitoring.metrics import Metrics
from service.rules import RulesFile
from service.settings import Settings

RETRY_SECONDS: Final = 30.0
"""A refused version is read again after this long: reading it costs more than a look at CURRENT."""
STARTING: Final = (
    "the service is starting: the model is being loaded; the first start on a machine compiles, "
    "for about fifteen seconds"
)
MISSING: Final = (
    "no model is published in the folder that MODERATION_MODELS names; the service keeps looking"
)
REFUSED: Final = (
    "the model that CURRENT names was refused, the log says why; the service keeps looking"
)
# What bytes from a disk can raise besides the errors of scoring: none of it may end the task that
# follows CURRENT.
_UNUSABLE: Final = (
    ScoringError, OSError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError,
    MemoryError, EOFError,
)  # fmt: skip

_log = logging.getLogger("service.models")


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A verified model, warm and ready to answer.

    Attributes:
        manifest: What it is.
        scorer: Scores texts with it.
        identify: Names the language of a text.
        policies: Its presets, those of the house rules among them.
        ruled: The model under house rules; None where there are none.
        rules_digest: Which house rules, the first digits of their file's SHA-256; empty for none.
    """

    manifest: Manifest
    scorer: Scorer
    identify: LanguageIdentifier
    policies: Mapping[str, Policy]
    ruled: RuledScorer | None = None
    rules_digest: str = ""

    def classify(
        self,
        policy: Policy,
        texts: Sequence[str],
        declared: Sequence[str | None],
        *,
        explained: bool = False,
    ) -> Judgements:
        """Classify comments with this model: see `scoring.classify.classify`."""
        if self.ruled is not None:
            return self.ruled.classify(self.identify, policy, texts, declared, explained=explained)
        return classify(self.scorer, self.identify, policy, texts, declared, explained=explained)


def under_rules(served: ServedModel, rules: HouseRules) -> ServedModel:
    """Lay house rules over a model.

    Args:
        served: A model, under other rules or none.
        rules: The rules.

    Returns:
        The model under these rules.

    Raises:
        HouseRulesRefused: They build on a preset that the model has not.
        PolicyError: Their thresholds do not fit together.
    """
    return replace(
        served,
        policies=rules.policies(served.manifest.policies),
        ruled=RuledScorer(rules, served.scorer, served.manifest.prevalence),
        rules_digest=rules.digest,
    )


class ModelHolder:
    """Holds the model in use. One task loads, in a thread; requests only read `served`."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        warm: Callable[[ServedModel], None],
    ) -> None:
        """Name what to follow.

        Args:
            settings: The folder that holds `CURRENT`, the file of house rules, the seconds between
                two looks, and the preset that a model must have.
            metrics: Where loads and failures are counted.
            warm: Called in a thread with each model before it is used.
        """
        self.served: ServedModel | None = None
        self.reason = STARTING
        self.looked = asyncio.Event()
        """Set once `CURRENT` was followed for the first time, whether or not a model came of it."""
        self._models = settings.models
        self._policy = settings.policy
        self._rules = RulesFile(settings.rules)
        self._reload_seconds = settings.reload_seconds
        self._metrics = metrics
        self._warm = warm
        self._identify: LanguageIdentifier | None = None
        self._refused: str | None = None
        self._last_failure = ""
        self._retry_at = 0.0

    async def follow(self, prepare: Callable[[], None]) -> None:
        """Load the model, then look at `CURRENT` again and again until cancelled.

        Args:
            prepare: Called once in a thread before any model is loaded.
        """
        identify, _ = await asyncio.gather(
            asyncio.to_thread(load_identifier), asyncio.to_thread(prepare)
        )
        self._identify = identify
        while True:
            await self.look()
            self.looked.set()
            await asyncio.sleep(self._reload_seconds)

    async def look(self) -> None:
        """Look at `CURRENT` once, and load and swap in what it names if that is new."""
        if self._identify is None:
            self._identify = await asyncio.to_thread(load_identifier)
        try:
            version = await asyncio.to_thread(current_version, self._models)
        except _UNUSABLE as error:
            self._fail(error, None)
            return
        changed = await asyncio.to_thread(self._rules.look)
        if self.served is not None and self.served.manifest.version == version:
            self._refused, self._last_failure = None, ""
            if changed:
                self._follow_rules(self.served)
            return
        if version == self._refused and time.monotonic() < self._retry_at:
            return
        await self._swap(version, self._identify)

    def _follow_rules(self, served: ServedModel) -> None:
        """Lay changed rules over the model in use; those that do not fit change nothing."""
        try:
            self.served = self._ruled(served)
        except ScoringError as error:
            self._rules.refuse(error)

    def _ruled(self, served: ServedModel) -> ServedModel:
        rules = self._rules.rules
        if rules is None:
            plain = replace(served, policies=served.manifest.policies, ruled=None, rules_digest="")
            return self._with_preset(plain)
        return self._with_preset(under_rules(served, rules))

    def _with_preset(self, served: ServedModel) -> ServedModel:
        if self._policy not in served.policies:
            raise PolicyError(
                f"model {served.manifest.version} has no policy {self._policy!r}, only "
                f"{', '.join(served.policies)}; set MODERATION_POLICY to one of them, or train a "
                "model or write house rules that have it"
            )
        return served

    async def _swap(self, version: str, identify: LanguageIdentifier) -> None:
        started = time.perf_counter()
        try:
            served = await asyncio.to_thread(self._load, version, identify)
            await asyncio.to_thread(self._warm, served)
            if self.served is None:
                await asyncio.to_thread(keep_for_good)
            await asyncio.to_thread(give_back_memory)
        except _UNUSABLE as error:
            self._fail(error, version)
            return
        self.served = served
        self._refused, self._last_failure = None, ""
        self._metrics.count_load(served.manifest)
        milliseconds = round(1000 * (time.perf_counter() - started))
        fields = {"model": version, "milliseconds": milliseconds, "terms": served.scorer.terms}
        _log.info("model loaded", extra={"fields": fields})

    def _load(self, version: str, identify: LanguageIdentifier) -> ServedModel:
        """Load a version; its arrays as stored are let go of."""
        published = load_version(self._models, version)
        manifest = published.manifest
        return self._ruled(ServedModel(manifest, published.scorer, identify, manifest.policies))

    def _fail(self, error: Exception, version: str | None) -> None:
        """Note a version that cannot be used; log it once, however often it is seen."""
        missing = isinstance(error, ArtifactMissing)
        self.reason = MISSING if missing else REFUSED
        self._refused = None if missing else version
        self._retry_at = time.monotonic() + RETRY_SECONDS
        failure = f"{type(error).__name__}: {error}"
        if failure == self._last_failure:
            return
        self._last_failure = failure
        self._metrics.count_load_failure()
        serving = self.served.manifest.version if self.served else None
        fields = {"model": version, "serving": serving, "error": failure}
        _log.error("model refused", extra={"fields": fields})
