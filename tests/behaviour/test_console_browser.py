"""The console in a real browser, against the real process: each task as a moderator does it."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.behaviour.browsing import CHROMIUM, browsing
from tests.behaviour.running import Service, publish_tiny_model

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
KEY = "admin-key-of-this-test"
DESK = "desk-key-of-this-test-0"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that nothing may go wrong on: no error of a script, nothing that CSP forbids."""
    context = browser.new_context(accept_downloads=True)
    found = context.new_page()
    wrong: list[str] = []
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on(
        "console",
        lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield found
    context.close()
    assert not wrong


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "feedback.db"


@pytest.fixture
def service(start: Callable[..., Service], database: Path) -> Service:
    service = start(MODERATION_FEEDBACK_DATABASE=f"sqlite:///{database}")
    service.wait_ready()
    return service


def open_console(page: Page, service: Service, comments: str = "") -> None:
    page.goto(f"http://127.0.0.1:{service.port}/console")
    expect(page.locator("#status")).to_have_text("3 comments judged")
    if comments:
        page.locator("#comments").fill(comments)
        page.get_by_role("button", name="Judge").click()
        number = len(comments.splitlines())
        expect(page.locator("#status")).to_have_text(f"{number} comments judged")


def kept(database: Path) -> list[tuple[str, str, str]]:
    with sqlite3.connect(database) as connection:
        found = connection.execute("SELECT text, decision, categories FROM feedback ORDER BY id")
        rows = found.fetchall()
    connection.close()
    return rows


def test_it_judges_its_example(page: Page, service: Service) -> None:
    open_console(page, service)
    assert page.locator("#results > li").count() == 3
    assert page.locator("#results meter").count() == 3 * 11
    assert page.locator("#policy option[value=assist]").count() == 1


def test_a_rejection_shows_its_words_and_its_reason(page: Page, service: Service) -> None:
    open_console(page, service, "you are an idiot\nthank you for a clear and honest article")
    first, second = page.locator("#results > li").all()
    expect(first.locator(".verdict strong")).to_have_text("reject")
    expect(first.locator(".verdict")).to_contain_text("because of")
    assert first.locator("mark").count() > 0
    expect(second.locator(".verdict strong")).to_have_text("approve")
    assert second.locator("mark").count() == 0


def test_a_comment_is_shown_and_not_run(page: Page, service: Service) -> None:
    text = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    open_console(page, service, text)
    expect(page.locator("#results .text")).to_have_text(text)
    assert page.locator("#results img, #results script").count() == 0


def test_a_threshold_shows_what_it_would_change_and_is_saved_as_house_rules(
    page: Page, service: Service, tmp_path: Path
) -> None:
    open_console(page, service, "you are an idiot\nthank you for a clear and honest article")
    page.get_by_text("Thresholds: what would change").click()
    expect(page.locator("#effect")).to_contain_text("reject 1 → 1")
    page.locator("#threshold-personal_attack").fill("1")
    expect(page.locator("#effect")).to_contain_text("reject 1 → 0, review 0 → 1, approve 1 → 1")
    expect(page.locator("#results .would").first).to_have_text("would be: review")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save rules.toml").click()
    rules = tmp_path / "rules.toml"
    download.value.save_as(rules)
    told = tomllib.loads(rules.read_text(encoding="utf-8"))
    assert told == {"presets": {"assist": {"categories": {"personal_attack": 1.0}}}}


def test_what_the_page_foretells_is_what_the_rules_do(
    page: Page, service: Service, start: Callable[..., Service], tmp_path: Path
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("[presets.assist.categories]\npersonal_attack = 1.0\n", encoding="utf-8")
    ruled = start(MODERATION_RULES=str(rules))
    ruled.wait_ready()
    _, answer = ruled.classify(b'{"text": "you are an idiot"}')
    open_console(page, service, "you are an idiot")
    page.get_by_text("Thresholds: what would change").click()
    page.locator("#threshold-personal_attack").fill("1")
    foretold = page.locator("#results .would").inner_text()
    assert foretold == f"would be: {answer['results'][0]['decision']}"


def test_a_file_is_judged_and_saved(page: Page, service: Service, tmp_path: Path) -> None:
    lines = [f'{n},"you are an idiot, ""really"" {n}"' for n in range(250)]
    source = tmp_path / "comments.csv"
    source.write_text("id,comment\n" + "\n".join(lines) + '\nx,"=1+1"\ny,\n', encoding="utf-8")
    open_console(page, service)
    page.get_by_text("A file of comments").click()
    with page.expect_download() as download:
        page.locator("#file").set_input_files(source)
    assert download.value.suggested_filename == "comments-judged.csv"
    judged = tmp_path / "judged.csv"
    download.value.save_as(judged)
    rows = judged.read_bytes().decode().split("\r\n")
    assert rows[0] == "id,comment,decision,reject_probability,reasons,review_reason"
    assert rows[1].startswith('0,"you are an idiot, ""really"" 0",reject,')
    assert rows[251].startswith("x,'=1+1,")
    assert rows[252].startswith("y,,not judged: empty_text")
    assert len(rows) == 254


def test_a_file_without_comments_is_refused_with_a_reason(
    page: Page, service: Service, tmp_path: Path
) -> None:
    source = tmp_path / "other.csv"
    source.write_text("id,price\n1,2\n", encoding="utf-8")
    open_console(page, service)
    page.get_by_text("A file of comments").click()
    page.locator("#file").set_input_files(source)
    expect(page.locator("#status")).to_contain_text("no column is named text, comment")


def test_a_queue_is_worked_with_the_keyboard_alone(
    page: Page, service: Service, database: Path
) -> None:
    open_console(page, service, "\n".join(f"you are an idiot {n}" for n in range(200)))
    page.locator("#results > li").first.focus()
    page.keyboard.press("r")
    expect(page.locator("#results > li").nth(1)).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#results > li").nth(2)).to_be_focused()
    page.keyboard.press("u")  # no moderator's last decision is kept before it may be taken back
    expect(page.locator("#status")).to_contain_text("taken back")
    expect(page.locator("#results > li").nth(1)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("r")
    expect(page.locator("#status")).to_have_text("reject: kept", timeout=10_000)
    rows = kept(database)
    assert [(text, decision) for text, decision, _ in rows] == [
        ("you are an idiot 0", "reject"),
        ("you are an idiot 1", "reject"),
    ]
    assert json.loads(rows[0][2]) == ["personal_attack"]


def test_nothing_is_stored_before_a_moderator_decides(
    page: Page, service: Service, database: Path
) -> None:
    open_console(page, service, "you are an idiot")
    assert kept(database) == []


def test_a_decision_is_kept_when_the_page_is_left_at_once(
    page: Page, service: Service, database: Path
) -> None:
    open_console(page, service, "you are an idiot")
    page.locator("#results > li").first.get_by_role("button", name="Reject").click()
    expect(page.locator("#status")).to_contain_text("takes it back")
    page.goto("about:blank")
    deadline = time.monotonic() + 10
    while not kept(database) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [decision for _, decision, _ in kept(database)] == ["reject"]


def test_without_a_store_a_decision_is_not_taken_for_kept(
    page: Page, start: Callable[..., Service]
) -> None:
    service = start()
    service.wait_ready()
    open_console(page, service)
    page.locator("#results > li").first.get_by_role("button", name="Approve").click()
    expect(page.locator("#status")).to_contain_text("MODERATION_FEEDBACK_DATABASE", timeout=10_000)
    assert page.locator("li[data-moderated]").count() == 0


def test_a_key_is_asked_for_and_another_model_taken(
    page: Page, start: Callable[..., Service], tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"desk classify+feedback {DESK}\noperator classify+admin {KEY}\n")
    service = start(MODERATION_API_KEYS_FILE=str(keys))
    service.wait_ready()
    first = (service.models / "CURRENT").read_text().strip()
    second = publish_tiny_model(service.models, second=True)
    page.goto(f"http://127.0.0.1:{service.port}/console")
    expect(page.locator("#key")).to_be_visible()
    assert page.locator("#results > li").count() == 0

    page.locator("#key").fill(DESK)
    page.get_by_role("button", name="Judge").click()
    expect(page.locator("#status")).to_have_text("3 comments judged")
    page.locator("#models summary").click()
    expect(page.locator("#status")).to_contain_text("scope admin")

    page.locator("#key").fill(KEY)
    page.locator("#models summary").click()
    page.locator("#models summary").click()
    expect(page.locator("#versions > li")).to_have_count(2)
    page.get_by_role("button", name=f"Use {first}").click()
    expect(page.locator("#status")).to_contain_text(f"{first} is taken within")
    expect(page.locator("#versions > li", has_text=first)).to_contain_text("in use")
    page.get_by_role("button", name="Take the one before").click()
    expect(page.locator("#versions > li", has_text=second)).to_contain_text("in use")


def test_a_service_that_was_away_is_asked_again(page: Page, service: Service) -> None:
    open_console(page, service)
    service.process.terminate()
    service.process.wait(30)
    page.get_by_role("button", name="Judge").click()
    expect(page.locator("#status")).not_to_have_text("3 comments judged")
    service.begin()
    service.wait_ready()
    page.get_by_role("button", name="Judge").click()
    expect(page.locator("#status")).to_have_text("3 comments judged")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_keeps_a_screen_reader_out(
    page: Page, service: Service, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_console(page, service, "you are an idiot\nthank you\nשלום وسهلا")
    for summary in page.locator("summary").all():
        summary.click()
    found = Axe().run(page).response["violations"]
    serious = [(one["id"], one["nodes"][0]["target"]) for one in found
               if one["impact"] in ("serious", "critical")]  # fmt: skip
    assert serious == []


def test_it_fits_a_narrow_screen_and_reads_from_the_right(page: Page, service: Service) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    open_console(page, service, "هذا المقال متحيز\nthank you")
    page.get_by_text("Thresholds: what would change").click()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    direction = "e => getComputedStyle(e).direction"
    assert page.locator("#results .text").first.evaluate(direction) == "rtl"
    assert page.locator("#results .text").last.evaluate(direction) == "ltr"


def test_a_route_is_tried_on_the_page_of_documentation(page: Page, service: Service) -> None:
    page.goto(f"http://127.0.0.1:{service.port}/docs")
    box = page.locator('form[data-path="/classify"]')
    box.get_by_role("button").click()
    expect(box.locator("pre")).to_contain_text('"decision": "reject"')
    box.locator("textarea").fill("{")
    box.get_by_role("button").click()
    expect(box.locator("pre")).to_contain_text('"code": "invalid_json"')
    plain = page.locator('form[data-path="/metrics"]')
    plain.get_by_role("button").click()
    expect(plain.locator("pre")).to_contain_text("moderation_requests_total")


def test_what_is_asked_stays_on_the_machine(page: Page, service: Service) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_console(page, service)
    time.sleep(0.2)
    here = rf"http://127\.0\.0\.1:{service.port}/"
    assert asked
    assert all(re.match(here, url) for url in asked)
