"""Reads a file of house rules, TOML, and says of each mistake which line and why."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from scoring.errors import HouseRulesRefused
from scoring.guidelines import CATEGORIES
from scoring.rules.house_rules import HouseRules, PresetRule
from scoring.rules.phrases import DECISIONS, REJECT, WordRule
from scoring.text.normalise import normalise

LARGEST_FILE: Final = 1024 * 1024
_TOP: Final = ("prevalence", "presets", "words")
_WORDS: Final = ("name", "decision", "category", "phrases")
_PRESET: Final = ("base", "reject", "approve", "categories")


def read_rules(path: Path) -> HouseRules:
    """Read and check a file of house rules.

    Args:
        path: The file.

    Returns:
        The rules.

    Raises:
        HouseRulesRefused: It cannot be read, is no TOML, or holds what it may not.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise HouseRulesRefused(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > LARGEST_FILE:
        raise HouseRulesRefused(f"{path} has {len(content)} bytes, at most {LARGEST_FILE} are read")
    return _Reader(path, content).rules()


class _Reader:
    """Checks one file; every refusal names its line."""

    def __init__(self, path: Path, content: bytes) -> None:
        self._path = path
        self._digest = hashlib.sha256(content).hexdigest()[:12]
        try:
            self._text = content.decode()
            self._found = tomllib.loads(self._text)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise HouseRulesRefused(f"{path} line {line} is not UTF-8") from error
        except tomllib.TOMLDecodeError as error:
            raise HouseRulesRefused(f"{path} is no TOML: {error}") from error

    def rules(self) -> HouseRules:
        """Check all of it."""
        self._only(self._found, _TOP, "the file")
        prevalence = self._found.get("prevalence")
        if prevalence is not None and not (_is_number(prevalence) and 0 < prevalence < 1):
            self._refuse("prevalence", f"prevalence is {prevalence!r}, needs a share above 0 and "
                         "below 1, such as 0.1")  # fmt: skip
        words = self._found.get("words", [])
        presets = self._found.get("presets", {})
        if not isinstance(words, list) or not all(isinstance(one, dict) for one in words):
            self._refuse("words", "words are tables: write [[words]] above each")
        if not isinstance(presets, dict):
            self._refuse("presets", "presets are tables: write [presets.NAME] above each")
        names = [str(one.get("name", "")) for one in words]
        for name in names:
            if names.count(name) > 1:
                self._refuse(name, f"two rules are called {name!r}; names tell them apart")
        return HouseRules(
            tuple(map(self._words, words)),
            tuple(self._preset(name, one) for name, one in presets.items()),
            prevalence,
            self._digest,
        )

    def _words(self, one: Mapping[str, Any]) -> WordRule:
        name = one.get("name")
        if not isinstance(name, str) or not name.strip():
            self._refuse("[[words]]", "a rule needs a name, which answers will tell")
        where = f"rule {name!r}"
        self._only(one, _WORDS, where)
        decision = one.get("decision")
        if decision not in DECISIONS:
            self._refuse(
                str(name), f"{where} has decision {decision!r}; needs one of {', '.join(DECISIONS)}"
            )
        category = one.get("category", "")
        if (decision == REJECT) != bool(category) or category not in ("", *CATEGORIES):
            self._refuse(str(name), f"{where} has category {category!r}; a rejection names one of "
                         f"{', '.join(CATEGORIES)}, other decisions none")  # fmt: skip
        phrases = one.get("phrases")
        if not isinstance(phrases, list) or not phrases:
            self._refuse(str(name), f'{where} needs phrases = ["…"], at least one')
        for phrase in phrases:
            if not isinstance(phrase, str) or not normalise(phrase).tokens:
                self._refuse(str(name), f"{where} has the phrase {phrase!r}, which holds no word")
        return WordRule(str(name), str(decision), str(category), tuple(phrases))

    def _preset(self, name: str, one: object) -> PresetRule:
        where = f"preset {name!r}"
        if not isinstance(one, dict):
            self._refuse(name, f"{where} is no table: write [presets.{name}]")
        self._only(one, _PRESET, where)
        categories = one.get("categories", {})
        if not isinstance(categories, dict):
            self._refuse(name, f"{where}: categories are a table of thresholds")
        self._only(categories, CATEGORIES, f"{where}, categories")
        stated = {"reject": one.get("reject"), "approve": one.get("approve"), **categories}
        for key, value in stated.items():
            if value is not None and not (_is_number(value) and 0 <= value <= 1):
                self._refuse(key, f"{where}: {key} is {value!r}, needs a probability in [0, 1]")
        reject, approve = one.get("reject"), one.get("approve")
        if reject is not None and approve is not None and approve > reject:
            self._refuse(name, f"{where} approves below {approve} but rejects from {reject}: the "
                         "first may not be larger")  # fmt: skip
        return PresetRule(name, str(one.get("base", "")), reject, approve, categories)

    def _only(self, table: Mapping[str, Any], allowed: tuple[str, ...], where: str) -> None:
        for key in table:
            if key not in allowed:
                self._refuse(key, f"{where} has {key!r}; allowed: {', '.join(allowed)}")

    def _refuse(self, word: str, why: str) -> NoReturn:
        """Refuse the file; the line is the first that holds the word."""
        found = re.search(re.escape(word), self._text)
        line = self._text[: found.start()].count("\n") + 1 if found else 1
        raise HouseRulesRefused(f"{self._path} line {line}: {why}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
