"""Compiled last step: look terms up, weigh them by TF-IDF and sum every head in one pass.

The value of a term is (1 + ln count) * idf, scaled so that the word terms and the character terms
of a text each have Euclidean length 1: scikit-learn's `TfidfTransformer(sublinear_tf=True)` on each
of the two blocks. Sums are float64 in the order of first appearance, so a text's numbers do not
depend on the batch it came in.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from scoring.array_types import F32, F64, I8, I32, I64, U8, U32, U64
from scoring.fold_kernel import fold_points
from scoring.index_kernel import find_rows
from scoring.letter_kernel import KNOWN_TERMS, read_letters
from scoring.term_kernel import character_terms, word_terms
from scoring.token_kernel import cut_tokens, text_arrays

LARGEST_COUNT: Final = 4096
LANES: Final = 16
"""Bytes of an entry: a weight for each of twelve heads, then the idf as a float32."""
IDF_LANE: Final = 3
"""Position of the idf among an entry's four float32 words."""


@njit(nogil=True)
def _count_rows(rows: I32, size: int, counts: I32) -> int:
    """Count each row; the distinct ones move to the front of `rows`, in order of appearance."""
    distinct = 0
    for k in range(np.uint64(size)):
        row = rows[k]
        count = counts[row]
        rows[distinct] = row  # overwritten by the next one if it was there before: no branch
        distinct += count == 0
        counts[row] = count + 1
    return distinct


@njit(nogil=True)
def _weigh(
    rows: I32, distinct: int, terms: int, idf: F32, log_counts: F64, counts: I32, values: F64
) -> tuple[int, float]:
    """Turn counts into TF-IDF values and clear them; unknown terms are dropped.

    Returns how many terms were known, and the sum of their squared values.
    """
    known = 0
    square = 0.0
    for k in range(np.uint64(distinct)):
        row = rows[k]
        count = counts[row]
        counts[row] = 0
        if row < terms:
            sublinear = log_counts[count] if count <= LARGEST_COUNT else 1.0 + np.log(count)
            value = sublinear * np.float64(idf[row, IDF_LANE])
            square += value * value
            rows[known] = row
            values[known] = value
            known += 1
    return known, square


@njit(nogil=True)
def _sum_entries(rows: I32, values: F64, known: int, entries: I8, sums: F64) -> None:
    """Sum value times entry over the known terms.

    Four at a time: a sum that waits for the one before it to be stored took four times as long.
    """
    sums[:] = 0.0
    whole = known - known % 4
    for k in range(0, whole, 4):
        one, two, three, four = rows[k], rows[k + 1], rows[k + 2], rows[k + 3]
        a, b, c, d = values[k], values[k + 1], values[k + 2], values[k + 3]
        for lane in range(LANES):
            sums[lane] += (a * entries[one, lane] + b * entries[two, lane]) + (
                c * entries[three, lane] + d * entries[four, lane]
            )
    for k in range(whole, known):
        for lane in range(LANES):
            sums[lane] += values[k] * entries[rows[k], lane]


@njit(nogil=True)
def add_block(
    rows: I32, size: int, terms: int, idf: F32, entries: I8, scales: F64, log_counts: F64,
    counts: I32, values: F64, sums: F64, margins: F64,
) -> int:  # fmt: skip
    """Add one block's contribution to `margins`.

    Args:
        rows: int32, the rows of the block's terms in order of appearance; the first `size` count.
            Overwritten.
        size: how many.
        terms, idf, entries, scales, log_counts, counts: as in `score_texts`.
        values: float64 scratch with room for `size` entries.
        sums: float64 (LANES) scratch.
        margins: float64 (heads), added to.

    Returns:
        How many distinct terms were known.
    """
    distinct = _count_rows(rows, size, counts)
    known, square = _weigh(rows, distinct, terms, idf, log_counts, counts, values)
    if known > 0:
        _sum_entries(rows, values, known, entries, sums)
        length = np.sqrt(square)
        for head in range(len(margins)):
            margins[head] += sums[head] * scales[head] / length
    return known


