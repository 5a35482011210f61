"""What a score is: guidelines, normalised text, features, the scorer, the artifact and the policy.

This package knows nothing of labels, HTTP or data frames, and imports neither `training` nor
`service`. `from scoring import Classifier` is the library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoring.classifier import Classifier, Judgement

__all__ = ["Classifier", "Judgement"]


def __getattr__(name: str) -> object:
    """Import the library at its first use: `import scoring.x` must not start the compiler."""
    if name in __all__:
        from scoring import classifier

        found: object = getattr(classifier, name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
