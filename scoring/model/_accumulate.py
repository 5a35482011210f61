"""Compiled last step: look terms up, weigh them by TF-IDF and sum every head in one pass.

The value of a term is (1 + ln count) * idf, scaled so that the word terms and the character terms
of a text each have Euclidean length 1: scikit-learn's `TfidfTransformer(sublinear_tf=True)` on each
of the two blocks. Sums are float64 in the order of first appearance, so a text's numbers do not
depend on the batch it came in.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.compilation.array_types import F32, F64, I8, I32, I64, U8, U32, U64
from scoring.compilation.jit import kernel
from scoring.model._calibration import calibrate
from scoring.model._common_tokens import SLACK, CommonTokens, token_rows
from scoring.model._index import TermIndex, find_rows
from scoring.ngrams._hashing import word_terms
from scoring.text._fold import fold_points
from scoring.text._letters import KNOWN_TERMS
from scoring.text._tokens import cut_tokens, text_arrays

LARGEST_COUNT: Final = 4096
LANES: Final = 16
"""Bytes of an entry: a weight for each of twelve heads, then the idf as a float32."""
IDF_LANE: Final = 3
"""Position of the idf among an entry's four float32 words."""
_ONE: Final = np.uint64(1)
_TWO: Final = np.uint64(2)
_THREE: Final = np.uint64(3)
_FOUR: Final = np.uint64(4)


@kernel
def _count_rows(rows: I32, size: int, counts: I32) -> np.uint64:
    """Count each row; the distinct ones move to the front of `rows`, in order of appearance."""
    distinct = np.uint64(0)
    for k in range(np.uint64(size)):
        row = np.uint64(rows[k])  # unsigned, as all that indexes here: no check for below 0
        count = counts[row]
        rows[distinct] = row  # overwritten by the next one if it was there before: no branch
        distinct += np.uint64(count == 0)
        counts[row] = count + 1
    return distinct


@kernel
def _weigh(
    rows: I32, distinct: np.uint64, terms: int, idf: F32, log_counts: F64, counts: I32, values: F64
) -> tuple[np.uint64, float]:
    """Turn counts into TF-IDF values and clear them; unknown terms are dropped.

    Returns how many terms were known, and the sum of their squared values.
    """
    known = np.uint64(0)
    square = 0.0
    for k in range(distinct):
        row = np.uint64(rows[k])
        count = counts[row]
        counts[row] = 0
        few = count <= LARGEST_COUNT
        sublinear = log_counts[np.uint64(count)] if few else 1.0 + np.log(count)
        # of an unknown term 0, and overwritten by the next one
        value = sublinear * np.float64(idf[row, IDF_LANE])
        square += value * value
        rows[known] = row
        values[known] = value
        known += np.uint64(row < np.uint64(terms))
    return known, square


@kernel
def _sum_entries(rows: I32, values: F64, known: np.uint64, entries: I8, sums: F64) -> None:
    """Sum value times entry over the known terms.

    Four at a time: a sum that waits for the one before it to be stored took four times as long.
    """
    sums[:] = 0.0
    whole = known - known % _FOUR
    for k in range(np.uint64(0), whole, _FOUR):
        one, two = np.uint64(rows[k]), np.uint64(rows[k + _ONE])
        three, four = np.uint64(rows[k + _TWO]), np.uint64(rows[k + _THREE])
        a, b, c, d = values[k], values[k + _ONE], values[k + _TWO], values[k + _THREE]
        for lane in range(LANES):
            sums[lane] += (a * entries[one, lane] + b * entries[two, lane]) + (
                c * entries[three, lane] + d * entries[four, lane]
            )
    for k in range(whole, known):
        row = np.uint64(rows[k])
        for lane in range(LANES):
            sums[lane] += values[k] * entries[row, lane]


@kernel
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
    if known > np.uint64(0):
        _sum_entries(rows, values, known, entries, sums)
        length = np.sqrt(square)
        for head in range(len(margins)):
            margins[head] += sums[head] * scales[head] / length
    return int(np.int64(known))


