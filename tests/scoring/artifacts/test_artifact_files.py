"""What is written reads back the same; what was changed, cut short or garbled is refused."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring.artifacts.files import ARRAYS, array_bytes, parse_artifact, stored_arrays
from scoring.artifacts.manifest import FORMAT, Manifest, parse_manifest
from scoring.artifacts.selection import CURRENT, current_version
from scoring.artifacts.verified_files import read_verified
from scoring.artifacts.versions import load_version, model_from_bytes
from scoring.errors import ArtifactDamaged, ArtifactError, ArtifactMissing, FormatUnsupported
from scoring.guidelines import HEADS
from scoring.model.arrays import LinearModel, weight_scales, weight_steps
from scoring.text.normalise import NORMALISER_VERSION

VERSION = "20261122T000000Z-first"
FILES = ["manifest.json", "golden.jsonl", *(f"{name}.npy" for name in ARRAYS)]

WriteVersion = Callable[..., Path]
MakeManifest = Callable[..., Manifest]
OPTIONAL = {"score_deciles", "sentences"}
"""Fields that manifests from before them lack."""


def refusal(folder: Path) -> str:
    """Why a version is refused as damaged."""
    with pytest.raises(ArtifactDamaged) as caught:
        load_version(folder.parent, folder.name)
    return str(caught.value)


def rewritten(write_version: WriteVersion, name: str, content: bytes | None) -> str:
    """Why a version is refused that was written, checksums and all, with another file."""
    return refusal(write_version(replaced={name: content}))


def manifest_with(make_manifest: MakeManifest, **fields: Any) -> bytes:
    return json.dumps({**json.loads(make_manifest().to_json()), **fields}).encode()


# round trip


def test_a_model_reads_back_as_it_was(
    write_version: WriteVersion, make_manifest: MakeManifest, tiny_model: LinearModel
) -> None:
    published = load_version(write_version().parent, VERSION)
    found = published.model
    assert published.manifest == make_manifest()
    assert found.settings == tiny_model.settings
    for name in ("hashes", "idf", "weights", "biases", "english"):
        np.testing.assert_array_equal(getattr(found, name), getattr(tiny_model, name))
    for field in dataclasses.fields(found.calibration):
        np.testing.assert_array_equal(
            getattr(found.calibration, field.name), getattr(tiny_model.calibration, field.name)
        )


def test_writing_what_was_read_gives_the_same_bytes(
    write_version: WriteVersion, tiny_model: LinearModel
) -> None:
    published = load_version(write_version().parent, VERSION)
    assert stored_arrays(published.model) == stored_arrays(tiny_model)


def test_a_model_without_terms_makes_the_round_trip(
    make_linear_model: Callable[..., LinearModel], make_manifest: MakeManifest
) -> None:
    empty = make_linear_model(["you"], known=0.0)
    contents = {f"{name}.npy": content for name, content in stored_arrays(empty).items()}
    contents["manifest.json"] = make_manifest().to_json().encode()
    _, found = parse_artifact(contents, "here")
    assert found.weights.shape == (0, len(HEADS))


WEIGHTS = arrays(
    np.float32, st.tuples(st.integers(0, 5), st.just(3)),
    elements=st.floats(-1e6, 1e6, width=32, allow_subnormal=False),
)  # fmt: skip


@given(WEIGHTS)
def test_quantising_is_idempotent(weights: np.ndarray[Any, np.dtype[np.float32]]) -> None:
    scales = weight_scales(weights)
    steps = weight_steps(weights, scales)
    rounded = steps * scales
    np.testing.assert_array_equal(weight_scales(rounded), scales)
    np.testing.assert_array_equal(weight_steps(rounded, scales), steps)


@given(WEIGHTS)
def test_quantising_moves_no_weight_by_more_than_half_a_step(
    weights: np.ndarray[Any, np.dtype[np.float32]],
) -> None:
    scales = weight_scales(weights)
    rounded = weight_steps(weights, scales) * scales
    assert rounded.dtype == np.float32
    assert (np.abs(rounded - weights) <= 0.5001 * scales).all()


# files changed after they were written


@pytest.mark.parametrize("name", [*FILES, "SHA256SUMS"])
def test_one_changed_byte_is_refused(write_version: WriteVersion, name: str) -> None:
    path = write_version() / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert "restore the version from a copy" in refusal(path.parent)


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_refused(write_version: WriteVersion, name: str) -> None:
    path = write_version() / name
    path.write_bytes(path.read_bytes()[:-1])
    message = refusal(path.parent)
    assert name in message
    assert "changed or cut short" in message


@pytest.mark.parametrize("name", FILES)
def test_a_lost_file_is_refused(write_version: WriteVersion, name: str) -> None:
    path = write_version() / name
    path.unlink()
    assert f"{name} cannot be read: No such file or directory; restore" in refusal(path.parent)


@pytest.mark.parametrize("name", FILES)
def test_a_file_left_out_is_refused(write_version: WriteVersion, name: str) -> None:
    message = rewritten(write_version, name, None)
    assert name in message


def test_a_lost_checksum_file_or_folder_is_missing(write_version: WriteVersion) -> None:
    folder = write_version()
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(ArtifactMissing, match=r"no SHA256SUMS; name a version that is there"):
        load_version(folder.parent, VERSION)
    with pytest.raises(ArtifactMissing, match=r"no model at .*nowhere"):
        load_version(folder.parent, "nowhere")


@pytest.mark.parametrize(
    "name",
    ["../secret", "/etc/passwd", "..", ".", "", "a/b", "a\\b", "\x00", "manifest.json\x00", "C:x"],
)
def test_a_checksum_line_names_only_a_file_beside_it(
    write_version: WriteVersion, name: str
) -> None:
    folder = write_version()
    with (folder / "SHA256SUMS").open("a") as file:
        file.write(f"{'0' * 64}  {name}\n")
    assert "needs a sha256, two spaces and the name of a file beside it" in refusal(folder)


@pytest.mark.parametrize("content", ["", "\n", "hello\n", "é\n", f"{'g' * 64}  manifest.json\n"])
def test_a_garbled_checksum_file_is_refused(write_version: WriteVersion, content: str) -> None:
    folder = write_version()
    (folder / "SHA256SUMS").write_text(content, encoding="utf-8")
    assert "SHA256SUMS" in refusal(folder)


def test_a_folder_in_the_place_of_a_file_is_refused(write_version: WriteVersion) -> None:
    folder = write_version()
    (folder / "idf.npy").unlink()
    (folder / "idf.npy").mkdir()
    assert "idf.npy cannot be read: Is a directory" in refusal(folder)


def test_a_file_beyond_the_largest_size_is_not_read(
    write_version: WriteVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.artifacts.verified_files._LARGEST_FILE", 200)
    assert "more than the 200 bytes that are read" in refusal(write_version())


@pytest.mark.parametrize("name", ["idf.npy", "manifest.json", "SHA256SUMS"])
def test_a_pipe_is_refused_at_once(write_version: WriteVersion, name: str) -> None:
    folder = write_version()
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert f"{folder / name} is no regular file" in refusal(folder)


def test_a_device_that_never_ends_is_refused(write_version: WriteVersion) -> None:
    folder = write_version()
    (folder / "idf.npy").unlink()
    (folder / "idf.npy").symlink_to("/dev/zero")
    assert "is no regular file" in refusal(folder)


def test_a_pipe_in_the_place_of_current_is_refused_at_once(write_version: WriteVersion) -> None:
    models = write_version().parent
    os.mkfifo(models / CURRENT)
    with pytest.raises(ArtifactDamaged, match="is no regular file"):
        current_version(models)


def test_a_file_that_no_checksum_names_is_not_read(write_version: WriteVersion) -> None:
    folder = write_version()
    (folder / "notes.txt").write_text("hello")
    assert "notes.txt" not in read_verified(folder)


# manifests written for something else


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"format": FORMAT + 1}, rf"artifact format {FORMAT + 1}, this version reads {FORMAT}"),
        ({"format": None}, "artifact format None"),
        ({"normaliser": NORMALISER_VERSION + 1}, r"normaliser \d+, this version needs .* train"),
        ({"languages": ["en", "ar"]}, r"languages \['en', 'ar'\], this version needs .* train"),
        ({"categories": ["spam"]}, r"categories \['spam'\], this version needs .* train"),
        ({"categories": "profanity"}, "categories 'profanity'"),
    ],
)
def test_another_format_normaliser_or_category_is_unsupported(
    write_version: WriteVersion, make_manifest: MakeManifest, fields: dict[str, Any], message: str
) -> None:
    folder = write_version(replaced={"manifest.json": manifest_with(make_manifest, **fields)})
    with pytest.raises(FormatUnsupported, match=message):
        load_version(folder.parent, VERSION)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "is a list, needs to be an object"),
        (b"null", "is a NoneType, needs to be an object"),
    ],
    ids=lambda value: repr(value)[:12],
)
def test_a_manifest_that_is_no_object_is_refused(
    write_version: WriteVersion, content: bytes, message: str
) -> None:
    assert message in rewritten(write_version, "manifest.json", content)


def test_a_manifest_from_before_deciles_were_kept_is_read(make_manifest: MakeManifest) -> None:
    raw = json.loads(make_manifest().to_json())
    del raw["score_deciles"]
    assert parse_manifest(json.dumps(raw).encode(), "here").score_deciles == {}


@pytest.mark.parametrize("stage", [None, {"lowest": 0.1, "discount": 1.5}])
def test_whether_sentences_count_is_kept(make_manifest: MakeManifest, stage: object) -> None:
    raw = json.loads(make_manifest().to_json())
    assert parse_manifest(json.dumps(raw).encode(), "here").sentences is None
    raw["sentences"] = stage
    found = parse_manifest(json.dumps(raw).encode(), "here")
    assert json.loads(found.to_json())["sentences"] == stage
    del raw["sentences"]
    assert parse_manifest(json.dumps(raw).encode(), "here").sentences is None


@pytest.mark.parametrize(
    "stage",
    [
        [], {}, {"lowest": 0.1}, {"lowest": 1, "discount": 1.0}, {"lowest": 0.0, "discount": 1.0},
        {"lowest": 0.1, "discount": -1.0}, {"lowest": 0.1, "discount": 1.0, "highest": 2.0},
    ],
)  # fmt: skip
def test_a_wrong_sentence_stage_is_refused(make_manifest: MakeManifest, stage: object) -> None:
    raw = json.loads(make_manifest().to_json())
    raw["sentences"] = stage
    with pytest.raises(ArtifactDamaged, match="lacks or garbles"):
        parse_manifest(json.dumps(raw).encode(), "here")


@pytest.mark.parametrize(
    "deciles",
    [{"reject": [0.1] * 9}, dict.fromkeys(HEADS, [0.1] * 8), dict.fromkeys(HEADS, [0.9, 0.1] * 4)],
)
def test_wrong_deciles_are_refused(make_manifest: MakeManifest, deciles: object) -> None:
    raw = json.loads(make_manifest().to_json())
    raw["score_deciles"] = deciles
    with pytest.raises(ArtifactDamaged, match="score_deciles"):
        parse_manifest(json.dumps(raw).encode(), "here")


@pytest.mark.parametrize(
    "field", sorted({field.name for field in dataclasses.fields(Manifest)} - OPTIONAL)
)
def test_a_manifest_without_a_field_is_refused(make_manifest: MakeManifest, field: str) -> None:
    raw = json.loads(make_manifest().to_json())
    del raw[field]
    with pytest.raises(ArtifactError):
        parse_manifest(json.dumps(raw).encode(), "here")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("biases", [0.0] * 3, "biases has 3 numbers, needs 12"),
        ("slopes", ["one"] * 11, "slopes is a str, needs to be a float"),
        ("offsets", [10**400] * 11, "offsets is a int, needs to be a float"),
        ("overall", None, "TypeError"),
        ("terms", {"longest_word": 0}, "whole number from 1 to 16"),
        ("terms", {"longest_character": 10**6}, "whole number from 1 to 16"),
        ("terms", {"longest_sentence": 3}, "longest_sentence"),
        ("terms", [], "TypeError"),
        ("policies", {}, "policies are empty"),
        ("policies", [], "policies is a list, needs to be a dict"),
        ("policies", {"assist": {}}, "KeyError: 'category_thresholds'"),
        ("guidelines", 10**30, "guidelines is a int, needs to be a str"),
        ("guidelines", "1\ud800", "guidelines must be .* printable"),
        ("guidelines", '1"} 1\nmoderation_model_info{', "guidelines must be .* printable"),
        ("training_rows", 10**30, "training_rows is 1000"),
        ("training_rows", True, "training_rows is a bool, needs to be a int"),
        ("prevalence", "x", "prevalence is a str"),
        ("prevalence", 1.5, r"prevalence is 1\.5; allowed: 0 to 1"),
        ("sources", ["seed"], "sources is a list"),
        ("surprise", 1, "surprise"),
    ],
)
def test_an_impossible_field_is_refused(
    make_manifest: MakeManifest, field: str, value: Any, message: str
) -> None:
    content = manifest_with(make_manifest, **{field: value})
    with pytest.raises(ArtifactDamaged, match=f"here: .*{message}.*; restore the version"):
        parse_manifest(content, "here")


def test_an_impossible_threshold_is_refused(make_manifest: MakeManifest) -> None:
    policies = json.loads(make_manifest().to_json())["policies"]
    policies["assist"]["reject_threshold"] = 1.5
    with pytest.raises(ArtifactDamaged, match=r"reject_threshold is 1.5; allowed: 0 to 1"):
        parse_manifest(manifest_with(make_manifest, policies=policies), "here")


@pytest.mark.parametrize("field", ["biases", "slopes", "offsets", "overall"])
def test_numbers_that_are_not_finite_are_refused(
    write_version: WriteVersion, make_manifest: MakeManifest, field: str
) -> None:
    numbers = [*getattr(make_manifest(), field)[1:], float("nan")]
    content = manifest_with(make_manifest, **{field: numbers})
    assert f"{field} holds values that are not finite" in rewritten(
        write_version, "manifest.json", content
    )


# arrays that hold something else


def changed(model: LinearModel, name: str, change: Callable[[Any], Any]) -> bytes:
    array = np.load(io.BytesIO(stored_arrays(model)[name]))
    return array_bytes(change(array))


def put(value: float) -> Callable[[Any], Any]:
    def change(array: Any) -> Any:
        array.flat[0] = value
        return array

    return change


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("terms", lambda a: a[::-1], "hashes are not ascending, distinct and above 0"),
        ("terms", put(0), "hashes are not ascending"),
        ("terms", lambda a: np.repeat(a[:1], len(a)), "hashes are not ascending"),
        ("terms", lambda a: a[1:], "idf has shape"),
        ("terms", lambda a: a[:, None], "holds uint64 with 2 axes, needs uint64 with 1"),
        ("terms", lambda a: a.astype(np.float64), "holds float64 with 1 axes, needs uint64"),
        ("english", lambda a: a[::-1], "english are not ascending"),
        ("idf", put(float("nan")), "idf holds values that are not finite"),
        ("idf", put(float("inf")), "idf holds values that are not finite"),
        ("idf", put(0), "idf holds values that are not above 0"),
        ("idf", put(-1), "idf holds values that are not above 0"),
        ("idf", lambda a: a[1:], "idf has shape"),
        ("idf", lambda a: a.astype("U4"), "needs float16"),
        ("weights", lambda a: a[1:], "weights has shape"),
        ("weights", lambda a: a[:, 1:], "weights has shape"),
        ("weights", lambda a: a.ravel(), "with 1 axes, needs int8 with 2"),
        ("weights", lambda a: a.astype(np.float32), "holds float32 with 2 axes, needs int8"),
        ("weights", lambda a: a.astype(np.complex64), "holds complex64"),
        ("weight_scales", put(float("nan")), "weight_scales holds values that are not finite"),
        ("weight_scales", put(-1), "weight_scales holds values that are not above 0"),
        ("weight_scales", put(3e38), "a golden comment scores"),
        ("weight_scales", lambda a: a[:1], "weight_scales has shape"),
    ],
)
def test_an_impossible_array_is_refused(
    write_version: WriteVersion,
    tiny_model: LinearModel,
    name: str,
    change: Callable[[Any], Any],
    message: str,
) -> None:
    assert message in rewritten(write_version, f"{name}.npy", changed(tiny_model, name, change))


def pickled() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def zipped() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, terms=np.zeros(3, np.uint64))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [pickled(), zipped(), b"", b"\x80\x04K\x01.", b"PK\x03\x04", b"\x93NUMPY", b"hello" * 100],
    ids=["object array", "npz", "empty", "pickle", "zip", "magic alone", "text"],
)
def test_only_a_plain_array_is_read(write_version: WriteVersion, content: bytes) -> None:
    message = rewritten(write_version, "terms.npy", content)
    assert "terms.npy is not a plain array" in message


def test_a_header_without_end_is_refused(
    write_version: WriteVersion, tiny_files: dict[str, bytes]
) -> None:
    garbled = tiny_files["terms.npy"].replace(b"}", b" ")
    assert "terms.npy is not a plain array" in rewritten(write_version, "terms.npy", garbled)


def test_a_header_that_promises_more_than_the_file_holds_is_refused(
    write_version: WriteVersion,
) -> None:
    header = b"{'descr': '<u8', 'fortran_order': False, 'shape': (99999999999999,), }"
    content = b"\x93NUMPY\x01\x00" + (128 - 10).to_bytes(2, "little") + header.ljust(117) + b"\n"
    assert "not a plain array" in rewritten(write_version, "terms.npy", content)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_changed_bytes_with_right_checksums_never_raise_another_error(
    data: st.DataObject, make_manifest: MakeManifest, tiny_files: dict[str, bytes]
) -> None:
    contents = {**tiny_files, "manifest.json": make_manifest().to_json().encode()}
    name = data.draw(st.sampled_from(sorted(contents)))
    garbled = bytearray(contents[name])
    position = data.draw(st.integers(0, min(len(garbled), 300) - 1))
    garbled[position] = data.draw(st.integers(0, 255))
    contents[name] = bytes(garbled)
    with contextlib.suppress(ArtifactError), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a header that NumPy had to mend
        model_from_bytes(contents, "here")


# golden comments


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "golden.jsonl is missing or empty"),
        (b"{", "golden.jsonl cannot be read"),
        (b"[]", "golden.jsonl cannot be read"),
        (b'{"text": "a"}', "KeyError: 'reject'"),
        (b'{"text": "a", "reject": 0.5, "categories": [0.5]}', "golden.jsonl cannot be read"),
        (b'{"text": "a", "reject": 0.5, "categories": 3}', "golden.jsonl cannot be read"),
        (b'{"text": "a", "reject": 1' + b"0" * 400 + b', "categories": []}', "OverflowError"),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_garbled_golden_comments_are_refused(
    write_version: WriteVersion, content: bytes, message: str
) -> None:
    assert message in rewritten(write_version, "golden.jsonl", content)


def test_golden_comments_are_valid_unicode(
    write_version: WriteVersion, tiny_files: dict[str, bytes]
) -> None:
    content = tiny_files["golden.jsonl"].replace(b"you are an idiot", b"\\ud800")
    assert "LoneSurrogate" in rewritten(write_version, "golden.jsonl", content)


@pytest.mark.parametrize("wrong", [0.5, float("nan")])
def test_a_golden_comment_that_scores_otherwise_is_refused(
    write_version: WriteVersion, tiny_files: dict[str, bytes], wrong: float
) -> None:
    first, *others = tiny_files["golden.jsonl"].splitlines()
    content = b"\n".join([json.dumps({**json.loads(first), "reject": wrong}).encode(), *others])
    message = rewritten(write_version, "golden.jsonl", content)
    assert "away from what was stored (allowed 1e-06)" in message
