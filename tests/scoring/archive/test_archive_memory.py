"""An archive of any size takes the same memory."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

pytestmark = pytest.mark.slow


PAD = 4000
GROUP, FEW, MANY = 2_000, 6_000, 36_000
ALLOWED = 60
"""MiB; the larger archive is 114 MiB larger than the smaller one; peaks vary by 25 MiB."""
CODE = """
import re, sys
from scoring.archive.command import main
assert main() == 0
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


def write_archive(path: Path, count: int) -> Path:
    source = random.Random(3)  # noqa: S311  # filler, no secret
    pads = (source.randbytes(PAD // 2).hex() for _ in range(count))
    if path.suffix == ".parquet":
        schema = pa.schema([("text", pa.string()), ("pad", pa.string())])
        with parquet.ParquetWriter(path, schema, compression="none") as writer:
            for _ in range(count // GROUP):
                columns = {"text": ["thank you"] * GROUP, "pad": list(islice(pads, GROUP))}
                writer.write_table(pa.table(columns, schema=schema))
    else:
        with path.open("w") as stream:
            stream.write("text,pad\n")
            stream.writelines(f"thank you,{pad}\n" for pad in pads)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize(
    ("form", "workers"), [("csv", ()), ("parquet", ()), ("csv", ("--scheduler",))]
)
def test_six_times_the_archive_takes_the_same_memory(
    tmp_path: Path, start: Callable[..., Any], form: str, workers: tuple[str, ...]
) -> None:
    running = []
    for count in (FEW, MANY):
        source = write_archive(tmp_path / f"{count}.{form}", count)
        output = tmp_path / f"{count}-scored.{form}"
        options = ("--jobs", "2", "--chunk-comments", "100", *workers)
        running.append(start(CODE, source, output, *options))
    peaks = []
    for process in running:
        told, errors = process.communicate()
        assert process.returncode == 0, errors
        peaks.append(int(told) / 1024)
    assert peaks[1] - peaks[0] < ALLOWED
