from __future__ import annotations

from pathlib import Path

import pytest

from training.sources.errors import RegistryError
from training.sources.readers import READERS
from training.sources.readers.releases import CIVIL_NAMES, JIGSAW_2018_NAMES
from training.sources.registry import BENCHMARK, LOCAL, TRAIN, Registry, load_registry

REPOSITORY = Path(__file__).parents[3]

SOURCE = {
    "key": '"invented"',
    "title": '"Invented"',
    "domain": '"news"',
    "role": '"train"',
    "licence": '"CC0-1.0"',
    "weights_may_ship": "true",
    "weight": "1.0",
    "citation": '"nobody"',
    "labeller": '"nobody"',
    "dates": '"2026"',
    "teaches": '"nothing"',
    "known_noise": '"none"',
    "reader": '"jigsaw_ak5000"',
}
FILE = {
    "name": '"a.csv"',
    "url": '"https://example.org/a.csv"',
    "sha256": f'"{"0" * 64}"',
    "bytes": "12",
}


def toml(source: dict[str, str], *files: dict[str, str]) -> str:
    lines = ["[[source]]", *(f"{key} = {value}" for key, value in source.items())]
    for file in files:
        lines += ["[[source.files]]", *(f"{key} = {value}" for key, value in file.items())]
    return "\n".join(lines) + "\n"


def load(tmp_path: Path, content: str) -> Registry:
    path = tmp_path / "sources.toml"
    path.write_text(content, encoding="utf-8")
    return load_registry(path)


def test_an_entry_is_read(tmp_path: Path) -> None:
    registry = load(tmp_path, toml(SOURCE, FILE))
    source = registry.source("invented")
    assert (source.folder, source.weight, source.optional) == ("invented", 1.0, False)
    assert source.files[0].url == "https://example.org/a.csv"
    assert registry.weights() == {"invented": 1.0}


def test_a_file_from_the_history_has_no_url(tmp_path: Path) -> None:
    file = {key: value for key, value in FILE.items() if key != "url"}
    assert load(tmp_path, toml(SOURCE, file)).source("invented").files[0].url is None


def test_roles(tmp_path: Path) -> None:
    local = {**SOURCE, "key": '"kept"', "role": '"local"', "weights_may_ship": "false"}
    registry = load(tmp_path, toml(SOURCE, FILE) + toml(local, FILE))
    assert [source.key for source in registry.with_role(LOCAL)] == ["kept"]
    assert [source.key for source in registry.with_role(TRAIN)] == ["invented"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"role": '"train", colour = "red"'}, "cannot be read"),
        (
            {"colour": '"red"'},
            r"source 1 \(invented\): unknown keys \['colour'\]; keys: key, title",
        ),
        ({"weight": '"much"'}, "weight must be float, it is 'much'"),
        ({"weight": "true"}, "weight must be float, it is True"),
        ({"weights_may_ship": "1"}, "weights_may_ship must be bool, it is 1"),
        ({"domain": '"radio"'}, "domain 'radio' is none of news, wiki"),
        ({"role": '"lexicon"'}, "role 'lexicon' is none of train, benchmark, local"),
        ({"reader": '"nobody"'}, "reader 'nobody' is none of"),
        ({"key": '"Upper Case"'}, "key must be lower-case words"),
        ({"folder": '"../elsewhere"'}, "folder must be lower-case words"),
        (
            {"weight": "0.0"},
            "weight is 0.0; it must be 0 for the roles benchmark, judge, else above 0",
        ),
        ({"weight": "nan"}, "weight is nan"),
        ({"role": '"benchmark"'}, "weight is 1.0; it must be 0 for the roles benchmark"),
        ({"weights_may_ship": "false"}, "weights_may_ship is false, so the role must be local"),
        ({"optional": "true"}, "an optional source has accepts and no files"),
        ({"accepts": '["a.csv"]'}, "an optional source has accepts and no files"),
    ],
)
def test_a_wrong_source_is_refused(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(RegistryError, match=message):
        load(tmp_path, toml({**SOURCE, **change}, FILE))


@pytest.mark.parametrize("key", sorted(SOURCE))
def test_every_key_is_needed(tmp_path: Path, key: str) -> None:
    source = {name: value for name, value in SOURCE.items() if name != key}
    with pytest.raises(RegistryError, match=f"missing keys .*'{key}'"):
        load(tmp_path, toml(source, FILE))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": '"../a.csv"'}, "name must be a plain file name"),
        ({"name": '".hidden"'}, "name must be a plain file name"),
        ({"sha256": '"ABC"'}, "sha256 must be 64 lower-case hexadecimal digits"),
        ({"bytes": "0"}, "bytes must be above 0, it is 0"),
        ({"bytes": '"many"'}, "bytes must be int, it is 'many'"),
        ({"url": '"http://example.org/a.csv"'}, "url must begin with https://"),
        ({"colour": '"red"'}, "file a.csv: unknown keys"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(RegistryError, match=message):
        load(tmp_path, toml(SOURCE, {**FILE, **change}))


def test_a_key_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="two sources have the key 'invented'"):
        load(tmp_path, toml(SOURCE, FILE) * 2)


def test_a_shared_file_has_one_checksum(tmp_path: Path) -> None:
    other = {**SOURCE, "key": '"other"', "folder": '"invented"'}
    changed = {**FILE, "sha256": f'"{"1" * 64}"'}
    with pytest.raises(RegistryError, match=r"invented/a\.csv has two checksums"):
        load(tmp_path, toml(SOURCE, FILE) + toml(other, changed))


@pytest.mark.parametrize(
    "content", ["", "source = 1\n", "colour = 1\n" + toml(SOURCE, FILE), "not toml"]
)
def test_another_document_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(RegistryError, match=r"sources\.toml"):
        load(tmp_path, content)


def test_a_missing_registry_and_an_unknown_source_are_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="cannot be read"):
        load_registry(tmp_path / "none.toml")
    with pytest.raises(RegistryError, match="no source 'other'; sources: invented"):
        load(tmp_path, toml(SOURCE, FILE)).source("other")


def test_the_registry_of_the_project() -> None:
    registry = load_registry(REPOSITORY / "data" / "sources.toml")
    assert {source.reader for source in registry.sources} == set(READERS)
    assert registry.source("civil-comments").accepts == CIVIL_NAMES
    assert registry.source("jigsaw-2018").accepts == JIGSAW_2018_NAMES
    assert {source.weight for source in registry.with_role(BENCHMARK)} == {0.0}
    assert all(source.weights_may_ship for source in registry.with_role(TRAIN))
    assert [source.key for source in registry.with_role(LOCAL)] == ["olid"]
