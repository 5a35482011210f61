"""A fuzz corpus of every script and length, a model that knows half of it, versions on disk."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scoring.artifacts.manifest import Manifest
from scoring.artifacts.versions import publish
from scoring.model.arrays import LinearModel
from scoring.model.scorer import Scorer
from tests.tiny_models import manifest_of, model_files

TEXTS = (
    "you are an idiot",
    "thank you for a clear and honest article",
    "buy cheap pills at www.example.com now",
    "the council voted for the new law on monday",
)
VERSION = "20261122T000000Z-first"
# Basic Latin, Latin-1, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Thai, Georgian, Hangul jamo,
# signs, kana, ideographs, Hangul, presentation forms, fullwidth, mathematical letters, emoji,
# ideographs beyond the table, tags, private use
_BLOCKS = (
    (0x20, 0x7F), (0x80, 0x250), (0x370, 0x400), (0x400, 0x530), (0x590, 0x600), (0x600, 0x700),
    (0x900, 0x980), (0xE00, 0xE80), (0x10A0, 0x1100), (0x1100, 0x1200), (0x2000, 0x2800),
    (0x3040, 0x3100), (0x4E00, 0x9FFF), (0xAC00, 0xD7A4), (0xFB00, 0xFE00), (0xFE00, 0xFFFE),
    (0x1D400, 0x1D800), (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0xE0000, 0xE0080),
    (0xF0000, 0xF0100),
)  # fmt: skip
_PIECES = (
    " ", " ", " ", "\n", "\t", "\x00", "\u200b", "\u0301", "\u202e", ".", "..", "!", "@", "$", "*",
    "#", "%", "-", "_", "/", "'", "’", "0", "1", "2026", "a", "b", "i d i o t", "f*ck", "sh1t",
    "a$$hole", "you", "You", "IDIOT", "don't", "http://x.io/a?b", "www.a.de", "me@mail.org",
    "@name", "раураl", "ﬁ", "ﷺ", "½", "😀", "👍🏽", "\U0001f468\u200d\U0001f469", "ß", "İ",
)  # fmt: skip

WriteVersion = Callable[..., Path]
MakeManifest = Callable[..., Manifest]


@pytest.fixture(scope="session")
def fuzz_texts() -> list[str]:
    """Texts of each script and of a mixture, of 0 to about 200 code points."""
    source = random.Random(7)  # noqa: S311  # a corpus, no secret
    texts = ["", " ", *TEXTS]
    for first, end in _BLOCKS:
        for length in (1, 2, 3, 7, 20, 90):
            points = (source.randrange(first, end) for _ in range(length))
            texts.append("".join(chr(p) if source.random() > 0.2 else " " for p in points))
    return texts + ["".join(source.choices(_PIECES, k=length)) for length in range(1, 121)]


@pytest.fixture(scope="session")
def model(make_linear_model: Callable[..., LinearModel], fuzz_texts: list[str]) -> LinearModel:
    """A model that knows half of the terms of the fuzz corpus."""
    return make_linear_model(fuzz_texts, known=0.5)


@pytest.fixture(scope="session")
def scorer(model: LinearModel) -> Scorer:
    """The scorer of `model`."""
    return Scorer(model)


@pytest.fixture(scope="session")
def tiny_model(make_linear_model: Callable[..., LinearModel]) -> LinearModel:
    """A model that knows the four sentences of `TEXTS`."""
    return make_linear_model(TEXTS)


@pytest.fixture(scope="session")
def make_manifest(tiny_model: LinearModel) -> MakeManifest:
    """A factory of manifests of `tiny_model`; fields may be replaced."""

    def make(**fields: Any) -> Manifest:
        return manifest_of(tiny_model, **{"version": VERSION, **fields})

    return make


@pytest.fixture(scope="session")
def tiny_files(tiny_model: LinearModel) -> dict[str, bytes]:
    """The files of `tiny_model`, the manifest and the checksums left out."""
    return model_files(tiny_model, list(TEXTS))


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Where versions go."""
    return tmp_path / "models"


@pytest.fixture
def write_version(
    models: Path, make_manifest: MakeManifest, tiny_files: dict[str, bytes]
) -> WriteVersion:
    """A factory of published versions: name, and files to replace (None leaves a file out).

    A replaced `manifest.json` or array gets a right checksum: it was written so, not damaged.
    """

    def write(version: str = VERSION, replaced: dict[str, bytes | None] | None = None) -> Path:
        folder = publish(models, make_manifest(version=version), tiny_files)
        for name, content in (replaced or {}).items():
            (folder / name).unlink()
            if content is not None:
                (folder / name).write_bytes(content)
        names = sorted(path.name for path in folder.iterdir() if path.name != "SHA256SUMS")
        lines = [f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names]
        (folder / "SHA256SUMS").write_text("".join(lines))
        return folder

    return write
