"""The console's files, read once."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy: this service's own script and style, nothing inline, no other host."""
_SCRIPTS: Final = (
    "archive", "console", "decisions", "models", "moderate", "outbox", "pieces", "results",
    "service", "table", "thresholds",
)  # fmt: skip
PATHS: Final = {
    "/console": ("index.html", "text/html; charset=utf-8"),
    "/console/console.css": ("console.css", "text/css; charset=utf-8"),
    **{
        f"/console/{name}.js": (f"{name}.js", "text/javascript; charset=utf-8") for name in _SCRIPTS
    },
}


class ConsoleFile(NamedTuple):
    """A file as it is answered."""

    content: bytes
    media_type: str


@lru_cache(maxsize=len(PATHS))
def console_file(path: str) -> ConsoleFile:
    """Read a file of the console.

    Args:
        path: A key of `PATHS`.

    Returns:
        Its bytes and media type.
    """
    name, media_type = PATHS[path]
    return ConsoleFile(files("service.console").joinpath(name).read_bytes(), media_type)
