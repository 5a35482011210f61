"""What an answer prints: the same as a plain dictionary of the judgement, written as JSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.classify import Judgements, classify
from scoring.decisions.decide import decide
from scoring.decisions.policy import OUTCOMES, Decision, Policy
from scoring.errors import LayoutExceeded
from scoring.explain import Span
from scoring.guidelines import CATEGORIES
from scoring.language.detect import LanguageIdentifier
from scoring.model.scorer import Scorer, Scores
from scoring.result_json import lay_out, render, tell

ASSIST = Policy("assist", 0.8, 0.2, (0.9,) * len(CATEGORIES))
PROBABILITY = st.floats(0, 1) | st.integers(0, 1_000_000).map(lambda step: step / 1_000_000)
ROW = st.tuples(
    st.lists(PROBABILITY, min_size=len(CATEGORIES), max_size=len(CATEGORIES)),
    PROBABILITY,
    st.sampled_from(["en", "de", "und", "zh-Hant-TW", 'odd"\\tag\u20ac']),
)


def judgements(rows: list[Any], spans: list[list[Span]] | None = None) -> Judgements:
    """Judgements of texts of these categories' probabilities, overall one and language."""
    category, reject, languages = zip(*rows, strict=True)
    scores = Scores(
        np.array(category), np.array(reject), np.zeros((len(rows), 12)),
        np.zeros((len(rows), 5), np.int32),
    )  # fmt: skip
    readable = np.array([language == "en" for language in languages])
    verdicts = decide(ASSIST, scores.category_probabilities, scores.reject_probability, readable)
    others = {place: language for place, language in enumerate(languages) if language != "en"}
    return Judgements(scores, verdicts, others, spans)


def spelt_out(judged: Judgements, n: int) -> dict[str, Any]:
    """One result as a plain dictionary, from the contract of `/classify`."""

    def pair(probability: float) -> dict[str, float]:
        millionths = round(1_000_000 * probability)
        return {"approve": (1_000_000 - millionths) / 1e6, "reject": millionths / 1e6}

    decision, reason = OUTCOMES[judged.verdicts.outcomes[n]]
    row = judged.scores.category_probabilities[n].tolist()
    result: dict[str, Any] = {
        "decision": decision.value,
        **pair(float(judged.scores.reject_probability[n])),
        "language": judged.languages.get(n, "en"),
        "categories": {
            key: {**pair(value), "violated": value >= 0.9 or key in judged.verdicts.reasons(n)}
            for key, value in zip(CATEGORIES, row, strict=True)
        },
        "reasons": list(judged.verdicts.reasons(n)),
    }
    if decision is Decision.REVIEW:
        result["review_reason"] = reason
    if reason == "uncertain":
        result["likeliest"] = sorted(CATEGORIES, key=lambda key: -row[CATEGORIES.index(key)])[:3]
    return result


def with_order(value: Any) -> Any:
    """A value in which objects of other member orders differ."""
    if isinstance(value, dict):
        return [(key, with_order(member)) for key, member in value.items()]
    return value


@settings(deadline=None)  # the first call compiles
@given(st.lists(ROW, min_size=1, max_size=4))
def test_bytes_say_what_a_plain_dictionary_says(rows: list[Any]) -> None:
    judged = judgements(rows)
    for n, result in enumerate(render(judged)):
        expected = orjson.loads(orjson.dumps(spelt_out(judged, n)))
        assert with_order(orjson.loads(b"{" + result)) == with_order(expected)
        assert with_order(json.loads(b"{" + result)) == with_order(expected)


@pytest.mark.parametrize(
    ("probability", "approve", "reject"),
    [
        (0.0, b"1.0", b"0.0"), (1.0, b"0.0", b"1.0"), (0.5, b"0.5", b"0.5"),
        (0.02398, b"0.97602", b"0.02398"), (0.000001, b"0.999999", b"0.000001"),
        (0.9999996, b"0.0", b"1.0"), (0.0000004, b"1.0", b"0.0"),
        (0.0000025, b"0.999998", b"0.000002"), (0.1, b"0.9", b"0.1"),
    ],
)  # fmt: skip
def test_numbers_are_told_in_millionths_without_idle_zeros(
    probability: float, approve: bytes, reject: bytes
) -> None:
    (result,) = render(judgements([([probability] * len(CATEGORIES), probability, "en")]))
    told = b'"approve":%b,"reject":%b' % (approve, reject)
    assert result.count(told + b",") == 1 + len(CATEGORIES)


