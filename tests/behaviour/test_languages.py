"""What the model cannot read goes to a person: threats in many languages, never approved."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring.artifacts.versions import PublishedModel, load_current
from scoring.classify import classify
from scoring.decisions.policy import Decision
from scoring.language.identifier import load_identifier

MODELS = Path(__file__).parents[2] / "models"

# "I will kill you" and its like; the first code only names the row
LATIN = [
    ("de", "Ich werde dich umbringen"),
    ("de", "Wir bringen dich um, du Hund"),
    ("fr", "Je vais te tuer"),
    ("fr", "On va te crever, sale chien"),
    ("es", "Te voy a matar"),
    ("it", "Ti ammazzo, bastardo"),
    ("pt", "Vou te matar"),
    ("nl", "Ik maak je dood"),
    ("tr", "Seni öldüreceğim"),
    ("tr", "Seni oldurecegim"),
    ("id", "Aku akan membunuhmu"),
    ("sw", "Nitakuua wewe"),
    ("pl", "Zabiję cię"),
    ("sv", "Jag ska döda dig"),
    ("da", "Jeg slår dig ihjel"),
    ("hu", "Meg foglak ölni"),
    ("vi", "Tao sẽ giết mày"),
    ("so", "Waan ku dili doonaa"),
    ("tl", "Papatayin kita"),
    ("ku", "Ez ê te bikujim"),
    ("ar-Latn", "wallah raho amawtak"),
    ("hi-Latn", "main tujhe maar dunga"),
]
OTHER_SCRIPTS = [
    ("ar", "سأقتلك"),
    ("fa", "می‌کشمت"),
    ("he", "אני אהרוג אותך"),
    ("ru", "Я тебя убью"),
    ("ckb", "دەتکوژم"),
    ("ur", "میں تمہیں مار دوں گا"),
    ("hi", "मैं तुम्हें मार दूंगा"),
    ("zh", "我要杀了你"),
    ("ja", "殺してやる"),
    ("ko", "죽여버리겠다"),
    ("el", "Θα σε σκοτώσω"),
    ("am", "እገድልሃለሁ"),
    ("hy", "Ես քեզ կսպանեմ"),
    ("th", "ฉันจะฆ่าแก"),
]
MIXED = [("en+ar", "Great article. سأقتلك"), ("en+de", "Thanks. Ich werde dich umbringen")]
SHORT_ENGLISH = [
    "Yay!", "Well done.", "lol", "Finally!", "So true", "Thank you", "Nonsense.", "What?",
    "Good riddance", "No way!", "f*ck that", "Sh!t happens", "Source?", "I agree", "Wrong again",
    "Bravo!", "Who cares", "Great report", "Shame on you", "Really?", "ok", "Hmm...", "Exactly!",
    "100% right", "Poor kids", "Rubbish", "Not funny", "Peace now", "Vote them out", "Sad day",
    "Idiots.", "Seriously?", "Hear, hear!", "Typical", "Oh please", "Amen", "Grow up", "Enough!",
    "Nice try", "Good luck", "Horrible", "Too late", "Ceasefire now", "Bad idea", "Fake news",
    "Same here", "Who knows", "Not again", "Well said", "Disgusting",
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> PublishedModel:
    return load_current(MODELS)


def decision(shipped: PublishedModel, text: str, preset: str, declared: str | None = None) -> str:
    policy = shipped.manifest.policies[preset]
    judged = classify(
        shipped.scorer, load_identifier(), policy, [text], [declared], explained=False
    )
    return str(judged.verdicts.decisions[0])


@pytest.mark.parametrize("preset", ["assist", "automatic"])
@pytest.mark.parametrize(("language", "threat"), LATIN + OTHER_SCRIPTS + MIXED)
def test_threat_in_another_language_is_never_approved(
    shipped: PublishedModel, preset: str, language: str, threat: str
) -> None:
    assert decision(shipped, threat, preset) != Decision.APPROVE, language


def test_declared_english_does_not_skip_the_check(shipped: PublishedModel) -> None:
    assert decision(shipped, "Ich werde dich umbringen", "automatic", "en") == Decision.REVIEW


def test_declared_other_language_sends_english_to_review(shipped: PublishedModel) -> None:
    assert decision(shipped, "Thank you for this report.", "automatic", "ar") == Decision.REVIEW


def test_short_english_comments_are_read(shipped: PublishedModel) -> None:
    unread = [
        text for text in SHORT_ENGLISH if decision(shipped, text, "automatic") == Decision.REVIEW
    ]
    assert len(unread) <= 0.02 * len(SHORT_ENGLISH), unread
