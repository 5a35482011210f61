"""The library, on the shipped model: what three lines of Python give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from scoring import Classifier
from scoring.errors import PolicyError
from scoring.frames import ModerationEstimator, classify_frame
from scoring.guidelines import CATEGORIES

INSULT, THANKS = "You are an idiot.", "Thank you for the report."


@pytest.fixture(scope="module")
def classifier(kernel_cache: object) -> Classifier:  # noqa: ARG001
    return Classifier()


def test_a_rejection_says_why(classifier: Classifier) -> None:
    rejected, approved = classifier.classify([INSULT, THANKS], explained=True)
    assert rejected.decision == "reject"
    assert rejected.reasons[0] == rejected.likeliest[0] == "personal_attack"
    assert "personal_attack" in rejected.violated
    assert "idiot" in {INSULT[span.start : span.end] for span in rejected.spans}
    assert approved.decision == "approve"
    assert approved.reasons == ()
    assert approved.review_reason is None
    assert approved.approve_probability == 1 - approved.reject_probability


def test_another_language_goes_to_a_person(classifier: Classifier) -> None:
    (found,) = classifier.classify(["شكرا جزيلا"])
    assert (found.decision, found.review_reason, found.language) == ("review", "language", "ar")
    (declared,) = classifier.classify(["Merci"], language="fr")
    assert (declared.decision, declared.language) == ("review", "fr")


def test_probabilities_alone_are_the_same(classifier: Classifier) -> None:
    found = classifier.reject_probabilities([INSULT, THANKS])
    judged = classifier.classify([INSULT, THANKS])
    assert found[:, 0].tolist() == [one.reject_probability for one in judged]
    assert dict(zip(CATEGORIES, found[0, 1:].tolist(), strict=True)) == judged[0].categories


def test_no_comments_give_no_judgements(classifier: Classifier) -> None:
    assert classifier.classify([]) == []


def test_one_string_is_refused(classifier: Classifier) -> None:
    with pytest.raises(TypeError, match=r"\[text\]"):
        classifier.classify(INSULT)


def test_an_unknown_preset_is_told(classifier: Classifier) -> None:
    with pytest.raises(PolicyError, match="it has assist, automatic"):
        classifier.classify([INSULT], policy="nothing")


def test_a_frame_keeps_its_index(classifier: Classifier) -> None:
    frame = classify_frame(classifier, pd.Series([INSULT, THANKS], index=["a", "b"]))
    assert frame.loc["a", "decision"] == "reject"
    assert frame.loc["b", "reasons"] == ""
    assert list(frame.columns[-len(CATEGORIES) :]) == list(CATEGORIES)
    assert classify_frame(classifier, []).empty


def test_it_stands_in_a_pipeline(kernel_cache: object) -> None:  # noqa: ARG001
    pipeline = make_pipeline(clone(ModerationEstimator())).fit([INSULT])
    probabilities = pipeline.predict_proba([INSULT, THANKS])
    assert pipeline.classes_.tolist() == ["approve", "reject"]
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert pipeline.predict([INSULT, THANKS]).tolist() == ["reject", "approve"]


@pytest.mark.parametrize("text", ["free free free free free free", "lol " * 30, "abc def " * 9])
def test_a_flood_is_not_approved_by_itself(classifier: Classifier, text: str) -> None:
    for policy in ("assist", "automatic"):
        (found,) = classifier.classify([text], policy=policy)
        assert found.decision != "approve"


@pytest.mark.parametrize("text", ["no no no", "bravo bravo bravo bravo", "well done, well done"])
def test_a_word_said_a_few_times_is_no_flood(classifier: Classifier, text: str) -> None:
    assert classifier.classify([text])[0].decision == "approve"
