"""The file of house rules: looked at again and again, and read anew where it has changed."""

from __future__ import annotations

import logging
from pathlib import Path

from scoring.errors import HouseRulesRefused, ScoringError
from scoring.rules.house_rules import HouseRules
from scoring.rules.rules_file import read_rules

_log = logging.getLogger("service.rules")


class RulesFile:
    """Holds the last rules that could be used; one that cannot never takes their place."""

    def __init__(self, path: Path | None) -> None:
        """Name the file.

        Args:
            path: The file; None where there are no house rules.
        """
        self.rules: HouseRules | None = None
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._before: HouseRules | None = None

    def look(self) -> bool:
        """Read the file if it has changed.

        Returns:
            Whether there are other rules now.
        """
        if self._path is None:
            return False
        try:
            found = self._path.stat()
            seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        except OSError:
            seen = (0, 0, 0)  # gone: told once, and the rules stay
        if seen == self._seen:
            return False
        self._seen = seen
        try:
            rules = read_rules(self._path)
        except HouseRulesRefused as error:
            _tell(error)
            return False
        if self.rules is not None and rules.digest == self.rules.digest:
            return False
        self._before, self.rules = self.rules, rules
        fields = {"rules": rules.digest, "words": len(rules.words), "presets": len(rules.presets)}
        _log.info("house rules read", extra={"fields": fields})
        return True

    def refuse(self, error: ScoringError) -> None:
        """Take back rules that do not fit the model in use.

        Args:
            error: Why they do not.
        """
        self.rules = self._before
        _tell(error)


def _tell(error: ScoringError) -> None:
    fields = {"error": f"{type(error).__name__}: {error}"}
    _log.error("house rules refused; those before stay", extra={"fields": fields})
