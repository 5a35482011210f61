"""From the group a comment is aimed at to the named kinds of abuse.

A source that names every target of a hateful comment also says which kinds it is *not*: a comment
aimed at women alone is no racism. Where a group may be attacked on two grounds (Muslim women, a
nationality that is also an ethnicity), the second kind stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.guidelines import ABUSE_KINDS
from training.sources.labels import LabelArray, Mask, three_valued


@dataclass(frozen=True, slots=True)
class Target:
    """What contempt for one group means.

    Attributes:
        kinds: Kinds of abuse that it is.
        perhaps: Kinds that it may be as well.
    """

    kinds: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()


def _target(kinds: str = "", perhaps: str = "") -> Target:
    """Write a target in one line: kinds separated by blanks."""
    return Target(frozenset(kinds.split()), frozenset(perhaps.split()))


UNNAMED: Final = Target(perhaps=frozenset(ABUSE_KINDS))
"""A group that is not in a mapping: any kind may be meant."""

_WOMEN: Final = _target("sexism")
_LGBT: Final = _target("homophobia")
_ETHNICITY: Final = _target("racism")
_RELIGION: Final = _target("racism")  # contempt for a religion's people is racism here
_NATION_OR_ETHNICITY: Final = _target("racism", "xenophobia")
_MIGRANTS: Final = _target("xenophobia", "racism")
_NATION: Final = _target("xenophobia", "racism")
_ETHNIC_WOMEN: Final = _target("racism", "sexism")
_ABUSE_ALONE: Final = _target()  # disability and class have no kind of their own

HATECHECK_TARGETS: Final[Mapping[str, Target]] = {
    "women": _WOMEN,
    "trans people": _LGBT,
    "gay people": _LGBT,
    "black people": _ETHNICITY,
    "Muslims": _RELIGION,
    "immigrants": _MIGRANTS,
    "disabled people": _ABUSE_ALONE,
}

HATEMOJI_TARGETS: Final[Mapping[str, Target]] = {
    "wom": _WOMEN,
    **dict.fromkeys(("gay", "gayman", "lgbtqa", "bis", "trans"), _LGBT),
    "gaywom": _target("homophobia", "sexism"),
    **dict.fromkeys(
        ("bla", "blaman", "ethmin", "mix.race", "indig", "abo", "ind", "trav"), _ETHNICITY
    ),
    **dict.fromkeys(("jew", "mus", "sikh", "hind"), _RELIGION),
    **dict.fromkeys(
        (
            *("arab", "african", "hisp", "mex", "asi", "asiman", "asi.east", "asi.south"),
            *("asi.east.chin", "asi.south.pak", "asi.south.thai"),
        ),
        _NATION_OR_ETHNICITY,
    ),
    **dict.fromkeys(("immig", "ref", "for", "asy"), _MIGRANTS),
    **dict.fromkeys(
        (
            *("nat.poland", "nat.germany", "nat.france", "nat.ireland", "nat.russia"),
            *("nat.israel", "nat.wales", "nat.southafrica", "nat.philippines", "europe.east"),
        ),
        _NATION,
    ),
    **dict.fromkeys(
        ("blawom", "muswom", "asiwom", "indwom", "indigwom", "sikhwom", "mexwom"), _ETHNIC_WOMEN
    ),
    **dict.fromkeys(("dis", "wc"), _ABUSE_ALONE),
}


def kind_labels(
    hateful: Mask, targets: Sequence[Sequence[str]], mapping: Mapping[str, Target]
) -> dict[str, LabelArray]:
    """Label the four kinds of abuse from the groups named.

    Args:
        hateful: bool (rows,), where the comment is abuse; elsewhere the kinds stay unknown here,
            and become no by the rules of labels.py where abuse is no.
        targets: All groups that the comment is aimed at, one list a row; an empty list means that
            the source names none.
        mapping: What each group means; a group that is not in it leaves every kind unknown.

    Returns:
        int8 (rows,) for each kind: yes where a group means it, no where every group named excludes
        it, unknown otherwise.
    """
    labels = {}
    for kind in ABUSE_KINDS:
        yes, maybe = np.zeros_like(hateful), np.zeros_like(hateful)
        for row in np.flatnonzero(hateful).tolist():
            meant = [mapping.get(group, UNNAMED) for group in targets[row]] or [UNNAMED]
            yes[row] = any(kind in target.kinds for target in meant)
            maybe[row] = any(kind in target.perhaps for target in meant)
        labels[kind] = three_valued(yes, hateful & ~maybe)
    return labels
