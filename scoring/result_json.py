"""Writes judgements as `/classify` tells them: numbers in millionths, results as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring._result_json import MILLION, NUMBER, WIDTH, write_results
from scoring.classify import Judgements
from scoring.decisions.policy import OUTCOMES, Decision
from scoring.errors import LayoutExceeded
from scoring.explain import Span
from scoring.guidelines import CATEGORIES

_ENGLISH: Final = b'"en"'
_LONGEST: Final = WIDTH * (5 + 4 * len(CATEGORIES)) + 2 * NUMBER * (1 + len(CATEGORIES))
"""More bytes than any result takes: five pieces and four for each category, two numbers for each
and overall; a comma between two reasons has room in their pieces."""


def tell(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round probabilities of rejection as an answer prints them.

    Args:
        probabilities: float64 of any shape, in [0, 1].

    Returns:
        Whole numbers of millionths, of the same shape; what an answer prints of approval is what
        is missing to 1.
    """
    told: NDArray[np.float64] = np.rint(MILLION * probabilities) / MILLION
    return told


def render(judgements: Judgements) -> list[bytes]:
    """Write results of `/classify`.

    Args:
        judgements: What was found.

    Returns:
        For each comment a JSON object in UTF-8 without the brace that opens it, so that members
        such as the comment's id can be put first.
    """
    whole, first = judgements.whole or (judgements, 0)
    if not whole.written:
        # all at once, for whoever asks first: one by one takes four times as long
        whole.written.extend(_write(whole))
    return whole.written[first : first + len(judgements)]


def _write(judgements: Judgements) -> list[bytes]:
    count = len(judgements)
    if not count:
        return []
    out = np.empty(count * _LONGEST + WIDTH, np.uint8)
    places = np.empty((count, 2), np.int64)
    scores = judgements.scores
    write_results(
        scores.category_probabilities, scores.reject_probability, judgements.verdicts.codes,
        _pieces(), out, places,
    )  # fmt: skip
    languages, ends = places.T.tolist()
    written = out[: ends[-1]].tobytes()
    if count == 1:
        results = [written]
    else:
        results = [written[first:stop] for first, stop in pairwise([0, *ends])]
    for place, language in judgements.languages.items():
        before = ends[place - 1] if place else 0
        results[place] = _in_language(results[place], languages[place] - before, language)
    if judgements.deciders is not None:
        deciders = map(judgements.deciders.get, range(count))
        results = list(map(_with_decider, results, deciders))
    if judgements.spans is not None:
        results = list(map(_with_spans, results, judgements.spans))
    return results


def _in_language(result: bytes, at: int, language: str) -> bytes:
    """Put another language in the place of English."""
    return b"%b%b%b" % (result[:at], json.dumps(language).encode(), result[at + len(_ENGLISH) :])


def _with_decider(result: bytes, rule: str | None) -> bytes:
    """Say who decided, where house rules are in use."""
    told = {"by": "model"} if rule is None else {"by": "rule", "rule": rule}
    return b'%b,"decided_by":%b}' % (result[:-1], json.dumps(told, separators=(",", ":")).encode())


def _with_spans(result: bytes, spans: list[Span]) -> bytes:
    told = [
        {
            "start": span.start,
            "end": span.end,
            "category": span.category,
            "weight": round(span.weight, 6),
        }
        for span in spans
    ]
    return b'%b,"spans":%b}' % (result[:-1], json.dumps(told, separators=(",", ":")).encode())


@lru_cache
def _pieces() -> NDArray[np.uint8]:
    """Lay out the constant parts of results, see `scoring._result_json`; uint8 (pieces, WIDTH)."""
    approvals = [b',"%b":{"approve":' % key.encode() for key in CATEGORIES]
    approvals[0] = _ENGLISH + b',"categories":{' + approvals[0].removeprefix(b",")
    every = [
        b',"reject":',
        b',"language":',
        b'},"reasons":[',
        b',"violated":false}',
        b',"violated":true}',
        *approvals,
        *(b'"%b"' % key.encode() for key in CATEGORIES),
        *(b'"decision":"%b","approve":' % told.decision.encode() for told in OUTCOMES),
        *(
            b'],"review_reason":"%b"}' % str(told.reason).encode()
            if told.decision is Decision.REVIEW
            else b"]}"
            for told in OUTCOMES
        ),
    ]
    return lay_out(every)


def lay_out(every: Sequence[bytes]) -> NDArray[np.uint8]:
    """Lay constant parts of results out for the compiled code.

    Args:
        every: The parts, each shorter than `WIDTH` bytes: the last byte holds the length.

    Returns:
        uint8 (parts, WIDTH).

    Raises:
        LayoutExceeded: A part is too long, as one with a long category key is.
    """
    longest = max(every, key=len)
    if len(longest) >= WIDTH:
        raise LayoutExceeded(
            f"{longest!r} has {len(longest)} bytes, a part of a result at most {WIDTH - 1}: "
            "shorten the key, or raise WIDTH in scoring._result_json"
        )
    pieces = np.zeros((len(every), WIDTH), np.uint8)
    for row, piece in zip(pieces, every, strict=True):
        row[: len(piece)] = np.frombuffer(piece, np.uint8)
        row[-1] = len(piece)
    return pieces
