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

from scoring.array_types import F32, F64, I32, I64, U8, U32, U64
from scoring.fold_kernel import fold_points, folded_size
from scoring.term_kernel import character_terms, word_terms
from scoring.term_kernel import fill_table as fill_table
from scoring.term_kernel import find_slot as find_slot
from scoring.term_kernel import table_shift as table_shift
from scoring.token_kernel import cut_tokens

LARGEST_COUNT: Final = 4096
KNOWN_TERMS: Final = 0
LETTERS: Final = 1
LATIN_LETTERS: Final = 2
WORDS: Final = 3
ENGLISH_WORDS: Final = 4
STATISTICS: Final = 5


@njit(nogil=True)
def _count_known(
    hashes: U64, size: int, keys: U64, rows: I32, shift: np.uint64, counts: I32, touched: I32
) -> int:
    """Count the known terms; `touched` lists their rows in the order of first appearance."""
    known = 0
    for k in range(size):
        slot = find_slot(keys, shift, hashes[k])
        if keys[slot] != np.uint64(0):
            row = rows[slot]
            if counts[row] == 0:
                touched[known] = row
                known += 1
            counts[row] += 1
    return known


@njit(nogil=True)
def add_block(
    hashes: U64, size: int, keys: U64, rows: I32, shift: np.uint64, idf: F32, weights: F32,
    log_counts: F64, counts: I32, touched: I32, sums: F64, margins: F64,
) -> int:  # fmt: skip
    """Add one block's contribution to `margins`.

    Args:
        hashes: uint64, the block's terms in order of appearance; the first `size` count.
        size: how many.
        keys, rows, shift: open-addressing table from term hash to row of `weights`.
        idf, weights, log_counts, counts: as in `score_texts`.
        touched: int32 scratch with room for `size` entries.
        sums: float64 (heads) scratch.
        margins: float64 (heads), added to.

    Returns:
        How many distinct terms were known.
    """
    known = _count_known(hashes, size, keys, rows, shift, counts, touched)
    sums[:] = 0.0
    square = 0.0
    for k in range(known):
        row = touched[k]
        count = counts[row]
        counts[row] = 0
        sublinear = log_counts[count] if count <= LARGEST_COUNT else 1.0 + np.log(count)
        value = sublinear * np.float64(idf[row])
        square += value * value
        for head in range(len(sums)):
            sums[head] += value * np.float64(weights[row, head])
    if known > 0:
        scale = 1.0 / np.sqrt(square)
        for head in range(len(sums)):
            margins[head] += sums[head] * scale
    return known


@njit(nogil=True)
def _is_name(code: int) -> bool:
    """Whether a token's first letter makes it URL, EMAIL or HANDLE: of no language."""
    return 65 <= code <= 90


@njit(nogil=True)
def read_letters(
    out: U32, token_at: I32, tokens: int, classes: U8, hashes: U64, firsts: I32, lasts: I32,
    terms: int, english: U64, shift: np.uint64, stats: I32,
) -> None:  # fmt: skip
    """Count letters, Latin letters, words, and words known to be English.

    Args:
        out, token_at, tokens: the tokens, as in `cut_tokens`.
        classes: uint8, `UnicodeTables.classes`.
        hashes, firsts, lasts, terms: the word terms, as `word_terms` leaves them.
        english, shift: open-addressing set of hashes of English words.
        stats: int32 (STATISTICS), added to.
    """
    for t in range(tokens):
        if _is_name(out[token_at[t]]):
            continue
        latin = 0
        letters = 0
        masked = False  # f*ck is a word of no list; it says nothing about the language
        for k in range(token_at[t], token_at[t + 1]):
            code = out[k]
            if code == 42:
                masked = True
            if 97 <= code <= 122:
                latin += 1
                letters += 1
            elif code >= len(classes) or classes[code] == 2:
                letters += 1
        stats[LETTERS] += letters
        stats[LATIN_LETTERS] += latin
        if letters > 0 and not masked:
            stats[WORDS] += 1
    for k in range(terms):
        single = firsts[k] == lasts[k] and not _is_name(out[token_at[firsts[k]]])
        if single and english[find_slot(english, shift, hashes[k])] == hashes[k]:
            stats[ENGLISH_WORDS] += 1


@njit(nogil=True)
def _text_arrays(
    points: U32, text_at: I64, lengths: U8
) -> tuple[U32, U8, I32, I32, U32, I32, I32, I32]:
    """Allocate, for the longest text, the outputs of `fold_points` and of `cut_tokens`."""
    longest = 0
    for i in range(len(text_at) - 1):
        begin = text_at[i]
        size = folded_size(points[begin : text_at[i + 1]], lengths)
        longest = max(longest, size)
    return (
        np.empty(longest, np.uint32),
        np.empty(longest, np.uint8),
        np.empty(longest, np.int32),
        np.empty(longest, np.int32),
        np.empty(7 * longest + 8, np.uint32),
        np.empty(7 * longest + 8, np.int32),
        np.empty(7 * longest + 8, np.int32),
        np.empty(longest + 2, np.int32),
    )


