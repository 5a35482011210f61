"""Training and evaluation on a Dask cluster give what they give on this process's threads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scoring.artifacts.selection import current_version
from scoring.artifacts.versions import load_current
from training.evaluation.evaluate import score_rows

pytestmark = pytest.mark.slow


CODE = """
import sys
import numpy as np
from distributed import LocalCluster
from scoring.parallel.chunk_map import open_chunk_map
from scoring.artifacts.versions import load_current
from training.evaluation import evaluate
from training import chunks as text_chunks
from training.__main__ import main
from pathlib import Path
import pytest
data, models, scores = sys.argv[1:]
text_chunks.CHUNK_POINTS = 4000
evaluate.SCORED_AT_ONCE = 3
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        status = main(["--data", data, "--models", models, "train", "--scheduler", address])
        with open_chunk_map(1, address) as chunk_map:
            texts = [f"you are an idiot {n}" for n in range(10)]
            found = evaluate.score_rows(load_current(Path(models)), texts, chunk_map)
    np.save(scores, found.margins)
    sys.exit(status)
"""


def test_weights_and_scores_are_byte_identical(
    small_data: Path, trained_models: Path, repository: Path, tmp_path: Path
) -> None:
    data, models, scores = tmp_path / "data", tmp_path / "models", tmp_path / "scores.npy"
    shutil.copytree(small_data, data, ignore=shutil.ignore_patterns("cache"))
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(data), str(models), str(scores)],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    first = trained_models / current_version(trained_models)
    second = models / current_version(models)
    arrays = sorted(path.name for path in first.glob("*.npy"))
    assert len(arrays) == 5
    for name in (*arrays, "golden.jsonl"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    texts = [f"you are an idiot {n}" for n in range(10)]
    expected = score_rows(load_current(models), texts).margins
    np.testing.assert_array_equal(np.load(scores), expected)
