"""A Dask cluster gives what one process gives, also when a worker dies in the middle."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scoring.errors import ClusterError
from scoring.parallel.chunk_map import open_chunk_map

pytestmark = pytest.mark.slow


# One of the two workers is killed while it has chunks to do; then the same cluster is used again
# by its address.
CODE = """
import os, signal, sys
from distributed import LocalCluster
from scoring.parallel import cluster
from scoring.archive import command
source, output, second = sys.argv[1:]
workers = []

class Killing(cluster.ClusterMap):
    def map(self, prepare, function, chunks):
        workers.extend(self._client.run(os.getpid).values())
        for place, result in enumerate(super().map(prepare, function, chunks)):
            if place == 3:
                os.kill(workers[0], signal.SIGKILL)
            yield result

if __name__ == "__main__":
    local, cluster.ClusterMap = cluster.ClusterMap, Killing
    options = ["--chunk-comments", "100"]
    killed = command.main([source, output, *options, "--jobs", "2", "--scheduler"])
    cluster.ClusterMap = local
    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as own:
        reached = command.main([source, second, *options, "--scheduler", own.scheduler_address])
    print(killed, len(set(workers)), os.getpid() in workers, reached)
"""


def test_a_worker_that_is_killed_changes_nothing(
    tmp_path: Path, score: Any, start: Callable[..., Any]
) -> None:
    source = tmp_path / "c.jsonl"
    texts = [("you are an idiot", "", "thank you for a clear article")[n % 3] for n in range(3000)]
    source.write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(texts)))
    clustered, reached = tmp_path / "clustered.jsonl", tmp_path / "reached.jsonl"
    with start(CODE, source, clustered, reached) as process:
        told, errors = process.communicate()
    assert told == "0 2 False 0\n", errors
    expected = score(source).output.read_bytes()
    assert clustered.read_bytes() == expected
    assert reached.read_bytes() == expected
    assert errors.count("3,000 comments: ") == 2
    assert "Traceback" not in errors


def test_a_scheduler_that_does_not_answer_is_one_line(
    tmp_path: Path, start: Callable[..., Any]
) -> None:
    code = (
        "import sys\n"
        "from scoring.parallel import cluster\n"
        "from scoring.archive import command\n"
        "cluster.CONNECT_SECONDS = 0.3\n"
        "sys.exit(command.main())\n"
    )
    source = tmp_path / "c.csv"
    source.write_text("text\nthank you\n")
    addresses = ("tcp://127.0.0.1:9", "nonsense://x")
    running = [
        start(code, source, tmp_path / f"{n}.csv", "--scheduler", address)
        for n, address in enumerate(addresses)
    ]
    for process, address in zip(running, addresses, strict=True):
        _, errors = process.communicate()
        assert process.returncode == 1
        assert errors.count("\n") == 1, errors
        assert f"no Dask scheduler answers at '{address}'" in errors


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "scoring.parallel.cluster", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delattr("scoring.parallel.cluster", raising=False)
    with pytest.raises(ClusterError, match=r"pip install 'comment-moderation\[cluster\]'"):
        open_chunk_map(2, "local").__enter__()