@njit(nogil=True)
def _term_arrays(room: int) -> tuple[U64, I32, I32, I32]:
    """Allocate hashes, first tokens, last tokens and touched rows for `room` terms."""
    return (
        np.empty(room, np.uint64),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
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
    settings: I64, keys: U64, rows: I32, idf: F32, weights: F32, biases: F64, english: U64,
    log_counts: F64, counts: I32, margins: F64, stats: I32,
) -> None:  # fmt: skip
    """Score texts given as one array of code points.

    Args:
        points: uint32, the code points of all texts, one after another.
        text_at: int64 (n + 1), text i is `points[text_at[i]:text_at[i + 1]]`.
        classes, starts, lengths, pool, lookalikes: the arrays of `UnicodeTables`.
        settings: int64 (3): longest word n-gram, shortest and longest character n-gram.
        keys, rows: open-addressing table from term hash to row of `weights`.
        idf: float32 (rows). weights: float32 (rows, heads). biases: float64 (heads).
        english: open-addressing set of hashes of English words.
        log_counts: float64, 1 + ln count for counts up to `LARGEST_COUNT`.
        counts: int32 (rows), all zero, left all zero.
        margins: float64 (n, heads) output.
        stats: int32 (n, STATISTICS) output, zeroed by the caller.
    """
    codes, kinds, begins, ends, out, out_begin, out_end, token_at = _text_arrays(
        points, text_at, lengths
    )
    hashes, firsts, lasts, touched = _term_arrays(0)
    sums = np.empty(weights.shape[1], np.float64)
    shift = table_shift(keys)
    english_shift = table_shift(english)
    for i in range(len(text_at) - 1):
        text = points[text_at[i] : text_at[i + 1]]
        n = fold_points(text, classes, starts, lengths, pool, codes, kinds, begins, ends)
        tokens = cut_tokens(
            codes, kinds, begins, ends, n, lookalikes, out, out_begin, out_end, token_at
        )
        room = _most_terms(settings, token_at[tokens], tokens)
        if room > len(hashes):
            hashes, firsts, lasts, touched = _term_arrays(2 * room)
        margins[i, :] = biases
        terms = word_terms(out, token_at, tokens, settings[0], hashes, firsts, lasts)
        read_letters(
            out, token_at, tokens, classes, hashes, firsts, lasts, terms, english, english_shift,
            stats[i],
        )  # fmt: skip
        known = add_block(
            hashes, terms, keys, rows, shift, idf, weights, log_counts, counts, touched, sums,
            margins[i],
        )  # fmt: skip
        terms = character_terms(out, token_at, tokens, settings[1], settings[2], hashes, firsts)
        known += add_block(
            hashes, terms, keys, rows, shift, idf, weights, log_counts, counts, touched, sums,
            margins[i],
        )  # fmt: skip
        stats[i, KNOWN_TERMS] = known


@njit(nogil=True)
def log_odds(probability: float) -> float:
    """Return the logarithm of the odds of a probability.

    Args:
        probability: in (0, 1).

    Returns:
        ln(p / (1 - p)).
    """
    odds: float = np.log(probability / (1.0 - probability))
    return odds


@njit(nogil=True)
def probabilities(
    margins: F64, slopes: F64, offsets: F64, parent: int, first_kind: int, last_kind: int,
    overall: F64, out: F64, reject: F64,
) -> None:  # fmt: skip
    """Turn margins into calibrated probabilities.

    Args:
        margins: float64 (n, heads); the last head is the overall decision's.
        slopes, offsets: float64 (heads - 1): Platt scaling per category,
            p = sigmoid(slope * margin + offset) (Platt 1999).
        parent: column of the parent category; first_kind, last_kind: columns of its kinds
            (inclusive), whose largest probability is its floor.
        overall: float64 (3): constant, weight of the reject head's margin, weight of the log odds
            that any category is violated if they were independent.
        out: float64 (n, heads - 1) output.
        reject: float64 (n) output, floored at the row's maximum.
    """
    categories = out.shape[1]
    for i in range(len(margins)):
        none = 1.0
        for c in range(categories):
            out[i, c] = 1.0 / (1.0 + np.exp(-(slopes[c] * margins[i, c] + offsets[c])))
        for c in range(first_kind, last_kind + 1):
            out[i, parent] = max(out[i, parent], out[i, c])
        largest = 0.0
        for c in range(categories):
            none *= 1.0 - out[i, c]
            largest = max(largest, out[i, c])
        any_violated = min(max(1.0 - none, 1e-6), 1.0 - 1e-6)
        z = overall[0] + overall[1] * margins[i, categories] + overall[2] * log_odds(any_violated)
        reject[i] = max(1.0 / (1.0 + np.exp(-z)), largest)
