"""One process of the training benchmark: `prepare FOLDER ROWS…`, or `build FILE`.

Each is a process of its own, so that a peak of memory is one training's and nothing else's.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from tests.benchmarks.setting import DATA
from training.corpus.merge import TRAIN
from training.fitting.build import build_model
from training.project_data import read_corpus, training_rows
from training.settings import TrainingSettings
from training.sources.registry import load_registry

SPLICED: Final = "spliced"
_SEED: Final = 20261122


def sample_rows(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """Take rows of a corpus, and splice further ones where it has too few.

    A spliced row begins as one comment and ends as another; it has the first one's source and
    labels, a group of its own, and is no annotated one.

    Args:
        rows: Training rows.
        count: How many to return.

    Returns:
        The rows ordered by group, with a column `SPLICED`.
    """
    random = np.random.default_rng(_SEED)
    chosen = rows.iloc[random.permutation(len(rows))[:count]].assign(**{SPLICED: False})
    missing = count - len(chosen)
    if missing > 0:
        first, second = random.integers(len(rows), size=(2, missing))
        texts = rows["text"].tolist()
        made = rows.iloc[first].assign(
            text=[_splice(texts[a], texts[b]) for a, b in zip(first, second, strict=True)],
            group=rows["group"].max() + 1 + np.arange(missing),
            annotated=False,
            inclusion_probability=np.nan,
            certainty="",
            **{SPLICED: True},
        )
        chosen = pd.concat([chosen, made])
    return chosen.sort_values("group", kind="stable").reset_index(drop=True)


def _splice(one: str, other: str) -> str:
    begin, end = one.split(), other.split()
    return " ".join([*begin[: (len(begin) + 1) // 2], *end[len(end) // 2 :]])


def prepare(folder: Path, counts: list[int]) -> None:
    """Write the rows to train on.

    Args:
        folder: Where to write one file a count.
        counts: Numbers of rows.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        corpus = read_corpus(DATA, load_registry(DATA / "sources.toml"))
    rows = corpus.part(TRAIN)
    for count in counts:
        sample_rows(rows, count).to_parquet(folder / f"{count}.parquet")


def build(path: Path) -> dict[str, float]:
    """Train on the rows of a file.

    Args:
        path: As `prepare` wrote it.

    Returns:
        Rows, spliced rows, terms, seconds of the training and peak bytes of this process.
    """
    rows, settings = pd.read_parquet(path), TrainingSettings()
    spliced = int(rows.pop(SPLICED).sum())
    data = training_rows(DATA, rows, load_registry(DATA / "sources.toml"), settings)
    started = time.perf_counter()
    built = build_model(data, settings)
    seconds = time.perf_counter() - started
    terms = len(built.model.hashes)
    return {"rows": len(rows), "spliced": spliced, "terms": terms, "seconds": seconds,
            "peak_bytes": _peak_bytes()}  # fmt: skip


def _peak_bytes() -> int:
    """Read this process's own peak; `ru_maxrss` would begin with that of the parent."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line for line in lines if line.startswith("VmHWM"))
    return 1024 * int(peak.split()[1])


if __name__ == "__main__":
    step, path, *numbers = sys.argv[1:]
    if step == "prepare":
        prepare(Path(path), [int(number) for number in numbers])
    else:
        sys.stdout.write(json.dumps(build(Path(path))))
