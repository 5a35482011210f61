"""Compiled part of cutting tokens: which runs of characters are addresses and @names.

The rules are stated in `scoring.text.normalise`, which is what everything else calls.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.compilation.array_types import U8, U32
from scoring.compilation.jit import kernel

_LETTER: Final = 2
_DIGIT: Final = 3
_AT: Final = 64
_DOT: Final = 46
_SLASH: Final = 47
_COLON: Final = 58
_HYPHEN: Final = 45
_UNDERSCORE: Final = 95
_PLUS: Final = 43


def _packed(label: str) -> int:
    packed = 0
    for character in label:
        packed = packed * 256 + ord(character)
    return packed


# Endings that make a dotted word an address; those that are English words (in, is, it, me, to) are
# left out, or a missing space after a full stop would make one.
_TOP_DOMAINS: Final = (
    "com", "net", "org", "info", "biz", "io", "tv", "ly", "co", "gov", "edu", "uk", "ru", "de",
    "fr", "ir", "il", "tr", "eg", "ae", "sa", "xyz", "online", "shop", "store", "site", "club",
    "app",
)  # fmt: skip
LONGEST_TOP_DOMAIN: Final = 7
TOP_DOMAINS: Final = np.array(sorted(map(_packed, _TOP_DOMAINS)), dtype=np.int64)


@kernel
def is_alnum(kind: int) -> bool:
    """Return whether a class is that of letters or digits."""
    return kind in (_LETTER, _DIGIT)


@kernel
def starts_with_scheme(codes: U32, at: int, stop: int) -> bool:
    """Whether http://, https:// or www. (folded to ww.) starts here."""
    if codes[at] == 119:
        return stop - at > 3 and codes[at + 1] == 119 and codes[at + 2] == _DOT
    if stop - at < 7 or codes[at] != 104 or codes[at + 1] != 116 or codes[at + 2] != 116:
        return False
    k = at + 4
    if codes[at + 3] != 112:
        return False
    if codes[k] == 115:
        k += 1
    return k + 1 < stop and codes[k] == _COLON and codes[k + 1] == _SLASH


@kernel
def _is_top_domain(codes: U32, at: int, stop: int) -> bool:
    label = np.int64(0)
    for k in range(at, stop):
        if codes[k] >= 128 or k - at >= LONGEST_TOP_DOMAIN:
            return False
        label = label * 256 + np.int64(codes[k])
    place = np.searchsorted(TOP_DOMAINS, label)
    return bool(place < len(TOP_DOMAINS) and TOP_DOMAINS[place] == label)


@kernel
def _scheme_end(codes: U32, at: int, stop: int) -> int:
    """Where the host begins after http://, https:// or www. (folded to ww.), in either order."""
    k = at
    while k < stop and codes[k] != _COLON and codes[k] != _DOT:
        k += 1
    while k < stop and codes[k] in (_COLON, _SLASH, _DOT):
        k += 1
    return k


@kernel
def address_kind(codes: U32, kinds: U8, at: int, stop: int, checked: int) -> tuple[int, int]:
    """0 for a plain word, 1 for a URL, 2 for an e-mail address, 3 for a bare domain at `at`.

    The second number is where a URL's scheme ends, where an e-mail address ends, where the last
    label of a domain begins: the words before and after are read as any other. For a plain word it
    is where the next word begins that may start a domain or e-mail address:
    words in between end at the same last label, so a long dotted chain is read once, not once a
    word.
    """
    if at >= checked and starts_with_scheme(codes, at, stop):
        return 1, _scheme_end(codes, at, stop)
    if at < checked:
        return 0, checked
    first_at = 0
    label_at = at
    dots = 0
    k = at
    while k < stop:
        code = codes[k]
        if not is_alnum(kinds[k]) and code not in (_HYPHEN, _UNDERSCORE, _PLUS):
            joins = k + 1 < stop and is_alnum(kinds[k + 1])
            if code == _DOT and joins:
                dots += 1
            elif code == _AT and joins and first_at == 0:
                first_at = k
                dots = 0
            else:
                break
            label_at = k + 1
        k += 1
    if dots > 0 and first_at > 0:
        return 2, k
    if dots > 0 and _is_top_domain(codes, label_at, k):
        return 3, label_at
    return 0, first_at if first_at > 0 else k


@kernel
def begins_handle(codes: U32, kinds: U8, at: int, stop: int) -> bool:
    """Return whether an @name starts at `at`."""
    return codes[at] == _AT and at + 2 < stop and is_alnum(kinds[at + 1])


@kernel
def handle_end(codes: U32, kinds: U8, at: int, stop: int) -> int:
    """Return where the @name that starts at `at` ends, exclusive."""
    end = at + 1
    while end < stop and (is_alnum(kinds[end]) or codes[end] == _UNDERSCORE):
        end += 1
    return end
