"""Names a text's language over all languages of py3langid, loaded once and never unpickled."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from scoring.language import LanguageIdentifier

LONGEST_READ: Final = 2000
"""Code points that are read: more would not change the answer, and the walk is one step a byte."""


@lru_cache(maxsize=1)
def load_identifier() -> LanguageIdentifier:
    """Load the language identifier (about 0.5 s and 20 MB).

    Its model file is plain NumPy arrays. Languages are not restricted: restricted to a few, it
    would call a text of any other language one of those.

    Returns:
        A function that takes a text and returns an ISO 639 code and its probability in [0, 1];
        safe to call from several threads.
    """
    from py3langid.langid import MODEL_FILE
    from py3langid.langid import LanguageIdentifier as Langid

    langid = Langid.from_model_file(MODEL_FILE, norm_probs=True)

    def identify(text: str) -> tuple[str, float]:
        language, probability = langid.classify(text[:LONGEST_READ])
        return str(language), float(probability)

    return identify
