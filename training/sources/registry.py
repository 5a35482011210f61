"""The source registry, data/sources.toml, as typed objects.

Each `[[source]]` of the file has the keys of `Source`, and one `[[source.files]]` for each file
with the keys of `SourceFile`. Two sources may share a folder, and files in it.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from training.sources.errors import RegistryError
from training.sources.readers import READERS

TRAIN: Final = "train"
BENCHMARK: Final = "benchmark"
LOCAL: Final = "local"
JUDGE: Final = "judge"
ROLES: Final = (TRAIN, BENCHMARK, LOCAL, JUDGE)
"""Trained on and shipped; measured on and never trained on; for local experiments only; read by
this project's annotators and held back whole."""
NEVER_TRAINED: Final = (BENCHMARK, JUDGE)

DOMAINS: Final = ("news", "wiki", "social", "chat", "sms", "video")

_KEY: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source.

    Attributes:
        name: Its name in the folder of the source and in a mirror.
        sha256: Of its content, 64 lower-case hexadecimal digits.
        bytes: Its size.
        url: Its https address at a pinned commit; None where upstream keeps it only in the history
            of its repository, so that only a mirror has it.
    """

    name: str
    sha256: str
    bytes: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One source of labelled comments.

    Attributes:
        key: Its name everywhere, the `source` column of the row table included.
        title: Its name for people.
        domain: Where the comments were written, one of `DOMAINS`.
        role: One of `ROLES`.
        licence: Of labels and texts.
        weights_may_ship: Whether a model trained on it may be published.
        weight: Of each of its rows in training, 0 for a benchmark.
        citation: What to cite.
        labeller: Who labelled, and how.
        dates: When it was published or written.
        teaches: What a model learns from it.
        known_noise: What is known to be wrong with it.
        reader: Key of its reader in `READERS`.
        folder: Folder below data/raw and below a mirror; the key unless given.
        files: The files its reader needs; none where a user supplies them.
        optional: Whether a user supplies the files; they have no checksum.
        accepts: Names or patterns of files that a user may supply, best first; "../" is data/raw.
    """

    key: str
    title: str
    domain: str
    role: str
    licence: str
    weights_may_ship: bool
    weight: float
    citation: str
    labeller: str
    dates: str
    teaches: str
    known_noise: str
    reader: str
    folder: str
    files: tuple[SourceFile, ...] = ()
    optional: bool = False
    accepts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registry:
    """All sources, in the order of the file.

    Attributes:
        sources: The sources; keys are unique.
    """

    sources: tuple[Source, ...]

    def source(self, key: str) -> Source:
        """Return one source.

        Args:
            key: Its key.

        Returns:
            The source.

        Raises:
            RegistryError: No source has this key; names those there are.
        """
        for source in self.sources:
            if source.key == key:
                return source
        known = ", ".join(source.key for source in self.sources)
        raise RegistryError(f"there is no source {key!r}; sources: {known}")

    def with_role(self, role: str) -> tuple[Source, ...]:
        """Return the sources of one role, in order.

        Args:
            role: One of `ROLES`.

        Returns:
            The sources; may be none.
        """
        return tuple(source for source in self.sources if source.role == role)

    def weights(self) -> dict[str, float]:
        """Return the weight of each source's rows by key."""
        return {source.key: source.weight for source in self.sources}


