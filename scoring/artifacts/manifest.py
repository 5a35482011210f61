"""The manifest: everything an artifact says about itself, read and checked by hand."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from scoring.decisions.policy import PRESETS, Policy
from scoring.errors import ArtifactDamaged, FormatUnsupported, PolicyError
from scoring.guidelines import CATEGORIES, HEADS
from scoring.ngrams.extract import TermSettings
from scoring.text.normalise import NORMALISER_VERSION

FORMAT: Final = 1
"""Number of the folder format; a loader is kept for each older one."""

_GARBLED: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
_RESTORE: Final = "restore the version from a copy, or train again with `make train`"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an artifact is, how it was made, and the few numbers that are not arrays.

    Attributes:
        version: Name of the version: UTC time of training and a digest of its inputs.
        guidelines: Version of the guidelines it was trained for.
        categories: Category keys, in column order.
        languages: Languages it was trained to read (ISO 639-1).
        normaliser: Version of the normaliser it needs.
        terms: Which n-grams are terms.
        biases: One a head. slopes, offsets: one a category. overall: three numbers.
        policies: The presets' thresholds.
        provisional: Categories calibrated on too few news positives.
        prevalence: Share of rejected comments that probabilities are calibrated for.
        data_digest: Digest of the rows it was trained on.
        configuration_digest: Digest of the training settings.
        sources: Key and licence of each training source.
        libraries: Versions of the libraries that made it.
        trained_at: UTC time, ISO 8601.
        training_rows: Number of rows it was trained on.
    """

    version: str
    guidelines: str
    categories: tuple[str, ...]
    languages: tuple[str, ...]
    normaliser: int
    terms: TermSettings
    biases: tuple[float, ...]
    slopes: tuple[float, ...]
    offsets: tuple[float, ...]
    overall: tuple[float, ...]
    policies: dict[str, Policy]
    provisional: tuple[str, ...]
    prevalence: float
    data_digest: str
    configuration_digest: str
    sources: dict[str, str]
    libraries: dict[str, str]
    trained_at: str
    training_rows: int
    format: int = field(default=FORMAT)

    def to_json(self) -> str:
        """Return the manifest as indented JSON with sorted keys."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def parse_manifest(content: bytes, origin: str) -> Manifest:
    """Read a manifest, refusing what this code cannot serve.

    Args:
        content: The file's bytes.
        origin: Where they came from, for error messages.

    Returns:
        The manifest.

    Raises:
        FormatUnsupported: Another format number, another normaliser or other categories.
        ArtifactDamaged: Not JSON, or a field is missing or impossible.
    """
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ArtifactDamaged(f"{origin}: the manifest is not JSON: {error}; {_RESTORE}") from error
    if not isinstance(raw, dict):
        raise ArtifactDamaged(
            f"{origin}: the manifest is a {type(raw).__name__}, needs to be an object; {_RESTORE}"
        )
    _check_supported(raw, origin)
    try:
        return _build(raw)
    except (*_GARBLED, PolicyError) as error:
        raise ArtifactDamaged(
            f"{origin}: the manifest lacks or garbles a field: {type(error).__name__}: {error}; "
            f"{_RESTORE}"
        ) from error


def _check_supported(raw: dict[str, Any], origin: str) -> None:
    if raw.get("format") != FORMAT:
        raise FormatUnsupported(
            f"{origin}: artifact format {raw.get('format')!r}, this version reads {FORMAT}; "
            "upgrade the package or train the model again with `make train`"
        )
    if raw.get("normaliser") != NORMALISER_VERSION:
        raise FormatUnsupported(
            f"{origin}: made for normaliser {raw.get('normaliser')!r}, this version has "
            f"{NORMALISER_VERSION}; train the model again with `make train`"
        )
    if raw.get("categories") != list(CATEGORIES):
        raise FormatUnsupported(
            f"{origin}: made for categories {raw.get('categories')!r}, this version needs "
            f"{list(CATEGORIES)}; train the model again with `make train`"
        )


def _build(raw: dict[str, Any]) -> Manifest:
    fields = dict(raw)
    fields["terms"] = TermSettings(**raw["terms"])
    fields["policies"] = {name: _policy(value) for name, value in raw["policies"].items()}
    for name in ("categories", "languages", "provisional"):
        fields[name] = tuple(map(str, raw[name]))
    for name, size in (
        ("biases", len(HEADS)),
        ("slopes", len(CATEGORIES)),
        ("offsets", len(CATEGORIES)),
        ("overall", 3),
    ):
        fields[name] = tuple(map(float, raw[name]))
        if len(fields[name]) != size:
            raise ValueError(f"{name} has {len(fields[name])} numbers, needs {size}")
    missing = set(PRESETS) - set(fields["policies"])
    if missing:
        raise ValueError(f"policies {sorted(missing)} are missing")
    return Manifest(**fields)


def _policy(raw: dict[str, Any]) -> Policy:
    return Policy(
        name=str(raw["name"]),
        reject_threshold=float(raw["reject_threshold"]),
        approve_threshold=float(raw["approve_threshold"]),
        category_thresholds=tuple(map(float, raw["category_thresholds"])),
    )
