"""What users meet is written where they look."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from service.http.problems import CODES, ITEM_CODES
from service.settings_table import SETTINGS

ROOT = Path(__file__).parents[1]
FRONT_LINES = 230
CONTRACT = ROOT / "tests" / "service" / "openapi.json"
USER_PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
README = "\n".join(page.read_text(encoding="utf-8") for page in USER_PAGES)
"""The README and the pages that it leads to."""
TARGETS = re.findall(
    r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
)


@pytest.mark.parametrize("target", TARGETS)
def test_make_target_is_in_the_documents(target: str) -> None:
    assert f"`make {target}`" in README or f"make {target}\n" in README


def test_make_targets_named_in_the_documents_exist() -> None:
    named = set(re.findall(r"(?:`|\n)make ([a-z-]+)", README))
    assert named <= set(TARGETS), named - set(TARGETS)


@pytest.mark.parametrize("setting", [s.name for s in SETTINGS])
def test_environment_variable_is_in_the_documents(setting: str) -> None:
    assert f"`{setting}`" in README


@pytest.mark.parametrize("code", [c.code for c in (*CODES, *ITEM_CODES)])
def test_error_code_is_in_the_documents(code: str) -> None:
    assert f"`{code}`" in README


def test_every_route_is_in_the_table_of_routes() -> None:
    document = json.loads(CONTRACT.read_text(encoding="utf-8"))
    lines = [line for line in README.splitlines() if line.startswith(("| `GET ", "| `POST "))]
    table = "\n".join(lines)
    for path in document["paths"]:
        # of routes that share a path, such as Akismet's, the last part names the others
        name = path.rpartition("/")[2]
        assert f" {path}`" in table or f"`{name}`" in table, path


def test_links_in_documents_lead_somewhere() -> None:
    named = (*USER_PAGES, ROOT / "CONTRIBUTING.md", ROOT / "data" / "README.md")
    for document in (*named, *(ROOT / "docs" / "data").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_front_page_is_short_and_leads_to_the_rest() -> None:
    front = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](docs/README.md)" in front
    assert len(front.splitlines()) < FRONT_LINES


def test_no_recipe_holds_logic() -> None:
    recipes = re.findall(r"^\t(.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert all(not recipe.startswith(("if ", "case ")) for recipe in recipes)


def test_changelog_names_the_version_of_the_package() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert version
    assert newest
    assert newest.group(1) == version.group(1)


def test_the_index_of_documents_is_whole() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for document in (*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "data").glob("*.md")):
        place = document.relative_to(ROOT / "docs").as_posix()
        assert place == "README.md" or f"({place})" in index, place
    for target in re.findall(r"\]\(([^)#:]+)\)", index):
        assert (ROOT / "docs" / target).exists(), target
