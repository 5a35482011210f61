"""Every source of the registry, as it really is, against the figures its documentation gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.sources.fetch import READY, source_status
from training.sources.load import LoadedSources, load_sources
from training.sources.registry import BENCHMARK, JUDGE, LOCAL, TRAIN, Registry, load_registry
from training.sources.table import validate_table

REPOSITORY = Path(__file__).parents[3]
MIRROR = REPOSITORY.parent / "shared" / "datasets"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not MIRROR.is_dir(), reason="there is no mirror beside the project"),
]

# rows and rejected rows of the whole set, its official test part included
FIGURES = {
    ("civil-toxicspans", "civil-toxicspans-test"): (16100, 12587),
    ("civil-aayan",): (14531, 4531),
    ("civil-houma",): (8779, 4354),
    ("jigsaw-furkan",): (9453, 4586),
    ("jigsaw-hieu2000",): (2000, 514),
    ("jigsaw-khanhhk20k",): (20000, 1947),
    ("jigsaw-houma",): (4197, 961),
    ("jigsaw-ak5000",): (5000, 650),
    ("jigsaw-ippd",): (931, 931),
    ("youtube-spam-uci",): (1956, 1005),
    ("sms-spam",): (5572, 747),
    ("edos", "edos-test"): (20000, 4854),
    ("hatexplain-magpie",): (18962, 11253),
    ("mhs-ken20", "mhs-test"): (23192, 11596),
    ("hatemoji", "hatemoji-check"): (9842, 5619),
    ("gabhate",): (5163, 644),
    ("davidson",): (24783, 20620),
    ("jigsaw-pc2",): (184347, 36845),
    ("jigsaw-sentences",): (33296, 16648),
    ("sbic",): (9357, 4738),
    ("dynahate-dyn21",): (41111, 22154),
    ("paradetox",): (23854, 11927),
    ("olid", "olid-test"): (14100, 4640),
    ("hatecheck",): (3728, 2728),
    ("madlibs",): (76564, 38282),
    ("wiki-nonfuzzed",): (1492, 248),
    ("wiki-perspective2k",): (2000, 0),
    ("civil-marco",): (7777, 0),
    ("reddit-worldnews",): (31396, 0),
    ("reddit-moderated",): (2000, 0),
    ("youtube-news-gulf",): (646, 0),
    ("youtube-news-mixed",): (3238, 0),
    ("youtube-news-ukraine",): (8203, 0),
    # documented: about 1,040 by the reading that the reader follows
    ("c3",): (12000, 1040),
    # documented: 1,680 prompts
    ("openai-moderation",): (1680, 522),
    # documented: 717 by half of the annotators; the reader asks for more than half
    ("convabuse",): (4185, 578),
    # documented: 742 lines of labels; the reader puts the lines of one post together
    ("misogyny-reddit",): (6555, 551),
}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(REPOSITORY / "data" / "sources.toml")


@pytest.fixture(scope="module")
def loaded(registry: Registry) -> LoadedSources:
    return load_sources(registry, MIRROR, (TRAIN, LOCAL, BENCHMARK, JUDGE))


def test_every_source_is_read(registry: Registry, loaded: LoadedSources) -> None:
    expected = [source.key for source in registry.sources if not source.optional]
    assert list(loaded.tables) == expected
    for key, table in loaded.tables.items():
        validate_table(table)
        assert set(table["source"]) == {key}


def test_every_source_has_figures(loaded: LoadedSources) -> None:
    assert {key for keys in FIGURES for key in keys} == set(loaded.tables)


@pytest.mark.parametrize("keys", FIGURES, ids=lambda keys: keys[0])
def test_rows_and_rejections(loaded: LoadedSources, keys: tuple[str, ...]) -> None:
    rows, rejected = FIGURES[keys]
    tables = [loaded.tables[key] for key in keys]
    assert sum(len(table) for table in tables) == pytest.approx(rows, rel=0.05)
    found = sum(int((table["reject"] == 1).sum()) for table in tables)
    assert found == pytest.approx(rejected, rel=0.05)


def test_raw_text_is_recovered(loaded: LoadedSources) -> None:
    # 1,152 rows are documented, and about one in ten has no capital letter to be seen by
    texts = loaded.tables["jigsaw-furkan"]["text"]
    assert int((texts != texts.str.lower()).sum()) == pytest.approx(1050, rel=0.05)


def test_no_row_of_a_test_part_is_trained_on(loaded: LoadedSources) -> None:
    for train, test in (("civil-toxicspans", "civil-toxicspans-test"), ("edos", "edos-test")):
        train_ids, test_ids = (set(loaded.tables[key]["row_id"]) for key in (train, test))
        assert not train_ids & test_ids


def test_optional_sources_are_noted(registry: Registry, loaded: LoadedSources) -> None:
    optional = [source for source in registry.sources if source.optional]
    assert [source_status(source, MIRROR).state for source in optional] != [READY, READY]
    skipped = [note.key for note in loaded.notes if note.skipped]
    assert skipped == [source.key for source in optional]
