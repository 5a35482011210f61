"""Perspective's wire format: answers, thresholds, spans in UTF-16, errors in Google's envelope."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from service.wire.perspective import sentences
from service.wire.perspective_attributes import ATTRIBUTES, MAP_FILE, MEASURED

PATH = "/v1alpha1/comments:analyze"
INSULT = "you are an idiot"


def ask(client: Any, text: object = INSULT, **more: Any) -> Any:
    body = {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}, **more}
    return client.post(PATH, json.dumps(body).encode())


def error(answer: Any, status: int = 400) -> dict[str, Any]:
    assert answer.status_code == status
    found: dict[str, Any] = answer.json()["error"]
    assert found["code"] == status
    return found


def test_a_comment_is_scored(client: Any) -> None:
    answer = ask(client, clientToken="t1", languages=["en"], doNotStore=True).json()
    (span,) = answer["attributeScores"]["TOXICITY"]["spanScores"]
    summary = answer["attributeScores"]["TOXICITY"]["summaryScore"]
    assert summary["type"] == "PROBABILITY"
    assert span == {"begin": 0, "end": len(INSULT), "score": summary}
    assert (answer["languages"], answer["detectedLanguages"]) == (["en"], ["en"])
    assert answer["clientToken"] == "t1"
    thanks = ask(client, "thank you for this").json()["attributeScores"]["TOXICITY"]
    assert thanks["summaryScore"]["value"] < summary["value"]


def test_attributes_are_made_of_categories(client: Any) -> None:
    asked: dict[str, Any] = {name: {} for name in ATTRIBUTES}
    scores = ask(client, requestedAttributes=asked).json()["attributeScores"]
    value = {name: scores[name]["summaryScore"]["value"] for name in ATTRIBUTES}
    (result,) = client.classify({"text": INSULT}).json()["results"]
    own = {key: score["reject"] for key, score in result["categories"].items()}
    assert value["ATTACK_ON_AUTHOR"] == own["personal_attack"]
    assert value["SPAM"] == max(own["commercial_promotion"], own["personal_promotion"])
    assert value["LIKELY_TO_REJECT"] == result["reject"]
    assert (
        value["INSULT"] == value["INSULT_EXPERIMENTAL"] == mapped("INSULT", own["personal_attack"])
    )
    assert value["THREAT"] == mapped("THREAT", own["threat"])
    assert value["IDENTITY_ATTACK"] == mapped("IDENTITY_ATTACK", own["abuse"])


def mapped(name: str, ours: float) -> Any:
    """A probability on Perspective's scale, from the file itself."""
    told = json.loads(MAP_FILE.read_text(encoding="utf-8"))["maps"][name]
    return pytest.approx(
        np.interp(ours, told["ours"], told["theirs"]), abs=1e-4
    )  # an answer tells millionths, and the map is steep


@pytest.mark.parametrize("name", MEASURED)
def test_the_scale_rises_from_0_to_1(name: str) -> None:
    told = json.loads(MAP_FILE.read_text(encoding="utf-8"))["maps"][name]
    for side in ("ours", "theirs"):
        assert (told[side][0], told[side][-1]) == (0.0, 1.0)
        assert told[side] == sorted(told[side])
    assert len(set(told["ours"])) == len(told["ours"]) > 10


def test_what_is_below_its_threshold_is_left_out(client: Any) -> None:
    asked = {"TOXICITY": {"scoreThreshold": 0.0}, "THREAT": {"scoreThreshold": 1.0}}
    scores = ask(client, requestedAttributes=asked).json()["attributeScores"]
    assert set(scores) == {"TOXICITY"}
    none = ask(client, requestedAttributes={"THREAT": {"scoreThreshold": 1}}).json()
    assert set(none) == {"languages", "detectedLanguages"}


def test_sentences_are_scored_by_utf16_offsets(client: Any) -> None:
    text = "Thank you 😀. You are an idiot!"
    scores = ask(client, text, spanAnnotations=True).json()["attributeScores"]["TOXICITY"]
    spans = [(span["begin"], span["end"]) for span in scores["spanScores"]]
    assert spans == [(0, 13), (14, 31)]  # the emoji counts twice
    first, second = (span["score"]["value"] for span in scores["spanScores"])
    assert second > first


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", []), ("One", ["One"]), ("One. Two!\nThree", ["One.", "Two!", "Three"]),
     ("It cost 3.5 dollars? No.", ["It cost 3.5 dollars?", "No."])],
)  # fmt: skip
def test_texts_are_cut_into_sentences(text: str, expected: list[str]) -> None:
    assert [text[a:b].strip() for a, b in sentences(text)] == expected


def test_a_thousand_sentences_are_scored_as_two_hundred() -> None:
    text = "Oh. " * 1000
    found = sentences(text)
    assert len(found) == 200
    assert found[-1][1] == len(text)


