"""The tokens that people write most, looked up once for a model."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np

from scoring.model._common_tokens import (
    FIELDS,
    CommonTokens,
    Lookups,
    Scratch,
    Tokens,
    remember_tokens,
)
from scoring.model._index import TermIndex
from scoring.ngrams.extract import TermSettings, extract_terms
from scoring.text.normalise import NormalisedText, normalise
from scoring.text.unicode_tables import unicode_tables

PLACES: Final = 16384
"""Places of the table, a power of 2, twice as many as tokens: 3.1 MB. Of the 57 tokens of a news
comment that was held back 3 are not listed."""
_MOST_TERMS: Final = 4096
"""More character terms than a token of twelve letters can have, whatever the settings."""


def look_up_common_tokens(settings: TermSettings, index: TermIndex, english: TermIndex) -> Lookups:
    """Look the common tokens up among a model's terms.

    Args:
        settings: Which n-grams are terms.
        index: The model's terms.
        english: The words known to be English.

    Returns:
        Where `score_texts` looks tokens up; read-only from here on.
    """
    text = _listed()
    words = extract_terms(text, replace(settings, longest_word=1))
    fields = np.zeros((PLACES, FIELDS), np.int32)
    lookups = Lookups(CommonTokens(fields, fields.view(np.uint64)), index, english)
    tokens = Tokens(text.codes, text.token_at, len(text.token_at) - 1, words.hashes[: words.words])
    scratch = Scratch(np.empty(_MOST_TERMS, np.uint64), np.empty(_MOST_TERMS, np.int32))
    rows = np.empty(_MOST_TERMS, np.int32)
    remember_tokens(tokens, settings.as_array(), unicode_tables().classes, lookups, scratch, rows)
    return lookups


@lru_cache(maxsize=1)
def _listed() -> NormalisedText:
    """Read the list: tokens one a line, most frequent first."""
    return normalise(files("scoring.model").joinpath("common_tokens.txt").read_text("utf-8"))
