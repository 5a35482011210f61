"""`python -m service`: check the settings, then listen until told to stop.

The process that watches several workers imports no more than this: no compiler, no model.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn

from scoring.artifacts.selection import current_version
from scoring.compilation.private_folder import private_folder
from scoring.errors import ArtifactError, CacheRefused, HouseRulesRefused
from service.errors import ServiceError, SettingsError
from service.http.protocol import BoundedProtocol
from service.monitoring.logs import configure_logs
from service.settings import SHARED_METRICS, Settings, read_settings
from service.settings_table import SETTINGS

if TYPE_CHECKING:
    from scoring.rules.house_rules import HouseRules

DRAIN_SECONDS: Final = 30
"""How long requests under way may take to finish after SIGTERM."""
KEEP_ALIVE_SECONDS: Final = 65
"""Longer than a load balancer's usual minute, so that it is the one to close idle connections."""
WORKER_SILENCE_SECONDS: Final = 20
"""A worker that answers no health check for so long is replaced. So long may one stay away that was
killed in the midst of a check, and SIGTERM wait for one that hangs; a compiling one answers."""
_WRONG_SETTINGS: Final = 2

_log = logging.getLogger("service")


def main() -> int:
    """Run the service; `--help` lists the settings and starts nothing.

    Returns:
        The exit status: 2 for wrong settings, else 0; a process that SIGTERM stopped ends, after
        the requests under way, by that signal.
    """
    parse_arguments(sys.argv[1:])
    try:
        settings = read_settings(os.environ)
        with contextlib.suppress(OSError):  # the workers do without it, and say so
            private_folder(settings.cache)
        _check_policy(settings)
    except (ServiceError, CacheRefused, HouseRulesRefused) as error:
        sys.stderr.write(f"{error}\n")
        return _WRONG_SETTINGS
    configure_logs(settings.log_level)
    with _shared_metrics(settings.workers):
        run(settings)
    return 0


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line, which has no option but `--help`: settings are variables.

    Args:
        arguments: Words after the program's name.

    Returns:
        No options.
    """
    lines = [f"  {s.name:<30}{s.meaning} ({s.default or 'unset'})" for s in SETTINGS]
    parser = argparse.ArgumentParser(
        prog="comment-moderation serve",
        description="Start the HTTP service. Its settings are environment variables:",
        epilog="\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    """Give several workers a folder in which they sum up what they count."""
    if workers == 1:
        yield
        return
    try:
        folder = tempfile.mkdtemp(prefix="moderation-metrics-")
    except OSError as error:
        fields = {"error": f"{type(error).__name__}: {error}"}
        _log.warning("each worker counts for itself", extra={"fields": fields})
        yield
        return
    os.environ[SHARED_METRICS] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_policy(settings: Settings) -> None:
    """Refuse house rules that cannot be used, and a preset that neither they nor the model has.

    What cannot be read of the model here the workers report, and wait for a better one.
    """
    rules = None if settings.rules is None else _read_rules(settings.rules)
    try:
        version = current_version(settings.models)
        content = (settings.models / version / "manifest.json").read_bytes()
        policies = [*json.loads(content)["policies"]]
    except (ArtifactError, OSError, ValueError, LookupError, TypeError):
        return
    policies += [] if rules is None else [rule.name for rule in rules.presets]
    if settings.policy not in policies:
        raise SettingsError(
            f"MODERATION_POLICY is {settings.policy!r}; allowed: {', '.join(map(str, policies))}"
        )


def _read_rules(path: Path) -> HouseRules:
    """Read house rules, with the compiler that finds their words, only where there are any."""
    from scoring.rules.rules_file import read_rules

    return read_rules(path)


def run(settings: Settings) -> None:
    """Listen until SIGTERM or SIGINT, then finish the requests under way.

    Args:
        settings: What the service was told.
    """
    if settings.workers == 1 and hasattr(signal, "SIGHUP"):
        # the model, the rules and the keys are followed: a reload has nothing left to do, and the
        # signal's default would cut requests off. Several workers are started anew one by one.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    uvicorn.run(
        "service.app:from_environment",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="auto" if sys.platform == "win32" else "uvloop",
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_worker_healthcheck=WORKER_SILENCE_SECONDS,
    )


if __name__ == "__main__":
    sys.exit(main())
