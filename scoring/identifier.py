"""Names a text's language over all languages of py3langid, loaded once and never unpickled."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Final

from scoring.errors import CacheDamaged
from scoring.identifier_tables import IdentifierTables, map_tables, packed_tables, unpack_tables
from scoring.language import LanguageIdentifier

LONGEST_READ: Final = 2000
"""Code points that are read: more would not change the answer, and the walk is one step a byte."""

_log = logging.getLogger("scoring.identifier")


@lru_cache(maxsize=2)
def load_identifier(cache: Path | None = None) -> LanguageIdentifier:
    """Load the language identifier.

    Its tables are plain NumPy arrays. Languages are not restricted: restricted to a few, it would
    call a text of any other language one of those.

    Args:
        cache: The private folder where the unpacked tables are kept, to be mapped (about 0.05 s
            and 10 MB); None holds them in memory (about 0.5 s and 75 MB). Where they cannot be
            kept or used, memory it is, and the log says so.

    Returns:
        A function that takes a text and returns an ISO 639 code and its probability in [0, 1];
        safe to call from several threads.

    Raises:
        CacheRefused: Someone else owns a folder or can write to it.
    """
    from py3langid.langid import LanguageIdentifier as Langid

    tables = _load_tables(cache)
    langid = Langid(
        tables.ptc,
        tables.pc,
        tables.classes.tolist(),
        # a view gives Python's own integers, without a list that holds 28 bytes for each
        tables.nextmove.data,
        tables.output.data,
        norm_probs=True,
        tk_row=tables.row.data,
    )

    def identify(text: str) -> tuple[str, float]:
        language, probability = langid.classify(text[:LONGEST_READ])
        return str(language), float(probability)

    return identify


def _load_tables(cache: Path | None) -> IdentifierTables:
    packed = packed_tables()
    if cache is not None:
        try:
            return map_tables(cache, packed)
        except (OSError, CacheDamaged) as error:
            fields = {"folder": str(cache), "error": f"{type(error).__name__}: {error}"}
            _log.warning("language tables are held in memory", extra={"fields": fields})
    return unpack_tables(packed)
