"""House rules in the service: followed like `CURRENT`, and never worse than before."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from service.__main__ import main

REVIEW = '[[words]]\nname = "{name}"\ndecision = "review"\nphrases = ["{phrase}"]\n'


def decided(client: Any, text: str) -> tuple[str, Any]:
    (result,) = client.classify({"text": text}).json()["results"]
    return result["decision"], result.get("decided_by")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(REVIEW.format(name="first", phrase="voted"))
    return path


def test_what_decided_stands_in_the_answer(
    make_client: Any, publish_model: Any, rules: Path
) -> None:
    publish_model()
    client = make_client(RULES=rules)
    assert decided(client, "the council voted") == ("review", {"by": "rule", "rule": "first"})
    assert decided(client, "you are an idiot")[1] == {"by": "model"}
    assert len(client.get("/model").json()["house_rules"]) == 12


def test_many_comments_and_explanations_too(
    make_client: Any, publish_model: Any, rules: Path
) -> None:
    publish_model()
    client = make_client(RULES=rules)
    texts = ["the council voted", "thank you"] * 100
    body = {"comments": [{"text": text} for text in texts], "explain": True}
    told = [result["decided_by"]["by"] for result in client.classify(body).json()["results"]]
    assert told == ["rule", "model"] * 100


def test_without_rules_an_answer_is_as_it_was(client: Any) -> None:
    assert decided(client, "the council voted")[1] is None
    assert client.get("/model").json()["house_rules"] is None


def test_a_change_is_followed(
    make_client: Any, publish_model: Any, rules: Path, wait_until: Any
) -> None:
    publish_model()
    client = make_client(RULES=rules)
    rules.write_text(REVIEW.format(name="second", phrase="thank"))
    wait_until(lambda: decided(client, "thank you")[1] == {"by": "rule", "rule": "second"})
    assert decided(client, "the council voted")[1] == {"by": "model"}


@pytest.mark.parametrize("content", ["nothing = 1", "[presets.x]\nbase = 'nothing'", "= ="])
def test_rules_that_cannot_be_used_change_nothing(
    make_client: Any, publish_model: Any, rules: Path, wait_until: Any,
    caplog: pytest.LogCaptureFixture, content: str,
) -> None:  # fmt: skip
    publish_model()
    client = make_client(RULES=rules)
    rules.write_text(content)
    wait_until(lambda: "refused" in caplog.text)
    assert decided(client, "the council voted")[1] == {"by": "rule", "rule": "first"}
    refusals = [record for record in caplog.records if "refused" in record.message]
    assert len(refusals) == 1
    assert refusals[0].levelno == logging.ERROR


def test_a_file_that_vanishes_changes_nothing(
    make_client: Any, publish_model: Any, rules: Path, wait_until: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    publish_model()
    client = make_client(RULES=rules)
    rules.unlink()
    wait_until(lambda: "refused" in caplog.text)
    assert decided(client, "the council voted")[1] == {"by": "rule", "rule": "first"}


def test_a_preset_of_the_rules_can_be_asked_for(
    make_client: Any, publish_model: Any, rules: Path
) -> None:
    publish_model()
    rules.write_text("[presets.night]\nreject = 1.0\napprove = 0.0\n")
    client = make_client(RULES=rules, POLICY="night")
    assert "night" in client.get("/model").json()["policies"]
    assert decided(client, "thank you for it")[0] == "review"


def test_the_service_does_not_start_with_rules_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules.write_text("nothing = 1")
    monkeypatch.setenv("MODERATION_RULES", str(rules))
    monkeypatch.setattr("sys.argv", ["service"])
    assert main() == 2
    assert "rules.toml line 1: the file has 'nothing'" in capsys.readouterr().err
