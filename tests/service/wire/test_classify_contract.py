from __future__ import annotations

from typing import Any

import pytest

from scoring.guidelines import CATEGORIES

INSULT = "you are an idiot"
PRAISE = "thank you for a clear and honest article"
PLAIN = "the council voted for the new law on monday"


def one(client: Any, text: str, **more: Any) -> dict[str, Any]:
    answer = client.classify({"text": text, **more})
    assert answer.status_code == 200
    (result,) = answer.json()["results"]
    assert isinstance(result, dict)
    return result


def test_the_answer_has_exactly_the_members_of_the_contract(client: Any) -> None:
    answer = client.classify({"comments": [{"id": "c1", "text": INSULT, "language": "en"}]})
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["model", "guidelines", "results"]
    assert body["model"] == "2026-11-22T000000Z-first"
    (result,) = body["results"]
    assert list(result) == [
        "id", "decision", "approve", "reject", "language", "categories", "reasons"
    ]  # fmt: skip
    assert result["id"] == "c1"
    assert result["decision"] == "reject"
    assert result["language"] == "en"
    assert result["reasons"] == ["personal_attack"]
    assert tuple(result["categories"]) == CATEGORIES
    assert result["categories"]["personal_attack"]["violated"] is True
    assert result["categories"]["profanity"]["violated"] is False


@pytest.mark.parametrize("text", [INSULT, PRAISE, PLAIN, "you are honest", "🙂", "\x00\x00"])
def test_approve_and_reject_add_up_and_reject_is_the_largest(client: Any, text: str) -> None:
    result = one(client, text)
    for scores in (result, *result["categories"].values()):
        assert 0 <= scores["approve"] <= 1
        assert 0 <= scores["reject"] <= 1
        assert abs(scores["approve"] + scores["reject"] - 1) < 1e-9
        assert len(str(scores["approve"])) <= 8
    assert result["reject"] >= max(c["reject"] for c in result["categories"].values())


def test_one_text_alone(client: Any) -> None:
    result = one(client, PRAISE, id="p", language="en-GB")
    assert (result["id"], result["decision"]) == ("p", "approve")
    assert one(client, PRAISE)["id"] is None


def test_a_batch_equals_singles_and_keeps_its_order(client: Any) -> None:
    texts = [INSULT, PRAISE, PLAIN, "x" * 9000 + " " + INSULT, "buy cheap pills"] * 20
    comments = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
    batch = client.classify({"comments": comments, "explain": True}).json()["results"]
    assert [result["id"] for result in batch] == [str(n) for n in range(len(texts))]
    for text, result in list(zip(texts, batch, strict=True))[:7]:
        assert {**one(client, text, explain=True), "id": result["id"]} == result


def test_review_says_why(client: Any) -> None:
    assert one(client, "zzzz qqqq")["review_reason"] == "no_known_terms"
    assert one(client, INSULT, language="de")["review_reason"] == "language"
    german = one(client, "Ich glaube, dass die Regierung mit dem neuen Gesetz einen Fehler macht")
    assert (german["decision"], german["language"]) == ("review", "de")
    assert german["review_reason"] == "language"
    uncertain = one(client, "you idiot")
    assert uncertain["decision"] == "review"
    assert uncertain["review_reason"] == "uncertain"
    assert "review_reason" not in one(client, PRAISE)


def test_what_cannot_be_read_is_never_approved(client: Any) -> None:
    for policy in ("assist", "automatic"):
        for text in ("zzzz qqqq", "это хорошая статья", "مقال جيد جدا"):
            assert one(client, text, policy=policy)["decision"] == "review"


def test_what_says_nothing_is_decided_by_its_probability(client: Any) -> None:
    """A lone emoji, a space of mark-up, invisible characters: there is nothing to object to."""
    for text in ("🥳", "&nbsp;", "\u200b\u200b"):
        answer = one(client, text)
        assert answer.get("review_reason") in (None, "uncertain")
        assert answer["decision"] == one(client, "?!")["decision"]


def test_the_policy_can_be_chosen(client: Any) -> None:
    text = "you idiot"
    assert one(client, text, policy="assist")["decision"] == "review"
    assert one(client, text, policy="automatic")["decision"] in ("approve", "reject")


def test_a_reject_has_a_reason_and_other_decisions_have_none(client: Any) -> None:
    assert one(client, "buy cheap pills in my shop now")["reasons"] == ["commercial_promotion"]
    assert one(client, PRAISE)["reasons"] == []


@pytest.mark.parametrize(
    "prefix", ["", "👩‍👩‍👧 ", "e\u0301\u0302\u0303 ", "𝔘𝔫𝔦 ", "\u202e\u200b ", "ﷺ "]
)
def test_spans_are_code_points_of_the_text_as_sent(client: Any, prefix: str) -> None:
    text = f"{prefix}you are an i\u0301diot 🙂"
    result = one(client, text, explain=True, language="en")
    spans = [s for s in result["spans"] if s["category"] == "personal_attack"]
    assert spans
    words = {text[span["start"] : span["end"]] for span in spans}
    assert words <= {"you", "are", "an", "i\u0301diot"}
    assert "i\u0301diot" in words
    for span in spans:
        assert list(span) == ["start", "end", "category", "weight"]
        assert span["weight"] > 0


def test_spans_only_when_asked_for(client: Any) -> None:
    assert "spans" not in one(client, INSULT)
    assert one(client, "zzzz qqqq", explain=True)["spans"] == []
    likeliest = {span["category"] for span in one(client, "you there", explain=True)["spans"]}
    assert likeliest == {"personal_attack"}


@pytest.mark.parametrize(
    "text",
    [
        "\x00" * 100,
        "a" * 20480,
        "\u200b" * 6000,
        "a" + "\u0301" * 10000,
        "\u202e" * 5000,
        "ﷺ" * 6826,
    ],
)
def test_hostile_texts_get_a_sound_answer(client: Any, text: str) -> None:
    assert one(client, text, explain=True)["decision"] in ("approve", "reject", "review")


def test_offsets_as_browsers_count_them(client: Any) -> None:
    text = "🙂🙂 you are an idiot"
    told = one(client, text, explain=True, offsets="utf-16", language="en")["spans"]
    units = text.encode("utf-16-le")
    words = {units[2 * span["start"] : 2 * span["end"]].decode("utf-16-le") for span in told}
    assert "idiot" in words
    plain = one(client, text, explain=True, language="en")["spans"]
    assert [span["start"] - 2 for span in told] == [span["start"] for span in plain]
    assert "spans" not in one(client, text, offsets="utf-16")


@pytest.mark.parametrize("name", [0, 7, -(2**63), 2**63 - 1])
def test_whole_numbers_are_ids(client: Any, name: int) -> None:
    assert one(client, PRAISE, id=name)["id"] == name


def test_a_review_names_its_likeliest_guidelines(client: Any) -> None:
    texts = [INSULT, PRAISE, PLAIN, "you there", "مرحبا"]
    body = {"comments": [{"text": text} for text in texts], "policy": "assist"}
    for result in client.classify(body).json()["results"]:
        uncertain = result.get("review_reason") == "uncertain"
        assert ("likeliest" in result) == uncertain
        if uncertain:
            ranked = sorted(
                result["categories"], key=lambda key: -result["categories"][key]["reject"]
            )
            assert result["likeliest"] == ranked[:3]
