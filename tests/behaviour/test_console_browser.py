"""The console in a real browser, against the real process: each task as a moderator does it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.behaviour.browsing import CHROMIUM, open_console
from tests.behaviour.running import Service, publish_tiny_model

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
KEY = "admin-key-of-this-test"
DESK = "desk-key-of-this-test-0"


def test_it_judges_its_example(page: Page, keeping: Service) -> None:
    open_console(page, keeping)
    assert page.locator("#results > li").count() == 3
    page.locator("#results summary").first.click()
    expect(page.locator("#results meter")).to_have_count(11)
    assert page.locator("#policy option[value=assist]").count() == 1


def test_a_rejection_shows_its_words_and_its_reason(page: Page, keeping: Service) -> None:
    open_console(page, keeping, "you are an idiot\nthank you for a clear and honest article")
    first, second = page.locator("#results > li").all()
    expect(first.locator(".verdict strong")).to_have_text("reject")
    expect(first.locator(".verdict")).to_contain_text("because of")
    assert first.locator("mark").count() > 0
    expect(second.locator(".verdict strong")).to_have_text("approve")
    assert second.locator("mark").count() == 0


def test_a_comment_is_shown_and_not_run(page: Page, keeping: Service) -> None:
    text = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    open_console(page, keeping, text)
    expect(page.locator("#results .text")).to_have_text(text)
    assert page.locator("#results img, #results script").count() == 0


def test_a_file_is_judged_and_saved(page: Page, keeping: Service, tmp_path: Path) -> None:
    lines = [f'{n},"you are an idiot, ""really"" {n}"' for n in range(250)]
    source = tmp_path / "comments.csv"
    source.write_text("id,comment\n" + "\n".join(lines) + '\nx,"=1+1"\ny,\n', encoding="utf-8")
    open_console(page, keeping)
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
    page: Page, keeping: Service, tmp_path: Path
) -> None:
    source = tmp_path / "other.csv"
    source.write_text("id,price\n1,2\n", encoding="utf-8")
    open_console(page, keeping)
    page.get_by_text("A file of comments").click()
    page.locator("#file").set_input_files(source)
    expect(page.locator("#status")).to_contain_text("no column is named text, comment")


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


def test_a_service_that_was_away_is_asked_again(page: Page, keeping: Service) -> None:
    open_console(page, keeping)
    keeping.process.terminate()
    keeping.process.wait(30)
    page.get_by_role("button", name="Judge").click()
    expect(page.locator("#status")).to_contain_text("asked again in 2 s")
    keeping.begin()
    keeping.wait_ready()
    expect(page.locator("#status")).to_have_text("3 comments judged", timeout=10_000)


def serious(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["target"]) for one in found
            if one["impact"] in ("serious", "critical")]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_keeps_a_screen_reader_out(
    page: Page, keeping: Service, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_console(page, keeping, "you are an idiot\nthank you\nשלום وسهلا")
    page.locator("#results > li").first.get_by_role("button", name="Reject").click()
    for summary in page.locator("summary").all():
        summary.click()
    assert serious(page) == []


def test_it_fits_a_narrow_screen_and_reads_from_the_right(page: Page, keeping: Service) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    open_console(page, keeping, "هذا المقال متحيز\nthank you")
    for summary in page.locator("summary").all():
        summary.click()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    direction = "e => getComputedStyle(e).direction"
    assert page.locator("#results .text").first.evaluate(direction) == "rtl"
    assert page.locator("#results .text").last.evaluate(direction) == "ltr"


def test_nothing_serious_keeps_a_screen_reader_out_of_the_documentation(
    page: Page, keeping: Service
) -> None:
    page.goto(f"http://127.0.0.1:{keeping.port}/docs")
    for summary in page.locator("summary").all():
        summary.click()
    assert serious(page) == []


def test_a_route_is_tried_on_the_page_of_documentation(page: Page, keeping: Service) -> None:
    page.goto(f"http://127.0.0.1:{keeping.port}/docs")
    box = page.locator('form[data-path="/classify"]')
    box.get_by_role("button").click()
    expect(box.locator(".answer")).to_contain_text('"decision": "reject"')
    box.locator("textarea").fill("{")
    box.get_by_role("button").click()
    expect(box.locator(".answer")).to_contain_text('"code": "invalid_json"')
    with_query = page.locator('form[data-path^="/feedback/scores?"]')
    with_query.get_by_role("button").click()
    expect(with_query.locator(".answer")).to_contain_text('"results": []')
    plain = page.locator('form[data-path="/metrics"]')
    plain.get_by_role("button").click()
    expect(plain.locator(".answer")).to_contain_text("moderation_requests_total")


def test_what_is_asked_stays_on_the_machine(page: Page, keeping: Service) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_console(page, keeping)
    time.sleep(0.2)
    here = rf"http://127\.0\.0\.1:{keeping.port}/"
    assert asked
    assert all(re.match(here, url) for url in asked)
