"""A log that blocks, fails or fills up stops nothing."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from service.monitoring import line_writer
from service.monitoring.line_writer import LineWriter


def test_lines_are_written_in_order(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        writer = LineWriter(file.fileno())
        for number in range(1000):
            writer.write(f"{number}\n".encode())
        assert writer.drain()
    assert (tmp_path / "log").read_text().split() == [str(n) for n in range(1000)]


def test_a_reader_that_hangs_blocks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    writer = LineWriter(writing)
    writer.write(b"x" * 99_999 + b"\n")  # more than a pipe holds
    assert not writer.drain(0.2)
    monkeypatch.setattr(line_writer, "LARGEST_WAITING", 10_000)
    started = time.monotonic()
    for _ in range(1000):
        writer.write(b"x" * 999 + b"\n")
    assert time.monotonic() - started < 1
    assert not writer.drain(0.1)
    content = b""
    while b"were lost" not in content:  # the reader is back
        content += os.read(reading, 65536)
        writer.write(b"y\n")
    told = next(line for line in content.splitlines() if b"were lost" in line)
    assert json.loads(told)["lines"] > 800
    assert content.startswith(b"x")


def test_a_full_disk_for_a_moment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(line_writer, "RETRY_SECONDS", 0.01)
    descriptor = os.open("/dev/full", os.O_WRONLY)
    writer = LineWriter(descriptor)
    writer.write(b"lost\n")
    assert writer.drain()
    with (tmp_path / "log").open("wb") as file:
        os.dup2(file.fileno(), descriptor)  # there is room again
    writer.write(b"kept\n")
    assert writer.drain()
    told, line = (tmp_path / "log").read_text().splitlines()
    assert json.loads(told)["lines"] == 1
    assert line == "kept"
