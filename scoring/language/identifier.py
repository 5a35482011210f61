"""Names a text's language over all languages of py3langid, loaded once and never unpickled."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Final

from scoring.errors import CacheDamaged
from scoring.language.compact_tables import CompactTables
from scoring.language.detect import LanguageIdentifier
from scoring.language.identifier_tables import map_tables, packed_tables, unpack_tables

LONGEST_READ: Final = 2000
"""Code points that are read: more would not change the answer, and the walk is one step a byte."""

_log = logging.getLogger("scoring.language.identifier")


@lru_cache(maxsize=2)
def load_identifier(cache: Path | None = None) -> LanguageIdentifier:
    """Load the language identifier.

    Its tables are plain NumPy arrays. Languages are not restricted: restricted to a few, it would
    call a text of any other language one of those.

    Args:
        cache: The private folder where the compact tables are kept, to be mapped (about 0.01 s);
            None makes them in memory (about 1 s). They take 10 MB. Where they cannot be kept or
            used, memory it is, and the log says so.

    Returns:
        A function that takes a text and returns an ISO 639 code and its probability in [0, 1];
        safe to call from several threads.

    Raises:
        CacheRefused: Someone else owns a folder or can write to it.
        ValueError: py3langid's tables are others than those of version 0.4.
    """
    classify = _load_classify(cache)

    def identify(text: str) -> tuple[str, float]:
        language, probability = classify(text[:LONGEST_READ])
        return str(language), float(probability)

    return identify


def _load_classify(cache: Path | None) -> LanguageIdentifier:
    """Build the identifier on compact tables, or the library's own where it has changed inside."""
    from py3langid.langid import MODEL_FILE
    from py3langid.langid import LanguageIdentifier as Langid

    from scoring.language.compact_identifier import BUILT_ON, CompactIdentifier

    missing = [name for name in BUILT_ON if not hasattr(Langid, name)]
    if missing:
        _log.warning("py3langid holds its own tables", extra={"fields": {"missing": missing}})
        langid = Langid.from_model_file(MODEL_FILE, norm_probs=True)
    else:
        langid = CompactIdentifier(_load_tables(cache))
    classify: LanguageIdentifier = langid.classify
    return classify


def _load_tables(cache: Path | None) -> CompactTables:
    packed = packed_tables()
    if cache is not None:
        try:
            return map_tables(cache, packed)
        except (OSError, CacheDamaged) as error:
            fields = {"folder": str(cache), "error": f"{type(error).__name__}: {error}"}
            _log.warning("language tables are held in memory", extra={"fields": fields})
    return unpack_tables(packed)
