"""How far two readings of the same comments agree, and how annotated comments were drawn."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from scoring.guidelines import CATEGORIES
from training.evaluation.metrics import TOO_FEW
from training.fitting.calibrate import FEWEST_POSITIVES
from training.reports.markdown import markdown_table

RESAMPLES: Final = 2000
_HEADER: Final = ("label", "n", "yes, first pass", "yes, second pass", "yes, both", "kappa")


def agreement_text(annotations: pd.DataFrame) -> str:
    """Say how many comments were read and how many the two passes label alike.

    Args:
        annotations: As `read_annotations` or `read_second_reading` return them.

    Returns:
        A paragraph.
    """
    twice = read_twice(annotations)
    once = len(annotations) - len(twice)
    decision = twice["decision_1"] == twice["decision_2"]
    alike = decision & (twice["categories_1"] == twice["categories_2"])
    return (
        f"{once:,} comments were read once, to train alone, and {len(twice):,} twice: "
        f"{int(alike.sum()):,} got the same labels, "
        f"{int((~decision).sum()):,} another decision, {int((decision & ~alike).sum()):,} the same "
        "decision for other categories. Cohen's kappa with a 95 % bootstrap interval; `yes` counts "
        "what each pass names."
    )


def read_twice(annotations: pd.DataFrame) -> pd.DataFrame:
    """Leave out what was read once: it neither agrees nor differs.

    Args:
        annotations: As `read_annotations` or `read_second_reading` return them.

    Returns:
        The rows that have a second pass.
    """
    return annotations[annotations["decision_2"] != ""]


def decision_agreement(
    annotations: pd.DataFrame, written: pd.DataFrame, folders: frozenset[str], *, seed: int
) -> str:
    """Measure the agreement of two passes on the decision.

    Args:
        annotations: As `read_annotations` returns them.
        written: As `read_second_reading` returns them.
        folders: Folders of news comments.
        seed: Of the bootstrap.

    Returns:
        A Markdown table: annotations by where the comments come from, the written comments last.
    """
    twice = read_twice(annotations)
    news = twice["folder"].isin(folders)
    drawn = twice["inclusion_probability"].notna()
    parts = {
        "annotations, all": twice,
        "annotations, news": twice[news],
        "annotations, news drawn at random": twice[news & drawn],
        "annotations, other": twice[~news],
        "written comments": read_twice(written),
    }
    passes = {
        name: tuple((part[f"decision_{number}"] == "reject").to_numpy(bool) for number in (1, 2))
        for name, part in parts.items()
    }
    lines = [(name, *agreement_cells(*both, seed=seed)) for name, both in passes.items()]
    return markdown_table(("decision", *_HEADER[1:]), lines, numbers=range(1, 5))


def category_agreement(annotations: pd.DataFrame, *, seed: int) -> str:
    """Measure the agreement of two passes on each category.

    Args:
        annotations: As `read_annotations` or `read_second_reading` return them.
        seed: Of the bootstrap.

    Returns:
        A Markdown table.
    """
    twice = read_twice(annotations)
    lines = []
    for key in CATEGORIES:
        first, second = (
            np.array([key in cell.split() for cell in twice[column]], dtype=np.bool_)
            for column in ("categories_1", "categories_2")
        )
        lines.append((key, *agreement_cells(first, second, seed=seed)))
    return markdown_table(_HEADER, lines, numbers=range(1, 5))


def agreement_cells(
    first: NDArray[np.bool_], second: NDArray[np.bool_], *, seed: int
) -> tuple[str, ...]:
    """Compare two passes over the same comments.

    Args:
        first: bool (n), what the first pass says.
        second: bool (n), what the second says.
        seed: Of the bootstrap.

    Returns:
        n, yes of the first pass, of the second, of both, and kappa with its interval: "too few to
        judge" where fewer than 50 comments have a yes, or a no, from either pass.
    """
    counts = np.array([(~first & ~second).sum(), (first ^ second).sum(), (first & second).sum()])
    cells = [f"{n:,}" for n in (len(first), int(first.sum()), int(second.sum()), counts[2])]
    if counts[1] + min(counts[0], counts[2]) < FEWEST_POSITIVES:
        return (*cells, TOO_FEW)
    kappa = float(cohen_kappa_score(first, second))
    generator = np.random.default_rng(seed)
    four = np.bincount(2 * first + second, minlength=4)
    drawn = generator.multinomial(len(first), four / len(first), size=RESAMPLES) / len(first)
    observed = drawn[:, 0] + drawn[:, 3]
    yes_1, yes_2 = drawn[:, 2] + drawn[:, 3], drawn[:, 1] + drawn[:, 3]
    expected = yes_1 * yes_2 + (1 - yes_1) * (1 - yes_2)
    low, high = np.percentile((observed - expected) / (1 - expected), [2.5, 97.5])
    return (*cells, f"{kappa:.3f} ({low:.3f} to {high:.3f})")


def strata_table(
    annotations: pd.DataFrame, folders: frozenset[str], elsewhere: frozenset[str]
) -> str:
    """Count the annotated comments of each stratum and say what they may be used for.

    Args:
        annotations: As `read_annotations` returns them.
        folders: Folders of news comments.
        elsewhere: Keys of the comments of other places, which judge and never train.

    Returns:
        A Markdown table.
    """
    lines = []
    for (folder, stratum), part in annotations.groupby(["folder", "stratum"], sort=True):
        inclusion = part["inclusion_probability"]
        chances = sorted({f"{value:.3f}" for value in inclusion.dropna()})
        rejected = int((part["decision"] == "reject").sum())
        use = "judging, training" if inclusion.notna().all() and folder in folders else "training"
        if part["key"].isin(elsewhere).all():
            use = "judging"
        lines.append((str(folder), str(stratum), f"{len(part):,}", f"{rejected:,}",
                      ", ".join(chances) or "none", use))  # fmt: skip
    header = ("folder", "stratum", "comments", "rejected", "inclusion probability", "for")
    return markdown_table(header, lines, numbers=(2, 3))