def test_what_archives_tell_is_what_answers_print() -> None:
    values = np.array([0.0, 1.0, 0.1234565, 0.1234575, 1e-7, 0.3333333])
    rows = [([value] * len(CATEGORIES), value, "en") for value in values.tolist()]
    printed = [orjson.loads(b"{" + result)["reject"] for result in render(judgements(rows))]
    assert printed == tell(values).tolist()


def test_the_longest_result_fits_beside_others() -> None:
    longest = [([0.987654] * len(CATEGORIES), 0.123456, language) for language in ("en", "x" * 35)]
    results = [orjson.loads(b"{" + result) for result in render(judgements(longest * 50))]
    assert results[0]["reasons"] == list(CATEGORIES)
    assert results == results[:2] * 50


def test_spans_come_last_and_no_judgements_give_no_results() -> None:
    spans = [[Span(0, 3, "threat", 1.23456789)], []]
    rows = [([0.0] * len(CATEGORIES), 0.1, "en")] * 2
    first, second = (orjson.loads(b"{" + r) for r in render(judgements(rows, spans)))
    assert list(first)[-1] == "spans"
    assert first["spans"] == [{"start": 0, "end": 3, "category": "threat", "weight": 1.234568}]
    assert second["spans"] == []
    nothing = decide(ASSIST, np.zeros((0, 11)), np.zeros(0))
    empty = Scores(np.zeros((0, 11)), np.zeros(0), np.zeros((0, 12)), np.zeros((0, 5), np.int32))
    assert render(Judgements(empty, nothing, {})) == []


@pytest.fixture(scope="module")
def tiny_scorer(tiny_model: Any) -> Scorer:
    return Scorer(tiny_model)


def results(
    scorer: Scorer, identify: LanguageIdentifier, texts: list[str], declared: list[str | None]
) -> list[dict[str, Any]]:
    judged = classify(scorer, identify, ASSIST, texts, declared, explained=False)
    return [orjson.loads(b"{" + result) for result in render(judged)]


def test_texts_in_other_languages_are_for_a_person_and_leave_their_neighbours_alone(
    tiny_scorer: Scorer,
) -> None:
    insult = "you are an idiot"
    texts = [insult, "привет, как дела", insult, "zzzz qqqq", "እገድልሃለሁ", insult, insult]
    declared = [None, None, "de-AT", None, None, "EN-us", "UND"]
    told = results(tiny_scorer, lambda _: ("en", 1.0), texts, declared)
    assert [result["language"] for result in told] == [
        "en", "ru", "de-AT", "und", "und", "en", "en",
    ]  # fmt: skip
    assert [result.get("review_reason") for result in told][1:5] == [
        "language", "language", "no_known_terms", "no_known_terms",
    ]  # fmt: skip
    alone = results(tiny_scorer, lambda _: ("en", 1.0), [insult], [None])[0]
    assert (told[0], told[5], told[6]) == (alone, alone, alone)


@pytest.mark.parametrize(
    ("said", "language", "reviewed"),
    [
        (("en", 0.9), "en", False),
        (("de", 0.9), "de", True),
        (("en", 0.4), "und", False),  # in no other language: it may be rejected, and is
    ],
)
def test_the_identifier_settles_a_doubtful_text(
    tiny_scorer: Scorer, said: tuple[str, float], language: str, reviewed: bool
) -> None:
    asked: list[str] = []

    def identify(text: str) -> tuple[str, float]:
        asked.append(text)
        return said

    doubtful = "you are an xqzw"  # three words of four are known
    told, plain = results(tiny_scorer, identify, [doubtful, "you are an idiot"], [None, None])
    assert asked == [doubtful]
    assert told["language"] == language
    assert (told["decision"], told.get("review_reason")) == (
        ("review", "language") if reviewed else ("reject", None)
    )
    assert plain["language"] == "en"


def test_a_batch_equals_singles(tiny_scorer: Scorer) -> None:
    texts = ["you are an idiot", "да", "you xqzw vrtk plmf", "buy cheap pills", "1234"] * 3
    declared: list[str | None] = [None, None, None, "fr", "en"] * 3
    batch = results(tiny_scorer, lambda _: ("nl", 0.9), texts, declared)
    for text, tag, result in zip(texts, declared, batch, strict=True):
        assert results(tiny_scorer, lambda _: ("nl", 0.9), [text], [tag]) == [result]


def test_a_part_that_would_lie_on_its_own_length_is_refused() -> None:
    assert lay_out([b"a" * 47])[0, -1] == 47
    with pytest.raises(LayoutExceeded, match="48 bytes, a part of a result at most 47"):
        lay_out([b"a", b"a" * 48])
