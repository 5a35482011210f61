"""The language identifier's tables in a compact form, from which the same numbers come back.

py3langid's automaton has a row of 256 next states for each of 38,000 kinds of state, its model a
row of 142 logarithms for each of 100,000 features: 68 MB. But the automaton is one of Aho and
Corasick (1975): a state that has read some bytes moves, for nearly every next byte, as the state of
their longest known suffix does. And in most languages a feature has the logarithm of "never seen".
Only what differs is kept: 10 MB, of which 8 are the logarithms.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring.compilation.array_types import F32, I32, U8

BYTES: Final = 256
MOST_CLASSES: Final = 256
"""A class is kept as one byte."""
_BLOCK: Final = 2048
"""Rows that are compared at a time, so that the comparison takes a few megabytes."""

U16: TypeAlias = NDArray[np.uint16]
_Blocks: TypeAlias = Iterator[tuple[NDArray[Any], NDArray[Any]]]
"""Rows of a table, and the rows that stand in for what they do not list."""


class FullTables(NamedTuple):
    """The arrays that py3langid builds an identifier from, under its own names.

    Attributes:
        ptc: (features, classes) float16, logarithm of a feature's probability in a class.
        pc: (classes,) float32, logarithm of a class's probability.
        classes: (classes,) language codes.
        nextmove: (256 × rows,) next state of the automaton by row and byte.
        row: (states,) a state's row in `nextmove`.
        output: (states,) a state's feature, or -1.
    """

    ptc: NDArray[np.float16]
    pc: NDArray[np.float32]
    classes: NDArray[np.str_]
    nextmove: NDArray[Any]
    row: NDArray[Any]
    output: NDArray[Any]


class CompactTables(NamedTuple):
    """The same, with only what differs from a default.

    Attributes:
        pc: (classes,) float32, logarithm of a class's probability.
        classes: (classes,) language codes.
        row: (states,) int32, a state's row.
        output: (states,) int32, a state's feature, or -1.
        default: (rows,) int32, an earlier row, which says the next state where a row does not;
            row 0 says it for every byte.
        move_at: (rows + 1,) int32, row r has the moves from `move_at[r]` up to `move_at[r + 1]`.
        move_byte: uint8, the byte of each move, ascending within a row.
        move_state: int32, the next state of each move.
        value: float32, the distinct logarithms, all of them float16.
        floor: (classes,) float32, the logarithm of a feature that does not list the class.
        ptc_at: (features + 1,) int32, feature f lists from `ptc_at[f]` up to `ptc_at[f + 1]`.
        ptc_class: uint8, each listed class, ascending within a feature.
        ptc: uint16, where `value` has the logarithm of the feature's probability in it.
    """

    pc: F32
    classes: NDArray[np.str_]
    row: I32
    output: I32
    default: I32
    move_at: I32
    move_byte: U8
    move_state: I32
    value: F32
    floor: F32
    ptc_at: I32
    ptc_class: U8
    ptc: U16

    @property
    def automaton(self) -> tuple[I32, I32, I32, I32, U8, I32]:
        """The arrays from `row` to `move_state`."""
        return self[2:8]

    @property
    def logarithms(self) -> tuple[F32, F32, I32, U8, U16]:
        """The arrays from `value` to `ptc`."""
        return self[8:]


def one_state() -> FullTables:
    """Make the smallest tables there are.

    Returns:
        Tables of one state, one feature and one class.
    """
    return FullTables(
        np.zeros((1, 1), np.float16),
        np.zeros(1, np.float32),
        np.array(["en"]),
        np.zeros(BYTES, np.uint32),
        np.zeros(1, np.uint16),
        np.zeros(1, np.int32),
    )


def compact(full: FullTables) -> CompactTables:
    """Keep of the tables only what differs from a default (about 0.4 s).

    Args:
        full: py3langid's tables, with any automaton; one of Aho and Corasick becomes small.

    Returns:
        The same tables, read-only.

    Raises:
        ValueError: The logarithms are no float16, there are more classes than one byte can name,
            or the compact tables do not give back the same numbers.
    """
    classes = len(full.classes)
    if full.ptc.dtype != np.float16 or classes > MOST_CLASSES:
        raise ValueError(
            f"py3langid has logarithms in {full.ptc.dtype} of {classes} classes; float16 and at "
            f"most {MOST_CLASSES} can be kept: install the version that requirements/ names"
        )
    automaton, logarithms = _compact_automaton(full), _compact_logarithms(full.ptc)
    tables = CompactTables(full.pc.astype(np.float32), full.classes.copy(), *automaton, *logarithms)
    for array in tables:
        array.setflags(write=False)
    return tables


def _compact_automaton(full: FullTables) -> tuple[I32, I32, I32, I32, U8, I32]:
    """Make the arrays of `CompactTables.automaton`."""
    order, found = _default_rows(full)
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order))
    default = place[found[order]]
    at, byte, state = _differences(_moves(full.nextmove, order, default))
    _check_same("automaton", at, byte, state, _moves(full.nextmove, order, default))
    return place[full.row], full.output.astype(np.int32), default, at, byte, state.astype(np.int32)


def _compact_logarithms(ptc: NDArray[np.float16]) -> tuple[F32, F32, I32, U8, U16]:
    """Make the arrays of `CompactTables.logarithms`."""
    floor = ptc.min(axis=0).astype(np.float32)
    at, listed, logarithm = _differences(_logarithms(ptc, floor))
    value = np.unique(logarithm)
    code = np.searchsorted(value, logarithm).astype(np.uint16)
    _check_same("model", at, listed, value[code], _logarithms(ptc, floor))
    return value, floor, at, listed, code


def _default_rows(full: FullTables) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Order the automaton's rows by distance from the start, and find each row an earlier one.

    If the default of a row p is q, that of the row that p moves to is the one that q moves to: this
    is how Aho and Corasick find the longest suffix. Whatever is found is only a good guess.
    """
    moves = full.nextmove.reshape(-1, BYTES)
    start = int(full.row[0])
    found = np.full(len(moves), start, np.intp)
    seen = np.arange(len(moves)) == start
    levels = [np.array([start], np.intp)]
    while levels[-1].size:
        reached = full.row[moves[levels[-1]]]
        parents, byte = np.nonzero(~seen[reached])
        rows, first = np.unique(reached[parents, byte], return_index=True)
        suffix = full.row[moves[found[levels[-1][parents[first]]], byte[first]]]
        # what a first byte leads to has no suffix, and a row that is no earlier one would not do
        found[rows] = np.where(seen[suffix], suffix, start)
        seen[rows] = True
        levels.append(rows.astype(np.intp))
    return np.concatenate([*levels, np.flatnonzero(~seen)]), found


