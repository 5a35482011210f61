"""The console's queue in a real browser: by keyboard, and whole whatever becomes of the service."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.behaviour.browsing import CHROMIUM, kept, open_console
from tests.behaviour.running import Service, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
KINDS = ("you are an idiot", "buy cheap pills in my shop now", "thank you for a clear article")
LINES = 'you are an idiot,\nand so is "he"'
QUEUE = [f"{KINDS[n % 3]}, comment {n}" for n in range(500)]


def decisions(database: Path, number: int) -> dict[str, tuple[str, str]]:
    """Wait until so many are kept: the decision and the guidelines of each text, none twice."""
    wait_until(lambda: len(kept(database)) >= number, 30)
    rows = kept(database)
    found = {text: (decision, categories) for text, decision, categories in rows}
    assert len(rows) == len(found) == number
    return found


def test_five_hundred_comments_by_keyboard_alone_while_the_service_restarts(
    page: Page, keeping: Service, database: Path
) -> None:
    open_console(page, keeping)
    board, queue = page.keyboard, page.locator("#queue")
    board.press("Tab")
    expect(page.locator("#comments")).to_be_focused()
    board.press("Control+a")
    board.insert_text("\n".join(QUEUE))
    board.press("Tab")
    board.press("Tab")
    expect(page.get_by_role("button", name="Judge")).to_be_focused()
    board.press("Enter")
    expect(queue).to_have_text("0 of 500 decided", timeout=60_000)
    while not page.evaluate("document.activeElement.closest('#results > li') !== null"):
        board.press("Tab")

    for number in range(500):
        if number == 200:
            keeping.process.terminate()
            keeping.process.wait(30)
        if number == 300:
            expect(page.locator("#status")).to_contain_text("decisions wait", timeout=15_000)
            expect(queue).to_contain_text("300 of 500 decided")
            keeping.begin()
            keeping.wait_ready()
        board.press("a" if number % 2 else "r")
        if number % 50 == 49:
            board.press("u")
            board.press("r")
    expect(queue).to_have_text("500 of 500 decided", timeout=30_000)

    found = decisions(database, 500)
    assert set(found) == set(QUEUE)
    assert sum(decision == "reject" for decision, _ in found.values()) == 250 + 10


def test_the_most_probable_come_first_guideline_by_guideline(page: Page, keeping: Service) -> None:
    texts = [*QUEUE[:60], "שלום וברכה לכולם"]
    open_console(page, keeping, "\n".join(texts))
    shown = page.locator("#results .text").all_inner_texts()
    assert sorted(shown) == sorted(texts)
    body = json.dumps({"comments": [{"text": text} for text in shown]}).encode()
    results = keeping.classify(body)[1]["results"]

    def suspected(result: dict[str, Any]) -> str:
        named = result["reasons"] or result.get("likeliest", [""])
        return str(named[0]) if result["decision"] != "approve" else "nothing"

    groups = [(key, [one["reject"] for one in of]) for key, of in groupby(results, suspected)]
    assert {key for key, _ in groups} > {"personal_attack", "commercial_promotion"}
    assert groups[-1][0] == "nothing"
    peaks = [probabilities[0] for _, probabilities in groups[:-1]]
    assert peaks == sorted(peaks, reverse=True)
    assert len({key for key, _ in groups}) == len(groups)
    for _, probabilities in groups:
        assert probabilities == sorted(probabilities, reverse=True)


def test_a_file_fills_the_queue_and_its_ids_are_kept(
    page: Page, keeping: Service, database: Path, tmp_path: Path
) -> None:
    source = tmp_path / "held.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["comment_ID", "comment_content"])
        writer.writerows(enumerate(QUEUE))
        writer.writerow(["last", LINES])
    open_console(page, keeping)
    page.get_by_text("A file of comments").click()
    page.locator("#queue-file").set_input_files(source)
    expect(page.locator("#queue")).to_have_text("0 of 501 decided", timeout=60_000)
    page.locator("#results > li", has_text='so is "he"').focus()
    page.keyboard.press("a")
    expect(page.locator("#queue")).to_have_text("1 of 501 decided", timeout=10_000)
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT comment_id, text, decision FROM feedback").fetchall()
    assert found == [("last", LINES, "approve")]


@pytest.mark.parametrize(
    "limits",
    [
        {"MODERATION_MAX_COMMENTS": "7"},
        {"MODERATION_MAX_COMMENT_BYTES": "100", "MODERATION_MAX_BODY_BYTES": "1500"},
        {"MODERATION_RATE_LIMIT": "4"},
    ],
    ids=["comments", "bytes", "rate"],
)
def test_requests_stay_within_the_services_limits(
    page: Page, start: Callable[..., Service], database: Path, limits: dict[str, str]
) -> None:
    service = start(MODERATION_FEEDBACK_DATABASE=f"sqlite:///{database}", **limits)
    service.wait_ready()
    page.goto(f"http://127.0.0.1:{service.port}/console")
    expect(page.locator("#status")).to_have_text("3 comments judged", timeout=20_000)
    page.locator("#comments").fill("\n".join(QUEUE[:60]))
    page.get_by_role("button", name="Judge").click()
    expect(page.locator("#queue")).to_have_text("0 of 60 decided", timeout=20_000)
    page.locator("#results > li").first.focus()
    for _ in range(30):
        page.keyboard.press("r")
    expect(page.locator("#queue")).to_have_text("30 of 60 decided", timeout=20_000)
    decisions(database, 30)


def test_a_decision_whose_answer_was_lost_is_sent_again_and_counts_once(
    page: Page, keeping: Service, database: Path
) -> None:
    sent: list[str | None] = []

    def lose_the_first_answer(route: Route) -> None:
        sent.append(route.request.post_data)
        if len(sent) > 1:
            route.continue_()
            return
        route.fetch()
        route.abort()

    page.route("**/feedback", lose_the_first_answer)
    open_console(page, keeping, "you are an idiot")
    page.locator("#results > li").first.get_by_role("button", name="Reject").click()
    expect(page.locator("#queue")).to_have_text("1 of 1 decided", timeout=15_000)
    assert len(sent) == 2
    assert sent[0] == sent[1]
    decisions(database, 1)


def test_a_guideline_is_chosen_and_a_decision_taken_back_by_keyboard(
    page: Page, keeping: Service, database: Path
) -> None:
    open_console(page, keeping, "\n".join(f"you are an idiot {n}" for n in range(5)))
    items = page.locator("#results > li")
    items.first.focus()
    page.keyboard.press("r")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("a")
    expect(items.nth(2)).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("#status")).to_have_text("taken back")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("g")
    expect(items.nth(1).locator("select")).to_be_focused()
    page.keyboard.type("threat")
    page.keyboard.press("Enter")
    expect(items.nth(2)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("g")
    page.keyboard.press("Escape")
    expect(items.nth(2)).to_be_focused()
    found = decisions(database, 2)
    assert found == {
        "you are an idiot 0": ("reject", '["personal_attack"]'),
        "you are an idiot 1": ("reject", '["threat"]'),
    }


def test_a_decision_made_anew_takes_the_place_of_the_first(
    page: Page, keeping: Service, database: Path
) -> None:
    open_console(page, keeping, "you are an idiot\nthank you")
    item = page.locator("#results > li").first
    item.get_by_role("button", name="Reject").click()
    item.get_by_role("button", name="Approve").click()
    expect(page.locator("#queue")).to_have_text("1 of 2 decided", timeout=10_000)
    assert decisions(database, 1)["you are an idiot"][0] == "approve"


def test_another_preset_leaves_decided_what_was_decided(page: Page, keeping: Service) -> None:
    open_console(page, keeping, "you are an idiot\nthank you")
    page.locator("#results > li").first.get_by_role("button", name="Reject").click()
    page.locator("#policy").select_option("automatic")
    expect(page.locator("#status")).to_have_text("2 comments judged")
    expect(page.locator("#queue")).to_contain_text("1 of 2 decided")
    expect(page.locator("#results > li").first).to_have_attribute("data-moderated", "reject")


def test_more_than_the_page_can_hold_is_refused_and_nothing_is_cut(
    page: Page, keeping: Service, tmp_path: Path
) -> None:
    source = tmp_path / "many.csv"
    source.write_text("text\n" + "thank you\n" * 2001, encoding="utf-8")
    open_console(page, keeping)
    page.get_by_text("A file of comments").click()
    page.locator("#queue-file").set_input_files(source)
    expect(page.locator("#status")).to_have_text("2001 comments; allowed: 2000 at once")


def test_nothing_is_stored_before_a_moderator_decides(
    page: Page, keeping: Service, database: Path
) -> None:
    open_console(page, keeping, "you are an idiot")
    assert kept(database) == []


def test_a_decision_is_kept_when_the_page_is_left_at_once(
    page: Page, keeping: Service, database: Path
) -> None:
    open_console(page, keeping, "you are an idiot")
    page.locator("#results > li").first.get_by_role("button", name="Reject").click()
    expect(page.locator("#status")).to_contain_text("takes it back")
    page.goto("about:blank")
    assert decisions(database, 1)["you are an idiot"][0] == "reject"


def test_the_page_asks_before_it_is_left_with_decisions_that_cannot_be_kept(
    page: Page, keeping: Service
) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    open_console(page, keeping, "you are an idiot")
    keeping.process.terminate()
    keeping.process.wait(30)
    page.locator("#results > li").first.get_by_role("button", name="Reject").click()
    expect(page.locator("#status")).to_contain_text("1 decision waits", timeout=15_000)
    page.close(run_before_unload=True)
    page.wait_for_timeout(1000)
    assert asked == ["beforeunload"]


def test_without_a_store_a_decision_is_not_taken_for_kept(
    page: Page, start: Callable[..., Service]
) -> None:
    service = start()
    service.wait_ready()
    open_console(page, service)
    page.locator("#results > li").first.get_by_role("button", name="Approve").click()
    expect(page.locator("#status")).to_contain_text("MODERATION_FEEDBACK_DATABASE", timeout=10_000)
    assert page.locator("li[data-moderated]").count() == 0
    expect(page.locator("#queue")).to_have_text("0 of 3 decided")