@pytest.mark.parametrize(
    ("text", "message", "kind"),
    [
        ("", "Comment must be non-empty.", "COMMENT_EMPTY"),
        ("  ", "Comment must be non-empty.", "COMMENT_EMPTY"),
        ("a" * 20_481, "Comment text too long.", "COMMENT_TOO_LONG"),
        ("\ud800", "Invalid value at 'comment.text': half of a UTF-16 pair", "INVALID_REQUEST"),
        (7, "Invalid value at 'comment.text': number; allowed: string", "INVALID_REQUEST"),
    ],
)
def test_texts_that_are_refused(client: Any, text: object, message: str, kind: str) -> None:
    found = error(ask(client, text))
    assert (found["message"], found["status"]) == (message, "INVALID_ARGUMENT")
    (detail,) = found["details"]
    assert detail["errorType"] == kind
    assert detail["@type"].endswith("commentanalyzer.v1alpha1.Error")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"requestedAttributes": {}}, "Missing requested_attributes"),
        ({"requestedAttributes": {"FLIRTATION": {}}}, "Unknown requested attribute: FLIRTATION"),
        ({"requestedAttributes": {"TOXICITY": {"scoreType": "RAW"}}}, "Requested score type RAW"),
        ({"comment": {"text": "x", "type": "HTML"}}, "Currently, only 'PLAIN_TEXT' comments"),
        ({"context": {"entries": [], "articleAndParentComment": {}}}, "Context can have either"),
        ({"languages": "en"}, "Invalid value at 'languages'"),
        ({"comment": []}, "Invalid value at 'comment': array; allowed: object"),
    ],
)
def test_requests_that_are_refused(client: Any, more: dict[str, Any], message: str) -> None:
    assert error(ask(client, **more))["message"].startswith(message)


def test_another_language_is_refused_or_dropped(client: Any) -> None:
    found = error(ask(client, languages=["it"]))
    assert found["message"] == "Attribute TOXICITY does not support request languages: it"
    (detail,) = found["details"]
    assert detail["errorType"] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    told = detail["languageNotSupportedByAttributeError"]
    assert told == {"attribute": "TOXICITY", "requestedLanguages": ["it"]}
    dropped = ask(client, languages=["it"], dropUnsupportedAttributes=True).json()
    assert "attributeScores" not in dropped
    arabic = error(ask(client, "شكرا لكم على هذا المقال"))
    detected = arabic["details"][0]["languageNotSupportedByAttributeError"]
    assert detected["detectedLanguages"] == ["ar"]


def test_problems_come_in_googles_envelope(make_client: Any, publish_model: Any) -> None:
    publish_model()
    client = make_client(API_KEYS="a-key-of-sixteen-letters")
    body = json.dumps({"comment": {"text": INSULT}, "requestedAttributes": {"TOXICITY": {}}})
    assert error(client.post(PATH, body.encode()))["message"].startswith("API key not valid")
    assert error(client.post(f"{PATH}?key=wrong", body.encode()))["status"] == "INVALID_ARGUMENT"
    found = client.post(f"{PATH}?key=a-key-of-sixteen-letters&alt=json", body.encode())
    assert found.status_code == 200
    assert error(client.post(f"{PATH}?key=a-key-of-sixteen-letters", b"{"))["code"] == 400
    # the key of a query opens nothing else
    plain = client.post("/classify?key=a-key-of-sixteen-letters", body.encode())
    assert plain.status_code == 401


def test_suggestions_are_not_acknowledged_where_none_are_kept(client: Any) -> None:
    scores = {"TOXICITY": {"summaryScore": {"value": 1}}}
    body = {"comment": {"text": INSULT}, "attributeScores": scores}
    answer = client.post("/v1alpha1/comments:suggestscore", json.dumps(body).encode())
    assert error(answer, 501)["status"] == "UNIMPLEMENTED"


def test_the_discovery_document_names_this_host(client: Any) -> None:
    document = client.get("/$discovery/rest?version=v1alpha1").json()
    assert document["rootUrl"] == document["baseUrl"] != ""
    assert {"analyze", "suggestscore"} == set(document["resources"]["comments"]["methods"])


def test_the_discovery_document_of_a_site_with_tls(client: Any) -> None:
    path = "/$discovery/rest?version=v1alpha1"
    plain = client.get(path).json()["rootUrl"]
    document = client.get(path, headers={"X-Forwarded-Proto": "https"}).json()
    assert document["rootUrl"] == plain.replace("http://", "https://")


def test_a_caller_that_calls_too_often_is_told_as_google_does(
    make_client: Any, publish_model: Any
) -> None:
    publish_model()
    client = make_client(RATE_LIMIT=0.5)
    body = b'{"comment": {"text": "you are an idiot"}, "requestedAttributes": {"TOXICITY": {}}}'
    statuses = [client.post("/v1alpha1/comments:analyze", body) for _ in range(2)]
    error = statuses[1].json()["error"]
    assert (statuses[0].status_code, error["code"]) == (200, 429)
    assert error["status"] == "RESOURCE_EXHAUSTED"
    assert statuses[1].headers["retry-after"] == "2"
