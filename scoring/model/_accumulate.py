"""Compiled last step: look terms up, weigh them by TF-IDF and sum every head in one pass.

The value of a term is (1 + ln count) * idf, scaled so that the word terms and the character terms
of a text each have Euclidean length 1: scikit-learn's `TfidfTransformer(sublinear_tf=True)` on each
of the two blocks. Sums are float64 in the order of first appearance, so a text's numbers do not
depend on the batch it came in.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from scoring.compilation.array_types import F32, F64, I8, I32, I64, U32, U64
from scoring.compilation.jit import allocating_kernel, kernel
from scoring.model._calibration import calibrate
from scoring.model._common_tokens import SLACK, CommonTokens, Lookups, Scratch, Tokens, token_rows
from scoring.model._index import TermIndex, find_rows
from scoring.ngrams._hashing import word_terms
from scoring.text._fold import fold_points
from scoring.text._letters import KNOWN_TERMS
from scoring.text._tokens import cut_tokens, text_arrays
from scoring.text.unicode_tables import UnicodeTables

LARGEST_COUNT: Final = 4096
LANES: Final = 16
"""Bytes of an entry: a weight for each of twelve heads, then the idf as a float32."""
IDF_LANE: Final = 3
"""Position of the idf among an entry's four float32 words."""
_ONE: Final = np.uint64(1)
_TWO: Final = np.uint64(2)
_THREE: Final = np.uint64(3)
_FOUR: Final = np.uint64(4)


class Weights(NamedTuple):
    """What a term adds to each head.

    Attributes:
        entries: int8 (terms + 1, LANES), by row of a term: a weight for each head; the other
            columns are summed but not read. The last row is that of unknown terms.
        idf: the same bytes as float32 (terms + 1, 4), of which column IDF_LANE is the idf.
        scales: float64 (heads), what a weight of 1 stands for.
        biases: float64 (heads).
        log_counts: float64, 1 + ln count for counts up to `LARGEST_COUNT`.
    """

    entries: I8
    idf: F32
    scales: F64
    biases: F64
    log_counts: F64


class CalibrationArrays(NamedTuple):
    """The arrays of `Calibration`: float64 (heads - 1), (heads - 1) and (3)."""

    slopes: F64
    offsets: F64
    overall: F64


class ScorerArrays(NamedTuple):
    """A model as `score_texts` takes it; settings are int64 (3), see `TermSettings.as_array`."""

    tables: UnicodeTables
    settings: I64
    terms: TermIndex
    lookups: Lookups
    weights: Weights
    calibration: CalibrationArrays


PlainArrays: TypeAlias = tuple[Any, ...]
PlainScores: TypeAlias = tuple[F64, I32, F64, F64]


def plain_tuples(arrays: tuple[Any, ...]) -> tuple[Any, ...]:
    """Turn named tuples into plain ones, those inside too.

    Args:
        arrays: A named tuple of arrays and of named tuples.

    Returns:
        The same arrays in plain tuples.
    """
    return tuple(plain_tuples(part) if isinstance(part, tuple) else part for part in arrays)


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
    rows: I32, size: int, weights: Weights, counts: I32, values: F64, sums: F64, margins: F64
) -> int:
    """Add one block's contribution to `margins`.

    Args:
        rows: int32, the rows of the block's terms in order of appearance; the first `size` count.
            Overwritten.
        size: how many.
        weights, counts: as in `score_texts`.
        values: float64 scratch with room for `size` entries.
        sums: float64 (LANES) scratch.
        margins: float64 (heads), added to.

    Returns:
        How many distinct terms were known.
    """
    terms = len(weights.idf) - 1
    distinct = _count_rows(rows, size, counts)
    known, square = _weigh(rows, distinct, terms, weights.idf, weights.log_counts, counts, values)
    if known > np.uint64(0):
        _sum_entries(rows, values, known, weights.entries, sums)
        length = np.sqrt(square)
        for head in range(len(margins)):
            margins[head] += sums[head] * weights.scales[head] / length
    return int(np.int64(known))


@allocating_kernel
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


@allocating_kernel
def score_texts(
    points: U32, text_at: I64, arrays: PlainArrays, counts: I32, scores: PlainScores
) -> None:
    """Score texts given as one array of code points.

    Args:
        points: uint32, the code points of all texts, one after another.
        text_at: int64 (n + 1), text i is `points[text_at[i]:text_at[i + 1]]`.
        arrays: a `ScorerArrays` as plain tuples: handing named ones over takes 8 us more.
        counts: int32 (terms + 1), all zero, left all zero.
        scores: outputs: margins, float64 (n, heads); statistics, int32 (n, STATISTICS), zeroed by
            the caller; probabilities of rejection in [0, 1] by category, float64 (n, heads - 1),
            and overall, float64 (n).
    """
    tables, weights = UnicodeTables(*arrays[0]), Weights(*arrays[4])
    settings, calibration = arrays[1], CalibrationArrays(*arrays[5])
    index = TermIndex(*arrays[2])
    lookups = Lookups(CommonTokens(*arrays[3][0]), index, TermIndex(*arrays[3][2]))
    every_margin, every_stats, category, reject = scores
    codes, kinds, begins, ends, out, origins, token_at = text_arrays(
        points, text_at, tables.lengths
    )
    words, hashes, firsts, lasts, rows, values = _term_arrays(int(np.int64(0)))
    sums = np.empty(LANES, np.float64)
    for i in range(len(text_at) - 1):
        text, margins, stats = points[text_at[i] : text_at[i + 1]], every_margin[i], every_stats[i]
        n = fold_points(
            text, tables.classes, tables.starts, tables.lengths, tables.pool,
            codes, kinds, begins, ends,
        )  # fmt: skip
        tokens = cut_tokens(codes, kinds, n, tables.lookalikes, out, origins, token_at)
        room = _most_terms(settings, token_at[tokens], tokens) + SLACK
        if room > len(words):
            words, hashes, firsts, lasts, rows, values = _term_arrays(2 * room)
        margins[:] = weights.biases
        size = word_terms(out, token_at, tokens, settings[0], words, firsts, lasts)
        find_rows(words, size, index, rows, firsts)
        known = add_block(rows, size, weights, counts, values, sums, margins)
        size = token_rows(
            Tokens(out, token_at, tokens, words), settings, tables.classes, lookups,
            Scratch(hashes, firsts), rows, stats,
        )  # fmt: skip
        known += add_block(rows, size, weights, counts, values, sums, margins)
        stats[KNOWN_TERMS] = known
        reject[i] = calibrate(
            margins, calibration.slopes, calibration.offsets, calibration.overall,
            category[i],
        )  # fmt: skip
