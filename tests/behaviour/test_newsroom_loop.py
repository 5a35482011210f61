"""A newsroom's whole loop from a bare environment, from the wheel to a roll-back.

`pytest -s` shows how long each step takes; the README quotes it.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.behaviour.running import START_SECONDS, free_port, status_of, wait_until
from training.own_labels.written import read_written
from training.sources.labels import REJECT, YES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DECISIONS = 5000
RULES = """[[words]]
name = "the harbour trial"
decision = "review"
phrases = ["harbour trial"]
"""


class Newsroom:
    """An environment that holds the wheel, a folder to work in, and a service that runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder / "environment" / "bin"
        self.port = free_port()
        self.seconds: dict[str, float] = {}
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "MODERATION_CACHE": str(folder / "cache"),
            "MODERATION_PORT": str(self.port),
            "MODERATION_RULES": str(folder / "rules.toml"),
            "HOME": str(folder),
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
        }

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[step] = time.monotonic() - started

    def install(self) -> None:
        build = [
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(self.folder),
            str(ROOT),
        ]
        subprocess.run([sys.executable, *build], check=True, capture_output=True)
        (wheel,) = self.folder.glob("*.whl")
        venv.create(self.folder / "environment", with_pip=True)
        install = [self.programs / "python", "-m", "pip", "install", "-q", f"{wheel}[serve,train]"]
        subprocess.run([str(word) for word in install], check=True, capture_output=True)

    def command(self, *words: str) -> str:
        ran = subprocess.run(
            [str(self.programs / "comment-moderation"), *words],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr[-2000:]
        return ran.stdout

    def get(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def serves(self, model: str) -> bool:
        """Whether this model answers; False while nobody does."""
        return status_of(self.port) == 200 and bool(self.get("/readyz")["model"] == model)


def write_export(path: Path) -> None:
    """Past decisions as a WordPress plugin exports them, the comments this project's own."""
    rows = read_written(ROOT / "data" / "written").sample(DECISIONS, random_state=1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["comment_ID", "comment_content", "comment_approved", "comment_date"])
        for number, (text, label) in enumerate(zip(rows["text"], rows[REJECT], strict=True)):
            status = "trash" if label == YES else "1"
            minute = f"2026-10-{1 + number // 200:02} {number // 60 % 24:02}:{number % 60:02}:00"
            writer.writerow([number, text, status, minute])


def test_the_whole_loop(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path)
    for part in ("data/written", "data/lists", "data/splits", "data/annotations"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "data" / "sources.toml", tmp_path / "data")
    shutil.copytree(ROOT / "models", tmp_path / "models")
    for local in (tmp_path / "models").glob("*.local"):
        local.unlink()
    (tmp_path / "rules.toml").write_text("")
    write_export(tmp_path / "decisions.csv")

    with newsroom.timed("pip install of the wheel with serve and train"):
        newsroom.install()
    service = subprocess.Popen(
        [str(newsroom.programs / "comment-moderation"), "serve"],
        cwd=tmp_path, env=newsroom.environment, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with newsroom.timed("serve, first start"):
            wait_until(lambda: status_of(newsroom.port) == 200, START_SECONDS, process=service)
        shipped = newsroom.get("/readyz")["model"]

        with newsroom.timed("import of 5,000 decisions"):
            told = newsroom.command("import", "decisions.csv")
        assert f"{DECISIONS:,} decisions:" in told

        with newsroom.timed("train on them and the written comments"):
            told = newsroom.command("train", "--no-publish")
        assert "decisions, which no model was trained on" in told
        assert newsroom.get("/readyz")["model"] == shipped
        with newsroom.timed("models list"):
            new = newsroom.command("models", "list").split()[0]
        assert new != shipped

        with newsroom.timed("models compare"):
            assert "comments changed sides" in newsroom.command("models", "compare", shipped, new)
        with newsroom.timed("models use"):
            newsroom.command("models", "use", new)
        with newsroom.timed("until the service follows"):
            wait_until(lambda: newsroom.serves(new))

        (tmp_path / "rules.toml").write_text(RULES)
        with newsroom.timed("rules"):
            newsroom.command("rules", "rules.toml")
        comment = {"text": "What a day at the harbour trial."}

        def decided() -> Any:
            return newsroom.get("/classify", comment)["results"][0]["decided_by"]

        wait_until(lambda: bool(decided() == {"by": "rule", "rule": "the harbour trial"}))

        with newsroom.timed("models rollback"):
            newsroom.command("models", "rollback")
        wait_until(lambda: newsroom.serves(shipped))
        assert decided()["by"] == "rule"
    finally:
        service.terminate()
        service.wait(40)
    for step, seconds in newsroom.seconds.items():
        sys.stdout.write(f"{step}: {seconds:.1f} s\n")
    assert newsroom.seconds["models list"] < 1
    assert newsroom.seconds["models use"] < 1
