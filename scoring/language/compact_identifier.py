"""py3langid's identifier over the compact tables.

Encoding, weights, temperature and aliases are the library's own; the walk over the automaton and
the look-up of logarithms are compiled here, and give the same numbers.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
from py3langid.langid import LanguageIdentifier

from scoring.compilation.array_types import F32, I64
from scoring.language._identifier import feature_rows, visited_features
from scoring.language.compact_tables import CompactTables

BUILT_ON: Final = ("_raw_score", "_sparse_score")
"""Methods of the library's class that are overridden or called; not part of its interface."""


class FeatureRows:
    """Stands in for py3langid's table of logarithms: asked for some rows, it writes them out."""

    def __init__(self, tables: CompactTables) -> None:
        self._arrays = tables.logarithms

    def __getitem__(self, features: I64) -> F32:
        rows: F32 = feature_rows(features, *self._arrays)
        return rows


class CompactIdentifier(LanguageIdentifier):  # type: ignore[misc]  # the library ships no types
    """Names a text's language, with a probability over all languages."""

    __slots__ = ("_automaton",)

    def __init__(self, tables: CompactTables) -> None:
        rows, classes = FeatureRows(tables), tables.classes.tolist()
        super().__init__(rows, tables.pc, classes, b"", b"", norm_probs=True, tk_row=b"")
        self._automaton = tables.automaton

    def _raw_score(self, text: bytes) -> F32:
        features = visited_features(np.frombuffer(text, np.uint8), *self._automaton)
        if len(features) == 0:
            scores: F32 = super()._raw_score(b"")  # the library's answer where it finds nothing
        else:
            scores = self._sparse_score(Counter(features.tolist()), self.nb_ptc)
        return scores