def load_registry(path: Path) -> Registry:
    """Read and check the source registry.

    Args:
        path: data/sources.toml.

    Returns:
        The registry.

    Raises:
        RegistryError: The file is missing or not TOML, or a key or value is wrong; says where,
            what is there and what may be.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RegistryError(f"{path} cannot be read: {error}") from error
    entries = document.get("source")
    if set(document) != {"source"} or not isinstance(entries, list):
        raise RegistryError(f"{path} must hold [[source]] entries and nothing else")
    sources = tuple(_source(entry, number) for number, entry in enumerate(entries, start=1))
    _check_together(sources)
    return Registry(sources)


def _source(entry: Mapping[str, Any], number: int) -> Source:
    """Make one source of a TOML table."""
    place = f"source {number} ({entry.get('key', 'no key')})"
    files = entry.get("files", [])
    if not isinstance(files, list):
        raise RegistryError(f"{place}: files must be [[source.files]] entries")
    values = {
        "folder": entry.get("key"),
        **entry,
        "files": tuple(_file(file, place) for file in files),
        "accepts": tuple(entry.get("accepts", ())),
    }
    _check_keys(values, Source, place)
    source = Source(**values)
    _check_source(source, place)
    return source


def _file(entry: Mapping[str, Any], place: str) -> SourceFile:
    """Make one file of a TOML table."""
    place = f"{place}, file {entry.get('name', 'without name')}"
    _check_keys(entry, SourceFile, place)
    file = SourceFile(**entry)
    if Path(file.name).name != file.name or file.name.startswith("."):
        raise RegistryError(f"{place}: name must be a plain file name")
    if not _SHA256.fullmatch(file.sha256):
        raise RegistryError(f"{place}: sha256 must be 64 lower-case hexadecimal digits")
    if file.bytes <= 0:
        raise RegistryError(f"{place}: bytes must be above 0, it is {file.bytes}")
    if file.url is not None and not file.url.startswith("https://"):
        raise RegistryError(f"{place}: url must begin with https://, it is {file.url!r}")
    return file


_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "str": (str,),
    "str | None": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
}


def _check_keys(values: Mapping[str, Any], kind: type[Source | SourceFile], place: str) -> None:
    """Refuse unknown keys, missing keys and values of another type."""
    known = {field.name: field for field in fields(kind)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise RegistryError(f"{place}: unknown keys {unknown}; keys: {', '.join(known)}")
    needed = set(_required(kind))
    missing = sorted(name for name in needed if values.get(name) is None)
    if missing:
        raise RegistryError(f"{place}: missing keys {missing}")
    for name, value in values.items():
        types = _TYPES.get(str(known[name].type))
        wrong_bool = isinstance(value, bool) and types != (bool,)
        if types and (not isinstance(value, types) or wrong_bool):
            raise RegistryError(f"{place}: {name} must be {known[name].type}, it is {value!r}")


def _required(kind: type[Source | SourceFile]) -> list[str]:
    """Return the names of the fields without a default."""
    optional = {"url", "files", "optional", "accepts"}
    return [field.name for field in fields(kind) if field.name not in optional]


def _check_source(source: Source, place: str) -> None:
    """Refuse values that are of the right type and wrong all the same."""
    choices = {"domain": DOMAINS, "role": ROLES, "reader": tuple(READERS)}
    for name, allowed in choices.items():
        if getattr(source, name) not in allowed:
            value = getattr(source, name)
            raise RegistryError(f"{place}: {name} {value!r} is none of {', '.join(allowed)}")
    for name in ("key", "folder"):
        if not _KEY.fullmatch(getattr(source, name)):
            raise RegistryError(f"{place}: {name} must be lower-case words joined by hyphens")
    trained = source.role not in NEVER_TRAINED
    if not math.isfinite(source.weight) or (source.weight > 0) != trained:
        raise RegistryError(
            f"{place}: weight is {source.weight}; it must be 0 for the roles "
            f"{', '.join(NEVER_TRAINED)}, else above 0"
        )
    if source.role == TRAIN and not source.weights_may_ship:
        raise RegistryError(f"{place}: weights_may_ship is false, so the role must be {LOCAL}")
    if source.optional == bool(source.files) or source.optional != bool(source.accepts):
        raise RegistryError(
            f"{place}: an optional source has accepts and no files, any other files and no accepts"
        )


def _check_together(sources: tuple[Source, ...]) -> None:
    """Refuse a key that is used twice, and one file with two checksums."""
    keys: set[str] = set()
    checksums: dict[tuple[str, str], str] = {}
    for source in sources:
        if source.key in keys:
            raise RegistryError(f"two sources have the key {source.key!r}")
        keys.add(source.key)
        for file in source.files:
            place = (source.folder, file.name)
            if checksums.setdefault(place, file.sha256) != file.sha256:
                raise RegistryError(f"{source.folder}/{file.name} has two checksums")