@njit(nogil=True)
def _term_arrays(room: int) -> tuple[U64, U64, I32, I32, I32, F64]:
    """Allocate hashes, first tokens, last tokens, rows and values for `room` terms."""
    return (
        np.empty(room, np.uint64),
        np.empty(room, np.uint64),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.float64),
    )


@njit(nogil=True)
def _most_terms(settings: I64, size: int, tokens: int) -> int:
    """Return how many terms either block of a text of `size` code points can have at most."""
    characters: int = (settings[2] - settings[1] + 1) * (size + 2 * tokens)
    words: int = settings[0] * tokens
    return max(characters, words)


@njit(nogil=True)
def score_texts(
    points: U32, text_at: I64, classes: U8, starts: I32, lengths: U8, pool: U32, lookalikes: U32,
    settings: I64, index_starts: I32, index_offsets: U8, index_slots: U64, idf: F32, entries: I8,
    scales: F64, biases: F64, english_starts: I32, english_offsets: U8, english_slots: U64,
    log_counts: F64, counts: I32, margins: F64, stats: I32,
) -> None:  # fmt: skip
    """Score texts given as one array of code points.

    Args:
        points: uint32, the code points of all texts, one after another.
        text_at: int64 (n + 1), text i is `points[text_at[i]:text_at[i + 1]]`.
        classes, starts, lengths, pool, lookalikes: the arrays of `UnicodeTables`.
        settings: int64 (3): longest word n-gram, shortest and longest character n-gram.
        index_starts, index_offsets, index_slots: the terms (`find_rows`).
        entries: int8 (terms + 1, LANES), by row of a term: a weight for each head; the other
            columns are summed but not read. The last row is that of unknown terms.
        idf: the same bytes as float32 (terms + 1, 4), of which column IDF_LANE is the idf.
        scales: float64 (heads), what a weight of 1 stands for.
        biases: float64 (heads).
        english_starts, english_offsets, english_slots: English words (`find_rows`).
        log_counts: float64, 1 + ln count for counts up to `LARGEST_COUNT`.
        counts: int32 (terms + 1), all zero, left all zero.
        margins: float64 (n, heads) output.
        stats: int32 (n, STATISTICS) output, zeroed by the caller.
    """
    codes, kinds, begins, ends, out, origins, token_at = text_arrays(points, text_at, lengths)
    hashes, singles, firsts, lasts, rows, values = _term_arrays(0)
    sums = np.empty(LANES, np.float64)
    terms = len(idf) - 1
    for i in range(len(text_at) - 1):
        text = points[text_at[i] : text_at[i + 1]]
        n = fold_points(text, classes, starts, lengths, pool, codes, kinds, begins, ends)
        tokens = cut_tokens(codes, kinds, n, lookalikes, out, origins, token_at)
        room = _most_terms(settings, token_at[tokens], tokens)
        if room > len(hashes):
            hashes, singles, firsts, lasts, rows, values = _term_arrays(2 * room + 1)
        margins[i, :] = biases
        size = word_terms(out, token_at, tokens, settings[0], hashes, firsts, lasts)
        read_letters(
            out, token_at, tokens, classes, hashes, settings[0], english_starts,
            english_offsets, english_slots, singles, rows, firsts, stats[i],
        )  # fmt: skip
        find_rows(hashes, size, index_starts, index_offsets, index_slots, rows, firsts)
        known = add_block(
            rows, size, terms, idf, entries, scales, log_counts, counts, values, sums, margins[i]
        )
        size = character_terms(out, token_at, tokens, settings[1], settings[2], hashes, firsts)
        find_rows(hashes, size, index_starts, index_offsets, index_slots, rows, firsts)
        known += add_block(
            rows, size, terms, idf, entries, scales, log_counts, counts, values, sums, margins[i]
        )
        stats[i, KNOWN_TERMS] = known
