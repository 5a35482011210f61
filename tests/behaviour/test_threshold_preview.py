"""The console's preview of presets and thresholds, in a real browser."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.behaviour.browsing import CHROMIUM, open_console
from tests.behaviour.running import Service

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
INSULT, PRAISE = "you are an idiot", "thank you for a clear and honest article"
BACKEND, DESK = "backend-key-of-this-test", "desk-key-of-this-test-0"


def decide(service: Service, *decided: tuple[str, str], key: str = "") -> None:
    body = {"feedback": [{"text": text, "decision": decision} for text, decision in decided]}
    connection = service.connect()
    headers = {"Content-Type": "application/json", "X-API-Key": key}
    connection.request("POST", "/feedback", json.dumps(body), headers)
    assert connection.getresponse().status == 200
    connection.close()


def open_preview(page: Page) -> None:
    page.get_by_text("Thresholds: what would change").click()


def counts(page: Page, column: int) -> dict[str, str]:
    """What a column of the table tells: 1 for moderators' decisions, 2 for the sample."""
    lines = page.locator("#effect tr").all()
    return {
        str(line.get_attribute("data-count")): line.locator("th, td").nth(column).inner_text()
        for line in lines
    }


def test_a_threshold_shows_what_it_would_change_and_is_saved_as_house_rules(
    page: Page, keeping: Service, tmp_path: Path
) -> None:
    open_console(page, keeping, f"{INSULT}\n{PRAISE}")
    open_preview(page)
    assert counts(page, 2) == {
        "reject": "1 → 1", "review": "0 → 0", "approve": "1 → 1", "missed": "0 → 0",
        "wrong": "0 → 0",
    }  # fmt: skip
    page.locator("#threshold-personal_attack").fill("1")
    assert counts(page, 2) == {
        "reject": "1 → 0", "review": "0 → 1", "approve": "1 → 1", "missed": "0 → 0",
        "wrong": "0 → 0",
    }  # fmt: skip
    expect(page.locator("#results .would").first).to_have_text("would be: review")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save rules.toml").click()
    rules = tmp_path / "rules.toml"
    download.value.save_as(rules)
    told = tomllib.loads(rules.read_text(encoding="utf-8"))
    assert told == {"presets": {"assist": {"categories": {"personal_attack": 1.0}}}}


def test_decided_comments_show_what_would_be_missed_and_wrongly_rejected(
    page: Page, keeping: Service
) -> None:
    decide(keeping, (INSULT, "approve"), (f"{INSULT} again", "reject"), (PRAISE, "reject"))
    open_console(page, keeping, INSULT)
    open_preview(page)
    expect(page.locator("#of-decided")).to_have_text("moderators' last decisions (3)")
    assert counts(page, 1) == {
        "reject": "2 → 2", "review": "0 → 0", "approve": "1 → 1", "missed": "1 → 1",
        "wrong": "1 → 1",
    }  # fmt: skip
    page.locator("#threshold-personal_attack").fill("1")
    assert counts(page, 1) == {
        "reject": "2 → 0", "review": "0 → 2", "approve": "1 → 1", "missed": "1 → 1",
        "wrong": "1 → 0",
    }  # fmt: skip
    page.locator("#threshold-sexism").fill("0")
    assert counts(page, 1) == {
        "reject": "2 → 3", "review": "0 → 0", "approve": "1 → 0", "missed": "1 → 0",
        "wrong": "1 → 1",
    }  # fmt: skip
    assert counts(page, 2)["reject"] == "1 → 1"


def test_what_the_page_foretells_is_what_each_preset_decides(page: Page, keeping: Service) -> None:
    texts = [INSULT, PRAISE, "you are", "an idiot", "a clear idiot", "buy pills", "cheap article"]
    texts += [" ".join([word] * 12) for word in ("article", "idiot", "honest")]  # floods
    decide(keeping, *((text, "approve") for text in texts))
    open_console(page, keeping, "\n".join(texts))
    open_preview(page)
    page.locator("#policy").select_option("automatic")
    expect(page.locator("#status")).to_have_text(f"{len(texts)} comments judged")

    def decided_by(policy: str, decision: str) -> int:
        body = {"comments": [{"text": text} for text in texts], "policy": policy}
        results = keeping.classify(json.dumps(body).encode())[1]["results"]
        return sum(result["decision"] == decision for result in results)

    for decision in ("reject", "review", "approve"):
        told = f"{decided_by('assist', decision)} → {decided_by('automatic', decision)}"
        for column in (0, 1):
            cell = page.locator(f"#effect tr[data-count={decision}] td").nth(column)
            expect(cell).to_have_text(told)


def test_decisions_made_on_the_page_count_for_its_sample(page: Page, keeping: Service) -> None:
    open_console(page, keeping, f"{INSULT}\n{PRAISE}")
    page.locator("#results > li").first.get_by_role("button", name="Approve").click()
    open_preview(page)
    page.locator("#threshold-personal_attack").fill("1")
    assert counts(page, 2)["wrong"] == "1 → 0"


def test_a_key_that_may_not_read_feedback_is_told_so(
    page: Page, start: Callable[..., Service], database: Path, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"backend classify {BACKEND}\ndesk classify+feedback {DESK}\n")
    service = start(
        MODERATION_API_KEYS_FILE=str(keys), MODERATION_FEEDBACK_DATABASE=f"sqlite:///{database}"
    )
    service.wait_ready()
    decide(service, (INSULT, "reject"), key=DESK)
    page.goto(f"http://127.0.0.1:{service.port}/console")
    expect(page.locator("#key")).to_be_focused()
    page.locator("#key").fill(BACKEND)
    page.get_by_role("button", name="Judge").click()
    expect(page.locator("#status")).to_have_text("3 comments judged")
    open_preview(page)
    expect(page.locator("#decided")).to_contain_text("it needs the scope feedback")
    assert counts(page, 1)["reject"] == "–"
    page.locator("#key").fill(DESK)
    page.locator("#key").blur()
    expect(page.locator("#of-decided")).to_have_text("moderators' last decisions (1)")
    assert counts(page, 1)["reject"] == "1 → 1"


def test_without_a_store_only_the_sample_is_compared(
    page: Page, start: Callable[..., Service]
) -> None:
    service = start()
    service.wait_ready()
    open_console(page, service, INSULT)
    open_preview(page)
    expect(page.locator("#decided")).to_contain_text("MODERATION_FEEDBACK_DATABASE")
    assert counts(page, 2)["reject"] == "1 → 1"


def test_the_rules_that_were_foretold_do_what_was_foretold(
    page: Page, keeping: Service, start: Callable[..., Service], tmp_path: Path
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("[presets.assist.categories]\npersonal_attack = 1.0\n", encoding="utf-8")
    ruled = start(MODERATION_RULES=str(rules))
    ruled.wait_ready()
    _, answer = ruled.classify(json.dumps({"text": INSULT}).encode())
    open_console(page, keeping, INSULT)
    open_preview(page)
    page.locator("#threshold-personal_attack").fill("1")
    foretold = page.locator("#results .would").inner_text()
    assert foretold == f"would be: {answer['results'][0]['decision']}"
