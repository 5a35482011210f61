"""The manifest: everything an artifact says about itself, read and checked by hand."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, TypeVar

from scoring.decisions.policy import Policy
from scoring.errors import ArtifactDamaged, FormatUnsupported, PolicyError
from scoring.guidelines import CATEGORIES, HEADS
from scoring.model.arrays import SentenceStage
from scoring.ngrams.extract import TermSettings
from scoring.text.normalise import NORMALISER_VERSION

FORMAT: Final = 1
"""Number of the folder format; a loader is kept for each older one."""

LANGUAGES: Final = ("en",)
"""What a model must have been trained to read: only English can be told from what it cannot."""
_NUMBERS: Final = {
    "biases": len(HEADS),
    "slopes": len(CATEGORIES),
    "offsets": len(CATEGORIES),
    "overall": 3,
}
_LONGEST_LINE: Final = 1000

_Kind = TypeVar("_Kind")

_GARBLED: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
_RESTORE: Final = "restore the version from a copy, or train again with `make train`"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an artifact is, how it was made, and the few numbers that are not arrays.

    Attributes:
        version: Name of the version: UTC time of training and a digest of its inputs.
        guidelines: Version of the guidelines it was trained for.
        categories: Category keys, in column order.
        languages: Languages it was trained to read (ISO 639-1); a model of others is refused.
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
        score_deciles: For each head the nine inner deciles of its probabilities, out of fold, on
            the comments that calibrated it; empty in models from before they were kept.
        sentences: How a comment's worst sentence counts; None where it does not, as in models from
            before it could.
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
    score_deciles: dict[str, tuple[float, ...]] = field(default_factory=dict)
    sentences: SentenceStage | None = None
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
        FormatUnsupported: Another format number or normaliser, other categories or languages.
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
    again = "train the model again with `make train`"
    if type(raw.get("format")) is not int or raw["format"] != FORMAT:
        raise FormatUnsupported(
            f"{origin}: artifact format {raw.get('format')!r}, this version reads {FORMAT}; "
            f"upgrade the package or {again}"
        )
    for name, needed in (
        ("normaliser", NORMALISER_VERSION),
        ("categories", list(CATEGORIES)),
        ("languages", list(LANGUAGES)),
    ):
        if raw.get(name) != needed:
            raise FormatUnsupported(
                f"{origin}: made for {name} {raw.get(name)!r}, this version needs {needed}; {again}"
            )


def _build(raw: dict[str, Any]) -> Manifest:
    names = {entry.name for entry in fields(Manifest)}
    unknown = sorted(set(raw) - names)
    if unknown:
        raise ValueError(f"fields {unknown} are unknown; upgrade the package")
    values = dict(raw)
    for name in ("version", "guidelines", "data_digest", "configuration_digest", "trained_at"):
        values[name] = _line(raw[name], name)
    for name in ("categories", "languages", "provisional"):
        values[name] = tuple(_line(item, name) for item in _typed(raw[name], list, name))
    for name in ("sources", "libraries"):
        items = _typed(raw[name], dict, name).items()
        values[name] = {_line(key, name): _line(value, name) for key, value in items}
    for name, size in _NUMBERS.items():
        values[name] = _numbers(raw[name], size, name)
    values["prevalence"] = _share(raw["prevalence"], "prevalence")
    if not 0 <= _typed(raw["training_rows"], int, "training_rows") < 2**53:
        raise ValueError(f"training_rows is {raw['training_rows']}; allowed: 0 to 2 ** 53 - 1")
    values["score_deciles"] = _deciles(raw.get("score_deciles", {}))
    values["sentences"] = _sentence_stage(raw.get("sentences"))
    values["terms"] = TermSettings(**_typed(raw["terms"], dict, "terms"))
    policies = _typed(raw["policies"], dict, "policies")
    if not policies:
        raise ValueError("policies are empty; at least one is needed")
    values["policies"] = {_line(name, "policies"): _policy(policies[name]) for name in policies}
    return Manifest(**values)


def _deciles(raw: object) -> dict[str, tuple[float, ...]]:
    found = {
        head: _numbers(values, 9, "score_deciles")
        for head, values in _typed(raw, dict, "score_deciles").items()
    }
    if found and set(found) != set(HEADS):
        raise ValueError(f"score_deciles are of {sorted(found)}, needs {sorted(HEADS)}")
    if any(sorted(values) != [*values] for values in found.values()):
        raise ValueError("score_deciles must ascend")
    return {head: found[head] for head in HEADS if head in found}


def _sentence_stage(raw: object) -> SentenceStage | None:
    if raw is None:
        return None
    stage = SentenceStage(**_typed(raw, dict, "sentences"))
    for value in (stage.lowest, stage.discount):
        _typed(value, float, "sentences")
    if not (0.0 < stage.lowest < 1.0 and 0.0 < stage.discount < 100.0):
        raise ValueError(f"sentences are {raw}; allowed: lowest in (0, 1), discount in (0, 100)")
    return stage


def _policy(raw: object) -> Policy:
    policy = _typed(raw, dict, "a policy")
    thresholds = _typed(policy["category_thresholds"], list, "category_thresholds")
    return Policy(
        name=_line(policy["name"], "a policy's name"),
        reject_threshold=_share(policy["reject_threshold"], "reject_threshold"),
        approve_threshold=_share(policy["approve_threshold"], "approve_threshold"),
        category_thresholds=tuple(_share(value, "category_thresholds") for value in thresholds),
    )


def _typed(value: object, kind: type[_Kind], name: str) -> _Kind:
    """Return a value of exactly this type; true is no number."""
    if type(value) is not kind:
        raise TypeError(f"{name} is a {type(value).__name__}, needs to be a {kind.__name__}")
    return value


def _line(value: object, name: str) -> str:
    """Return one line of valid Unicode without control characters."""
    text = _typed(value, str, name)
    if len(text) > _LONGEST_LINE or not text.isprintable():
        raise ValueError(f"{name} must be at most {_LONGEST_LINE} printable characters on one line")
    return text


def _numbers(value: object, size: int, name: str) -> tuple[float, ...]:
    numbers = tuple(float(_typed(item, float, name)) for item in _typed(value, list, name))
    if len(numbers) != size:
        raise ValueError(f"{name} has {len(numbers)} numbers, needs {size}")
    return numbers


def _share(value: object, name: str) -> float:
    number = float(value) if type(value) is int else float(_typed(value, float, name))
    if not 0.0 <= number <= 1.0:
        raise ValueError(f"{name} is {number}; allowed: 0 to 1")
    return number
