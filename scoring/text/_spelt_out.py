"""Compiled last step of normalising: single letters in a row become one word.

The rules are stated in `scoring.text.normalise`, which is what everything else calls.
"""

from __future__ import annotations

from scoring.compilation.array_types import I32, U32
from scoring.compilation.jit import kernel
from scoring.text._words import is_plain_letter


@kernel
def _is_single_letter(out: U32, token_at: I32, token: int) -> bool:
    begin = token_at[token]
    return bool(token_at[token + 1] - begin == 1 and is_plain_letter(out[begin]))


@kernel
def _first_spelt_out(out: U32, token_at: I32, tokens: int) -> int:
    """The first of three single letters in a row, or `tokens`."""
    run = 0
    for t in range(tokens):
        run = run + 1 if _is_single_letter(out, token_at, t) else 0
        if run == 3:
            return t - 2
    return tokens


@kernel
def join_spelt_out(out: U32, origins: I32, token_at: I32, tokens: int) -> int:
    """Join three or more single letters in a row ("i d i o t") into one token, in place.

    Args:
        out, origins, token_at: the tokens, as in `cut_tokens`.
        tokens: how many there are.

    Returns:
        The number of tokens left.
    """
    kept = _first_spelt_out(out, token_at, tokens)
    size = token_at[kept]
    t = kept
    while t < tokens:
        last = t
        while last < tokens and _is_single_letter(out, token_at, last):
            last += 1
        stop = last if last - t >= 3 else t + 1
        begin = token_at[t]
        end = token_at[stop]
        token_at[kept] = size
        for k in range(begin, end):
            out[size] = out[k]
            origins[size] = origins[k]
            size += 1
        kept += 1
        t = stop
    token_at[kept] = size
    return kept