@kernel
def _term_arrays(room: int) -> tuple[U64, U64, I32, I32, I32, F64]:
    """Allocate two of hashes, first and last tokens, rows and values of `room` terms."""
    return (
        np.empty(room, np.uint64),
        np.empty(room, np.uint64),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.float64),
    )


@kernel
def _most_terms(settings: I64, size: int, tokens: int) -> int:
    """Return how many terms either block of a text of `size` code points can have at most."""
    characters: int = (settings[2] - settings[1] + 1) * (size + 2 * tokens)
    words: int = settings[0] * tokens
    return max(characters, words)


@kernel
def score_texts(
    points: U32, text_at: I64, classes: U8, starts: I32, lengths: U8, pool: U32, lookalikes: U32,
    settings: I64, index_starts: I32, index_offsets: U8, index_slots: U64, idf: F32, entries: I8,
    scales: F64, biases: F64, english_starts: I32, english_offsets: U8, english_slots: U64,
    log_counts: F64, slopes: F64, offsets: F64, overall: F64, common_fields: I32,
    common_names: U64, counts: I32, margins: F64, stats: I32, category: F64, reject: F64,
) -> None:  # fmt: skip
    """Score texts given as one array of code points.

    Args:
        points: uint32, the code points of all texts, one after another.
        text_at: int64 (n + 1), text i is `points[text_at[i]:text_at[i + 1]]`.
        classes, starts, lengths, pool, lookalikes: the arrays of `UnicodeTables`.
        settings: int64 (3): longest word n-gram, shortest and longest character n-gram.
        index_starts, index_offsets, index_slots: the terms, a `TermIndex`; array by array, as all
            that follows, because handing over a tuple of tuples takes three times as long.
        entries: int8 (terms + 1, LANES), by row of a term: a weight for each head; the other
            columns are summed but not read. The last row is that of unknown terms.
        idf: the same bytes as float32 (terms + 1, 4), of which column IDF_LANE is the idf.
        scales: float64 (heads), what a weight of 1 stands for.
        biases: float64 (heads).
        english_starts, english_offsets, english_slots: English words, a `TermIndex`.
        log_counts: float64, 1 + ln count for counts up to `LARGEST_COUNT`.
        slopes, offsets, overall: as in `calibrate`.
        common_fields, common_names: a `CommonTokens`.
        counts: int32 (terms + 1), all zero, left all zero.
        margins: float64 (n, heads) output.
        stats: int32 (n, STATISTICS) output, zeroed by the caller.
        category: float64 (n, heads - 1) output, probabilities of rejection in [0, 1].
        reject: float64 (n) output, the overall ones.
    """
    index = TermIndex(index_starts, index_offsets, index_slots)
    english = TermIndex(english_starts, english_offsets, english_slots)
    common = CommonTokens(common_fields, common_names)
    codes, kinds, begins, ends, out, origins, token_at = text_arrays(points, text_at, lengths)
    words, hashes, firsts, lasts, rows, values = _term_arrays(0)
    sums = np.empty(LANES, np.float64)
    terms = len(idf) - 1
    for i in range(len(text_at) - 1):
        text = points[text_at[i] : text_at[i + 1]]
        n = fold_points(text, classes, starts, lengths, pool, codes, kinds, begins, ends)
        tokens = cut_tokens(codes, kinds, n, lookalikes, out, origins, token_at)
        room = _most_terms(settings, token_at[tokens], tokens) + SLACK
        if room > len(words):
            words, hashes, firsts, lasts, rows, values = _term_arrays(2 * room)
        margins[i, :] = biases
        size = word_terms(out, token_at, tokens, settings[0], words, firsts, lasts)
        find_rows(words, size, index, rows, firsts)
        known = add_block(
            rows, size, terms, idf, entries, scales, log_counts, counts, values, sums, margins[i]
        )
        size = token_rows(
            out, token_at, tokens, settings, classes, words, common, index, english, hashes, firsts,
            rows, stats[i],
        )  # fmt: skip
        known += add_block(
            rows, size, terms, idf, entries, scales, log_counts, counts, values, sums, margins[i]
        )
        stats[i, KNOWN_TERMS] = known
        reject[i] = calibrate(margins[i], slopes, offsets, overall, category[i])
