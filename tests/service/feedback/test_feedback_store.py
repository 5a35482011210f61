"""The store, on each engine that newsrooms run: SQLite, and PostgreSQL where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from scoring.guidelines import CATEGORIES
from service.errors import SettingsError
from service.feedback import __main__ as command
from service.feedback.decision import Feedback
from service.feedback.shadow import ShadowJudgement
from service.feedback.store import UNAVAILABLE, FeedbackStore
from service.feedback.tables import FEEDBACK, METADATA
from training.__main__ import main as training_main
from training.own_decisions.store import read_decisions

PORT = 54329


def postgresql_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class PostgreSQL:
    """A server that can be stopped and started again."""

    url = f"postgresql+psycopg://postgres@127.0.0.1:{PORT}/postgres"

    def __init__(self, programs: Path, folder: Path, as_user: list[str]) -> None:
        self._control = [*as_user, str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w"]
        self._folder = folder

    def start(self) -> None:
        options = f"-p {PORT} -k {self._folder} -c listen_addresses=127.0.0.1"
        self._run("-o", options, "-l", str(self._folder / "log"), "start")

    def stop(self) -> None:
        self._run("-m", "fast", "stop")

    def _run(self, *words: str) -> None:
        command = [*self._control, *words]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """A server of the system's package, started for these tests; it does not run as root."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = tmp_path_factory.mktemp("postgresql")
    as_user: list[str] = []
    if os.geteuid() == 0:
        for path in (folder, *folder.parents[:2]):
            path.chmod(0o755)
        shutil.chown(folder, "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    initdb = [*as_user, str(programs / "initdb"), "-D", str(folder / "data")]
    subprocess.run(
        [*initdb, "-A", "trust", "-U", "postgres"], check=True, capture_output=True, cwd=folder
    )
    server = PostgreSQL(programs, folder, as_user)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgresql(server: PostgreSQL) -> str:
    return server.url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'feedback.db'}"
    found: str = request.getfixturevalue("postgresql")
    return found


@pytest.fixture
def store(url: str) -> Iterator[FeedbackStore]:
    store = FeedbackStore(url)
    store.prepare()
    store.delete(older_than=timedelta(days=-1))
    yield store
    store.close()


def item(text: str = "a", **more: str) -> Feedback:
    return Feedback(text, "reject", ("threat",), **more)


def test_what_was_added_is_exported_in_order(store: FeedbackStore) -> None:
    assert store.add([item("a"), item("b", comment_id="7"), Feedback("ß 😀", "approve")]) == 3
    rows = list(store.export())
    assert [row["text"] for row in rows] == ["a", "b", "ß 😀"]
    assert [row["categories"] for row in rows] == [["threat"], ["threat"], []]
    assert rows[1]["comment_id"] == "7"


def test_an_idempotency_key_counts_once(store: FeedbackStore) -> None:
    assert store.add([item(idempotency_key="k"), item("b", idempotency_key="k")]) == 1
    assert store.add([item("c", idempotency_key="k")]) == 0
    assert [row["text"] for row in store.export()] == ["a"]


@pytest.mark.slow
def test_a_server_that_was_away_takes_feedback_again(server: PostgreSQL) -> None:
    store = FeedbackStore(server.url)
    store.prepare()
    store.delete(older_than=timedelta(days=-1))
    store.add([item("before")])
    server.stop()
    try:
        with pytest.raises(UNAVAILABLE):
            store.add([item("lost, and said so")])
    finally:
        server.start()
    assert store.add([item("after")]) == 1
    assert [row["text"] for row in store.export()] == ["before", "after"]
    store.close()


def test_deleting_by_comment_author_and_age(store: FeedbackStore) -> None:
    store.add([item("a", comment_id="1"), item("b", author="x"), item("c")])
    assert store.delete() == 0
    assert store.delete(comment_id="1", author="x") == 2
    assert store.delete(older_than=timedelta(days=1)) == 0
    assert store.delete(older_than=timedelta(days=-1)) == 1
    assert list(store.export()) == []


def test_several_writers_lose_nothing(store: FeedbackStore, url: str) -> None:
    def write(number: int) -> None:
        other = FeedbackStore(url)
        for n in range(20):
            other.add([item(f"{number} {n}")])
        other.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(list(store.export())) == 80


