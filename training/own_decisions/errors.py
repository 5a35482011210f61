"""What can be wrong with an export of decisions."""

from __future__ import annotations

from training.errors import TrainingError


class ImportRefused(TrainingError):
    """The file cannot be read as comments with decisions; nothing was imported."""


class OwnDecisionsDamaged(TrainingError):
    """The file of imported decisions is not as this package writes it."""
