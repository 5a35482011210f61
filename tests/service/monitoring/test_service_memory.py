"""What a process of the service does without, and what it gives back."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from service.monitoring.memory import COLLECT_AFTER, collect_seldom, give_back_memory

ROOT = Path(__file__).parents[3]
STATISTICS = Path("/proc/self/statm")
MEGABYTE = 2**20


def resident_bytes() -> int:
    return int(STATISTICS.read_text().split()[1]) * 4096


@pytest.mark.skipif(not STATISTICS.exists(), reason="the system has no /proc")
def test_what_is_free_inside_the_process_is_given_back() -> None:
    """Free blocks below one in use: glibc keeps them, other libraries have given them back."""
    blocks = [bytearray(b"\x01" * 100_000) for _ in range(600)]
    held = resident_bytes()
    del blocks[:-1]
    give_back_memory()
    assert held - resident_bytes() > 40 * MEGABYTE


def test_the_process_that_watches_workers_imports_neither_compiler_nor_arrays() -> None:
    code = "import sys, service.__main__; print({'numba', 'numpy', 'fastapi'} & {*sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert run.stdout.strip() == b"set()"


def test_objects_of_requests_under_way_start_no_search_for_unreachable_ones() -> None:
    before = gc.get_threshold()
    try:
        collect_seldom()
        gc.collect()
        searches = gc.get_stats()[0]["collections"]
        held: list[list[int]] = [[] for _ in range(COLLECT_AFTER // 2)]
        assert len(held) > before[0]
        assert gc.get_stats()[0]["collections"] == searches
    finally:
        gc.set_threshold(*before)
