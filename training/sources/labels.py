"""Three-valued labels: yes, no, and what the source does not say.

The rules between labels, applied to every row of every source:

1. A named kind of abuse (sexism, racism, homophobia, xenophobia) makes `abuse` yes.
2. `abuse` no makes the four kinds no; `abuse` yes leaves unnamed kinds as the reader set them.
3. Any category yes makes `reject` yes. A `reject` of no says nothing about a category.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring.guidelines import ABUSE_KINDS, CATEGORIES

YES: Final = 1
NO: Final = 0
UNKNOWN: Final = -1

REJECT: Final = "reject"
"""The moderator's decision, whatever the reason."""

LABELS: Final[tuple[str, ...]] = (REJECT, *CATEGORIES)
"""The twelve label columns, in the order of the row table."""

LabelArray: TypeAlias = NDArray[np.int8]
Mask: TypeAlias = NDArray[np.bool_]


def three_valued(yes: Mask, no: Mask) -> LabelArray:
    """Return one label a row: yes, no, or unknown where neither is known.

    Args:
        yes: bool (rows,), where the source says yes.
        no: bool (rows,), where the source says no; where both are set, yes wins.

    Returns:
        int8 (rows,).
    """
    return np.select([yes, no], [YES, NO], default=UNKNOWN).astype(np.int8)


def yes_or_no(yes: Mask) -> LabelArray:
    """Return labels of a source that judged every row.

    Args:
        yes: bool (rows,), where the source says yes; everywhere else it says no.

    Returns:
        int8 (rows,).
    """
    return three_valued(yes, ~yes)


def yes_or_unknown(yes: Mask) -> LabelArray:
    """Return labels of a source that only ever says yes.

    Args:
        yes: bool (rows,), where the source says yes; everywhere else it is silent.

    Returns:
        int8 (rows,).
    """
    return three_valued(yes, np.zeros_like(yes))


def no_or_unknown(no: Mask) -> LabelArray:
    """Return labels of a source that only ever says no.

    Args:
        no: bool (rows,), where the source says no; everywhere else it is silent.

    Returns:
        int8 (rows,).
    """
    return three_valued(np.zeros_like(no), no)


def apply_hierarchy(labels: dict[str, LabelArray]) -> dict[str, LabelArray]:
    """Return labels that keep the three rules of this module.

    Args:
        labels: All twelve labels, int8 (rows,) each.

    Returns:
        New arrays under the same keys.
    """
    ruled = dict(labels)
    kind_yes = np.logical_or.reduce([labels[kind] == YES for kind in ABUSE_KINDS])
    ruled["abuse"] = np.where(kind_yes, YES, labels["abuse"]).astype(np.int8)
    for kind in ABUSE_KINDS:
        ruled[kind] = np.where(ruled["abuse"] == NO, NO, labels[kind]).astype(np.int8)
    category_yes = np.logical_or.reduce([ruled[key] == YES for key in CATEGORIES])
    ruled[REJECT] = np.where(category_yes, YES, labels[REJECT]).astype(np.int8)
    return ruled
