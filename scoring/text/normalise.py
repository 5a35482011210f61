"""The project's one text normaliser: what every model reads, with offsets into the text as sent.

Rules, in order:

1. HTML is read as a browser shows it: a character reference (&#105; &amp;) is its character, a tag
   such as <b> vanishes inside a word too, one such as <br> parts words; a link keeps its address.
   Each code point is decomposed (NFKD), case-folded and stripped of its combining marks;
   invisible characters (zero width, bidi, NUL, variation selectors, skin tones) vanish;
   typographic quotes and dashes become plain ones. Fullwidth, circled, boxed, mathematical and
   regional letters and small capitals become plain letters. Emoji of people, flags, faiths, food
   and places become one.
2. White space becomes one space. A letter three times in a row or more is kept once (fuuuck), e, l,
   o, s, w and any other character twice; digits stay.
3. The scheme of a URL and the last label of a bare domain become the token URL, and the words of
   host and path are words; e-mail addresses become EMAIL, @names HANDLE. Nothing else is ever upper
   case.
4. What is left is cut into words (letters, digits, inner apostrophes) and runs of one sign. Hyphen,
   underscore, full stop and slash between letters only separate. Digits become 0, at most eight,
   so that no phone number is learnt.
5. Disguises are undone inside a word that has Latin letters: a digit or sign between letters
   becomes the letter it stands for (sh1t, a$$hole), other masks become * (f*ck, f#ck), letters
   of other alphabets become the Latin ones they pass for. Three or more single letters in a row
   are joined (i d i o t, f.u.c.k).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.errors import LoneSurrogate
from scoring.text._fold import fold_points, folded_size
from scoring.text._tokens import cut_tokens
from scoring.text.unicode_tables import code_points, unicode_tables

NORMALISER_VERSION: Final = 3
"""Changes whenever any text would normalise differently; artifacts name the one they need."""


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A text as the models read it.

    Attributes:
        codes: uint32, the code points of all tokens, one after another.
        begins: int32, for each entry of `codes`, where its source starts in the text as sent.
        ends: int32, where its source ends (exclusive), both in Unicode code points. A token that
            stands for an address or name has its source between the first's start and the last's
            end.
        token_at: int32 (tokens + 1), token t is `codes[token_at[t]:token_at[t + 1]]`.
    """

    codes: NDArray[np.uint32]
    begins: NDArray[np.int32]
    ends: NDArray[np.int32]
    token_at: NDArray[np.int32]

    @property
    def tokens(self) -> list[str]:
        """The tokens as strings."""
        characters = "".join(map(chr, self.codes.tolist()))
        bounds = self.token_at.tolist()
        return [characters[a:b] for a, b in pairwise(bounds)]

    def __str__(self) -> str:
        return " ".join(self.tokens)

    def source_range(self, token: int) -> tuple[int, int]:
        """Return the half-open range of the text as sent that a token stands for.

        Args:
            token: Index of the token.

        Returns:
            Start and end in Unicode code points, end exclusive.
        """
        first, stop = self.token_at[token], self.token_at[token + 1]
        return int(self.begins[first:stop].min()), int(self.ends[first:stop].max())


def to_code_points(text: str) -> NDArray[np.uint32]:
    """Return a text's code points, refusing what is not valid Unicode.

    Args:
        text: A comment, any script.

    Returns:
        uint32 array, one entry a code point.

    Raises:
        LoneSurrogate: The text holds half of a UTF-16 pair.
    """
    try:
        return code_points(text)
    except UnicodeEncodeError as error:
        raise LoneSurrogate(
            f"the text holds a lone surrogate at code point {error.start}; send valid Unicode"
        ) from error


def join_texts(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Join texts into one array of code points.

    Args:
        texts: n texts.

    Returns:
        uint32, all code points; and int64 (n + 1), text i is between bounds i and i + 1.

    Raises:
        LoneSurrogate: A text is not valid Unicode; the message says which.
    """
    bounds = accumulate(map(len, texts), initial=0)
    text_at = np.fromiter(bounds, np.int64, len(texts) + 1)
    try:
        return to_code_points("".join(texts)), text_at
    except LoneSurrogate as error:
        for position, text in enumerate(texts):
            try:
                to_code_points(text)
            except LoneSurrogate as single:
                raise LoneSurrogate(f"text number {position}: {single}") from error
        raise


def normalise(text: str) -> NormalisedText:
    """Normalise one text.

    Args:
        text: A comment, any script, any length.

    Returns:
        The tokens with their offsets into `text`.

    Raises:
        LoneSurrogate: The text holds half of a UTF-16 pair.
    """
    points = to_code_points(text)
    tables = unicode_tables()
    room = folded_size(points, tables.lengths)
    codes, kinds = np.empty(room, np.uint32), np.empty(room, np.uint8)
    begins, ends = np.empty(room, np.int32), np.empty(room, np.int32)
    folded = fold_points(
        points, tables.classes, tables.starts, tables.lengths, tables.pool,
        codes, kinds, begins, ends,
    )  # fmt: skip
    room = 7 * folded + 8
    out, origins = np.empty(room, np.uint32), np.empty(room, np.int32)
    token_at = np.empty(folded + 2, np.int32)
    tokens = cut_tokens(codes, kinds, folded, tables.lookalikes, out, origins, token_at)
    size = int(token_at[tokens])
    origins = origins[:size]
    return NormalisedText(out[:size], begins[origins], ends[origins], token_at[: tokens + 1])