@pytest.mark.parametrize("wrong", ["feedback.db", "nosuch://x", "mysql+nothing://x"])
def test_a_url_that_cannot_be_used_is_told_without_it(wrong: str) -> None:
    with pytest.raises(SettingsError, match="MODERATION_FEEDBACK_DATABASE") as told:
        FeedbackStore(wrong)
    assert wrong not in str(told.value)


def test_training_reads_the_export_as_imported_decisions(
    store: FeedbackStore, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.add([item("a b c"), Feedback("d e f", "approve")])
    assert command.main(["--database", url, "export"]) == 0
    path = tmp_path / "feedback.jsonl"
    path.write_text(capsys.readouterr().out)
    assert training_main(["--data", str(tmp_path / "data"), "import", str(path)]) == 0
    found = {one.text: one for one in read_decisions(tmp_path / "data" / "own")}
    assert (found["a b c"].decision, found["a b c"].categories) == ("reject", ("threat",))
    assert found["d e f"].decided_at


def test_the_command_deletes_and_measures(
    store: FeedbackStore, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store.add([Feedback("You are an idiot.", "reject", ("personal_attack",), comment_id="1")])
    assert command.main(["--database", url, "agreement"]) == 0
    told = capsys.readouterr().out
    assert "moderator reject, model reject: 1" in told
    assert "personal_attack: named by moderators 1, by the model too 1" in told
    assert command.main(["--database", url, "delete", "--comment", "1"]) == 0
    assert capsys.readouterr().out == "1 deleted\n"
    assert json.dumps(list(store.export())) == "[]"


def test_the_command_needs_a_database(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MODERATION_FEEDBACK_DATABASE", raising=False)
    assert command.main(["export"]) == 1
    assert "MODERATION_FEEDBACK_DATABASE is not set" in capsys.readouterr().err


@pytest.mark.usefixtures("store")
def test_migrations_make_the_tables_that_the_code_names(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_a_database_made_before_migrations_is_brought_along(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = sa.create_engine(url)
    METADATA.create_all(engine, tables=[FEEDBACK])
    engine.dispose()
    store = FeedbackStore(url)
    store.add([item("kept", comment_id="1")])
    store.add_judgements([judged("1")])
    assert [row["text"] for row in store.export()] == ["kept"]
    assert len(store.judged_and_decided()) == 1
    store.close()


def test_a_decision_before_the_start_has_prepared_the_database(url: str) -> None:
    store = FeedbackStore(url)
    key = f"early {url}"
    assert store.add([item(idempotency_key=key)]) + store.add([item(idempotency_key=key)]) == 1
    store.close()


def test_several_workers_prepare_one_database(url: str) -> None:
    stores = [FeedbackStore(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(FeedbackStore.prepare, stores))
    for one in stores:
        one.close()


@pytest.mark.slow
def test_a_worker_waits_for_another_that_migrates_slowly(tmp_path: Path) -> None:
    path = tmp_path / "feedback.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    done = threading.Timer(6.0, other.execute, ["COMMIT"])
    done.start()
    store = FeedbackStore(f"sqlite:///{path}")
    store.prepare()
    store.close()
    done.join()
    other.close()


def judged(name: str, probability: float = 0.9) -> ShadowJudgement:
    return ShadowJudgement(name, "v1", True, probability, (probability,) * len(CATEGORIES))


def test_the_latest_judgement_meets_the_latest_decision(store: FeedbackStore) -> None:
    store.add_judgements([judged("1", 0.2), judged("1", 0.9), judged("2")])
    store.add([item("a", comment_id="1"), Feedback("a", "approve", comment_id="1"), item("b")])
    ((judgement, decision, _),) = store.judged_and_decided()
    assert (judgement.reject_probability, decision) == (0.9, "approve")
    store.delete(comment_id="1")
    store.add([item("a", comment_id="1")])
    assert store.judged_and_decided() == []


def test_the_report_of_shadow_mode(
    store: FeedbackStore, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--database", url, "shadow"]) == 0
    assert "no comment yet" in capsys.readouterr().out
    store.add_judgements([judged("1", 0.99), judged("2", 0.01), judged("3", 0.99)])
    store.add([
        item("a", comment_id="1"), item("b", comment_id="2"),
        Feedback("c", "approve", comment_id="3"),
    ])  # fmt: skip
    assert command.main(["--database", url, "shadow"]) == 0
    told = capsys.readouterr().out
    assert "3 comments from" in told
    assert (
        "assist: rejected 1 rightly and 1 that moderators approved, let 1 pass that they rejected, "
        "and given a person 0" in told
    )
