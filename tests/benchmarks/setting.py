"""What every benchmark is given: the model in use, compiled; comments; a private folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from scoring.artifacts.versions import PublishedModel, load_current
from scoring.classify import Judgements, classify
from scoring.compilation.cache import load_kernels
from scoring.decisions.policy import DEFAULT_PRESET
from scoring.language.detect import LanguageIdentifier
from scoring.language.identifier import load_identifier
from scoring.model.scorer import Scorer
from tests.benchmarks.comments import Comments, read_comments
from tests.benchmarks.paired import FEWEST_ROUNDS
from tests.benchmarks.reference import ReferenceScorer

ROOT: Final = Path(__file__).parents[2]
MODELS: Final = ROOT / "models"
DATA: Final = ROOT / "data"


@dataclass(frozen=True, slots=True)
class Setting:
    """What every benchmark is given.

    Attributes:
        folder: A private, temporary folder.
        published: The model in use.
        identify: Names a text's language.
        comments: The comments to measure with.
        quick: Whether to measure shortly and loosely, to see that everything runs.
        training_rows: Numbers of rows to train on.
        service_python: The interpreter that runs the service.
    """

    folder: Path
    published: PublishedModel
    identify: LanguageIdentifier
    comments: Comments
    quick: bool
    training_rows: tuple[int, ...]
    service_python: str

    @property
    def cache(self) -> Path:
        """The folder of compiled code, which the processes that are measured share."""
        return self.folder / "cache"

    @property
    def rounds(self) -> int:
        """How often a side is measured."""
        return 2 if self.quick else FEWEST_ROUNDS + 2

    @property
    def process_rounds(self) -> int:
        """How often a side is measured that takes seconds, such as a start of the service."""
        return 2 if self.quick else FEWEST_ROUNDS

    def judge(
        self, texts: Sequence[str], scorer: Scorer | ReferenceScorer | None = None
    ) -> Judgements:
        """Score texts, check their language and decide, as the service does.

        Args:
            texts: Comments.
            scorer: Another than that of the model in use.

        Returns:
            The judgements, in order.
        """
        chosen = cast("Scorer", scorer or self.published.scorer)
        policy = self.published.manifest.policies[DEFAULT_PRESET]
        declared = [None] * len(texts)
        return classify(chosen, self.identify, policy, texts, declared, explained=False)


def prepare(
    folder: Path, *, quick: bool, training_rows: tuple[int, ...], service_python: str
) -> Setting:
    """Compile, load and read what every benchmark needs.

    Args:
        folder: A private, temporary folder.
        quick: See `Setting`.
        training_rows: See `Setting`.
        service_python: See `Setting`.

    Returns:
        The setting.

    Raises:
        ScoringError: There is no usable model.
        TrainingError: The project's own data is malformed.
    """
    load_kernels()
    return Setting(
        folder,
        load_current(MODELS),
        load_identifier(),
        read_comments(DATA),
        quick,
        training_rows,
        service_python,
    )