def _moves(nextmove: NDArray[Any], order: NDArray[np.intp], default: I32) -> _Blocks:
    """Go through the automaton's rows in order, beside their defaults."""
    rows = nextmove.reshape(-1, BYTES)
    for first in range(0, len(order), _BLOCK):
        part = slice(first, first + _BLOCK)
        block, defaults = rows[order[part]], rows[order[default[part]]]
        if first == 0:
            defaults[0] = ~block[0]  # nothing stands in for row 0
        yield block, defaults


def _logarithms(ptc: NDArray[np.float16], floor: F32) -> _Blocks:
    """Go through the features' rows, beside the classes' floors."""
    for first in range(0, len(ptc), _BLOCK):
        block = ptc[first : first + _BLOCK].astype(np.float32)
        yield block, np.broadcast_to(floor, block.shape).copy()


def _differences(blocks: _Blocks) -> tuple[I32, U8, NDArray[Any]]:
    """List by row what differs: where each row's entries begin, and their columns and values."""
    counts, columns, values = [np.zeros(1, np.intp)], [], []
    for block, defaults in blocks:
        differs = block != defaults
        counts.append(differs.sum(axis=1))
        columns.append(np.nonzero(differs)[1].astype(np.uint8))
        values.append(block[differs])
    at = np.cumsum(np.concatenate(counts)).astype(np.int32)
    return at, np.concatenate(columns), np.concatenate(values)


def _check_same(name: str, at: I32, column: U8, value: NDArray[Any], blocks: _Blocks) -> None:
    """Refuse lists that do not turn the defaults back into the rows; earlier rows come first."""
    first = 0
    for block, rebuilt in blocks:
        ends = at[first : first + len(block) + 1]
        owner = np.repeat(np.arange(len(block)), np.diff(ends))
        part = slice(ends[0], ends[-1])
        rebuilt[owner, column[part]] = value[part]
        if not np.array_equal(rebuilt, block):
            raise ValueError(
                f"py3langid's {name} differs in its compact form, in a row from {first} on; "
                "install the version that requirements/ names"
            )
        first += len(block)
