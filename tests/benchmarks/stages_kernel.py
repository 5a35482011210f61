"""Compiled: the scorer's stages run one more at a time, and the bare memory reads of its lookups.

The stages are the scorer's own functions in the scorer's own order; a run stops after the stage it
is told, so that the difference of two runs is what a stage takes.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.compilation.array_types import F32, F64, I8, I32, I64, U8, U32, U64
from scoring.compilation.jit import allocating_kernel, kernel
from scoring.model._accumulate import LANES, add_block
from scoring.model._index import TermIndex, find_rows
from scoring.model._token_cache import TokenCache, token_rows
from scoring.ngrams._hashing import word_terms
from scoring.text._fold import fold_points
from scoring.text._letters import STATISTICS
from scoring.text._tokens import cut_tokens, text_arrays

STAGES: Final = (
    "fold code points",
    "cut tokens, undo disguises",
    "hash word n-grams",
    "look up word n-grams",
    "count, weigh and sum word n-grams",
    "character n-grams remembered or hashed and looked up, letters counted",
    "count, weigh and sum character n-grams",
)
ROOM: Final = 1 << 16


@allocating_kernel
def run_stages(
    last: int, points: U32, text_at: I64, classes: U8, starts: I32, lengths: U8, pool: U32,
    lookalikes: U32, settings: I64, index_starts: I32, index_offsets: U8, index_slots: U64,
    idf: F32, entries: I8, scales: F64, biases: F64, english_starts: I32, english_offsets: U8,
    english_slots: U64, log_counts: F64, counts: I32, cache_fields: I32, cache_names: U64,
) -> int:  # fmt: skip
    """Run the stages up to `last` over texts of at most a few thousand code points.

    Args:
        last: position in `STAGES` of the last stage to run.
        points, text_at, classes, starts, lengths, pool, lookalikes, settings, index_starts,
        index_offsets, index_slots, idf, entries, scales, biases, english_starts, english_offsets,
        english_slots, log_counts, counts, cache_fields, cache_names: as in
        `scoring.model._accumulate.score_texts`.

    Returns:
        A sum over what was made, so that nothing is left out as unused.
    """
    index = TermIndex(index_starts, index_offsets, index_slots)
    english = TermIndex(english_starts, english_offsets, english_slots)
    cache = TokenCache(cache_fields, cache_names)
    codes, kinds, begins, ends, out, origins, token_at = text_arrays(points, text_at, lengths)
    words, hashes = np.empty(ROOM, np.uint64), np.empty(ROOM, np.uint64)
    firsts, lasts = np.empty(ROOM, np.int32), np.empty(ROOM, np.int32)
    rows = np.empty(ROOM, np.int32)
    values, sums = np.empty(ROOM, np.float64), np.empty(LANES, np.float64)
    margins, stats = np.zeros(len(biases), np.float64), np.zeros(STATISTICS, np.int32)
    terms = len(idf) - 1
    made = 0
    for i in range(len(text_at) - 1):
        text = points[text_at[i] : text_at[i + 1]]
        n = fold_points(text, classes, starts, lengths, pool, codes, kinds, begins, ends)
        made += n
        if last < 1:
            continue
        tokens = cut_tokens(codes, kinds, n, lookalikes, out, origins, token_at)
        made += tokens
        if last < 2:
            continue
        size = word_terms(out, token_at, tokens, settings[0], words, firsts, lasts)
        made += size
        if last < 3:
            continue
        find_rows(words, size, index, rows, firsts)
        made += rows[0]
        if last < 4:
            continue
        made += add_block(
            rows, size, terms, idf, entries, scales, log_counts, counts, values, sums, margins
        )
        if last < 5:
            continue
        size = token_rows(
            out, token_at, tokens, settings, classes, words, cache, index, english, hashes, firsts,
            rows, stats,
        )  # fmt: skip
        made += size
        if last < 6:
            continue
        made += add_block(
            rows, size, terms, idf, entries, scales, log_counts, counts, values, sums, margins
        )
    return int(made + stats[0])


@kernel
def read_memory(places: I64, rows: I32, slots: U64, counts: I32, entries: I8) -> int:
    """Read once, in order, every slot, count and entry that the texts' n-grams lead to.

    No read waits for another and nothing is computed.

    Args:
        places: int64, where the slots of each looked-up term start.
        rows: int32, the row of each.
        slots, counts, entries: the scorer's tables.

    Returns:
        A sum over what was read.
    """
    total = np.uint64(0)
    for k in range(len(places)):
        total += slots[places[k]]
    found = 0
    for k in range(len(rows)):
        found += counts[rows[k]] + entries[rows[k], 0]
    return int(found + np.int64(total & np.uint64(1)))
