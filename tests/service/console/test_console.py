"""The console's page: whole, from this service alone, and in use of what the contract says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from service.console.files import PATHS
from tests.behaviour.picture import MADE_OF, PICTURE, parts
from tests.behaviour.running import ROOT


@pytest.mark.parametrize("path", PATHS)
def test_each_file_is_answered_without_a_key(
    make_client: Any, publish_model: Any, path: str
) -> None:
    publish_model()
    client = make_client(API_KEYS="k" * 16)
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == PATHS[path][1]
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_root_points_to_it(client: Any) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")


def test_nothing_comes_from_elsewhere_and_nothing_is_inline(client: Any) -> None:
    page = client.get("/console").text
    every = page + client.get("/console/console.js").text + client.get("/console/console.css").text
    assert not re.search(r"https?://|@import|url\(", every)
    assert not re.search(r"<script>|<style|\son\w+=|\sstyle=", page)
    for path in re.findall(r'(?:href|src)="(/[^"]*)"', page):
        assert client.get(path).status_code == 200


def test_the_script_sets_text_and_never_markup(client: Any) -> None:
    """A comment is shown, not run."""
    for path in PATHS:
        content = client.get(path).text
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", content
        )


def test_what_goes_wrong_is_said_in_one_place(client: Any) -> None:
    scripts = [client.get(path).text for path in PATHS if path.endswith(".js")]
    assert sum(script.count("say(error.message)") for script in scripts) == 1


def test_every_label_names_a_field(client: Any) -> None:
    page = client.get("/console").text
    for name in re.findall(r'<label for="(\w+)"', page):
        assert re.search(rf'<(?:textarea|select|input) id="{name}"', page)


def test_the_picture_in_the_readme_shows_this_console_and_this_model() -> None:
    made_of = json.loads(MADE_OF.read_text(encoding="utf-8"))
    assert made_of == parts(), "make picture"
    assert PICTURE.stat().st_size > 10_000
    assert "](docs/console.png)" in (ROOT / "README.md").read_text(encoding="utf-8")
