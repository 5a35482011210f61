"""What our probabilities mean on Perspective's scale: `python -m tests.benchmarks.perspective_map`.

2,000 public Wikipedia comments carry the scores that Perspective gave them in August 2018. On half
of them, chosen by a hash of the text, our number is linked to theirs for each attribute; the other
half says how well the two then agree. No model trains on them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score

from scoring.artifacts.versions import load_current
from service.wire.perspective_attributes import MAP_FILE, MEASURED
from training.reports.markdown import markdown_table
from training.reports.markers import write_between_markers

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "data" / "raw" / "wiki-perspective2k"
PAGE: Final = ROOT / "docs" / "switch" / "perspective.md"
COLUMNS: Final = {"TOXICITY": "TOXICITY@6", "SEVERE_TOXICITY": "SEVERE_TOXICITY@2"}
QUANTILES: Final = np.concatenate([np.linspace(0.0, 0.9, 13), np.linspace(0.91, 1.0, 19)])
CUTS: Final = (0.5, 0.7, 0.8, 0.9)
Floats = NDArray[np.float64]


def link(ours: Floats, theirs: Floats) -> tuple[Floats, Floats]:
    """Link two scores by their percentiles: a cut on either lets the same share through.

    Equipercentile linking (Kolen and Brennan 2014, chapter 2). Least squares, the other candidate,
    pulls towards the mean: under it a third fewer comments reached the cuts than with Perspective,
    and Cohen's kappa at .5 to .9 was .52 on average against .59.

    Args:
        ours: float64 (n) in [0, 1].
        theirs: float64 (n) in [0, 1].

    Returns:
        Our numbers, rising, and theirs, never falling; the first and last are 0 and 1.
    """
    knots, places = np.unique(np.quantile(ours, QUANTILES).round(4), return_index=True)
    values = np.quantile(theirs, QUANTILES[places]).round(4)
    inside = (knots > 0) & (knots < 1)
    return (
        np.concatenate([[0.0], knots[inside], [1.0]]),
        np.concatenate([[0.0], values[inside], [1.0]]),
    )


def agreement(ours: Floats, theirs: Floats, cut: float) -> tuple[float, float]:
    """Tell how alike two scores are at a cut.

    Args:
        ours: float64 (n).
        theirs: float64 (n).
        cut: A number in (0, 1).

    Returns:
        The share of comments on the same side, and Cohen's kappa.
    """
    same = float(((ours >= cut) == (theirs >= cut)).mean())
    return same, float(cohen_kappa_score(ours >= cut, theirs >= cut))


def fitting_half(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Choose half of some texts by a hash.

    Args:
        texts: n texts.

    Returns:
        bool (n), whether each is in the half that is fitted on.
    """
    return np.array([hashlib.sha256(text.encode()).digest()[0] % 2 == 0 for text in texts])


def _told(before: tuple[float, float], after: tuple[float, float]) -> str:
    return f"{after[0]:.2f}, {before[1]:.2f} → {after[1]:.2f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, report, and on request write the map and the page.

    Args:
        arguments: Words after the program's name.

    Returns:
        0, or 1 where the comments are not there.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the map and the page")
    options = parser.parse_args(arguments)
    files = sorted(SOURCE.glob("*.csv"))
    if not files:
        sys.stderr.write(f"{SOURCE} is not there; run `make data` first\n")
        return 1
    rows = pd.read_csv(files[0])
    published = load_current(ROOT / "models")
    scores = published.scorer.score(rows["comment_text"].tolist())
    half = fitting_half(rows["comment_text"].tolist())
    maps: dict[str, Any] = {}
    lines = []
    by_category, by_comment = scores.category_probabilities, scores.reject_probability
    scored = list(zip(by_category.tolist(), by_comment.tolist(), strict=True))
    for name, measure in MEASURED.items():
        ours = np.array([measure(*one) for one in scored])
        theirs = rows[COLUMNS.get(name, name)].to_numpy(float)
        knots, values = link(ours[half], theirs[half])
        maps[name] = {"ours": knots.tolist(), "theirs": values.tolist()}
        before, after = ours[~half], np.interp(ours[~half], knots, values)
        told = [
            _told(agreement(before, theirs[~half], cut), agreement(after, theirs[~half], cut))
            for cut in CUTS
        ]
        lines.append([f"`{name}`", f"{spearmanr(after, theirs[~half]).statistic:.2f}", *told])
    header = ["attribute", "rank correlation", *(f"at {cut}" for cut in CUTS)]
    about = (
        f"`python -m tests.benchmarks.perspective_map --write`, {datetime.now(UTC):%Y-%m-%d}; "
        f"model `{published.manifest.version}`; {int((~half).sum()):,} of {len(rows):,} Wikipedia "
        "comments that the map was not fitted on; share on the same side of a cut, and Cohen's "
        "kappa before → with the map:"
    )
    report = f"{about}\n\n{markdown_table(header, lines)}"
    sys.stdout.write(f"{report}\n")
    if options.write:
        content = {"model": published.manifest.version, "maps": maps}
        MAP_FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        write_between_markers(PAGE, "map", report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
