"""Every error about a source of labelled comments; the tree is drawn in training/errors.py."""

from __future__ import annotations

from training.errors import TrainingError


class SourceError(TrainingError):
    """A source of labelled comments cannot be used."""


class SourceMissing(SourceError):
    """A file is not there and cannot be brought."""


class SourceDamaged(SourceError):
    """A file is not the one the registry names, or cannot be parsed."""


class SourceLayout(SourceError):
    """A file parses, but its columns or values are not those the reader knows."""


class RegistryError(SourceError):
    """The source registry has a wrong key or value."""


class TableError(SourceError):
    """A table of rows breaks the rules that every reader keeps."""
