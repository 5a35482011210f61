"""House rules over the shipped model: what a lead may decide without training again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scoring import Classifier
from scoring.errors import HouseRulesRefused, PolicyError
from scoring.rules.rules_file import read_rules

MakeClassifier = Callable[[str], Classifier]
THANKS, INSULT = "Thank you for this report.", "You are an idiot."


@pytest.fixture
def ruled(tmp_path: Path, kernel_cache: object) -> MakeClassifier:  # noqa: ARG001
    """Write rules and lay them over the shipped model."""

    def make(content: str) -> Classifier:
        path = tmp_path / "rules.toml"
        path.write_text(content, encoding="utf-8")
        return Classifier(rules=path)

    return make


def words(decision: str, *phrases: str, category: str = "") -> str:
    named = f'category = "{category}"\n' if category else ""
    listed = ", ".join(f'"{phrase}"' for phrase in phrases)
    return f'[[words]]\nname = "house"\ndecision = "{decision}"\n{named}phrases = [{listed}]\n'


@pytest.mark.parametrize("text", ["A plorf indeed", "PLORF!", "so, pl0rf.", "p l o r f", "plorrrf"])
def test_a_word_is_always_rejected_in_any_disguise(ruled: MakeClassifier, text: str) -> None:
    (found,) = ruled(words("reject", "plorf", category="personal_attack")).classify([text])
    assert (found.decision, found.reasons[0], found.decided_by) == (
        "reject", "personal_attack", "house"
    )  # fmt: skip
    assert "personal_attack" in found.violated


@pytest.mark.parametrize("text", ["A plorfing garden", "explorf", "plo rf"])
def test_only_whole_words_are_found(ruled: MakeClassifier, text: str) -> None:
    (found,) = ruled(words("reject", "plorf", category="personal_attack")).classify([text])
    assert found.decided_by is None


def test_a_phrase_goes_to_a_person_whatever_the_model_says(ruled: MakeClassifier) -> None:
    classifier = ruled(words("review", "the harbour trial"))
    found = classifier.classify([f"The harbour trial! {INSULT}", INSULT])
    assert [one.decision for one in found] == ["review", "reject"]
    assert [one.decided_by for one in found] == ["house", None]
    assert found[0].reasons == ()


def test_an_allowed_phrase_is_no_evidence(ruled: MakeClassifier) -> None:
    classifier = ruled(words("allow", "idiot"))
    texts = ["idiot", "The Idiot is a novel by Dostoevsky.", f"The idiot. {THANKS} You moron."]
    found = classifier.classify(texts)
    assert [one.decision for one in found] == ["approve", "approve", "reject"]
    assert [one.decided_by for one in found] == ["house", None, None]


def test_offsets_stay_where_a_phrase_is_allowed(ruled: MakeClassifier) -> None:
    text = "idiot idiot idiot, you moron"
    (found,) = ruled(words("allow", "idiot")).classify([text], explained=True)
    assert "moron" in {text[span.start : span.end] for span in found.spans}
    assert "idiot" not in {text[span.start : span.end] for span in found.spans}


def test_the_first_rule_that_matches_decides(ruled: MakeClassifier) -> None:
    second = words("reject", "b", category="threat").replace("house", "second")
    (found,) = ruled(words("review", "a") + second).classify(["b a"])
    assert (found.decision, found.decided_by) == ("review", "house")


def test_thresholds_of_a_preset(ruled: MakeClassifier) -> None:
    classifier = ruled("[presets.assist.categories]\npersonal_attack = 1.0\n[presets.lax]\n"
                       "reject = 1.0\napprove = 1.0\n")  # fmt: skip
    assert classifier.policies["assist"].category_thresholds[2] == 1.0
    assert classifier.policies["lax"].approve_threshold == 1.0
    (found,) = classifier.classify(["What a strange day."], policy="lax")
    assert found.decision == "approve"


def test_a_raised_threshold_sends_to_a_person(ruled: MakeClassifier) -> None:
    texts = [INSULT, "I will kill you.", THANKS]
    rules = "[presets.assist.categories]\npersonal_attack = 1.0\n"
    plain, raised = Classifier().classify(texts), ruled(rules).classify(texts)
    assert [one.decision for one in plain] == ["reject", "reject", "approve"]
    assert [one.decision for one in raised] == ["review", "reject", "approve"]
    assert (raised[0].reasons, raised[0].violated) == ((), ())
    assert raised[0].decided_by == "presets.assist.categories"
    assert raised[1:] == plain[1:]


def test_a_lowered_threshold_spares_nothing(ruled: MakeClassifier) -> None:
    plain = Classifier().classify([INSULT, THANKS])
    lowered = "[presets.assist.categories]\nthreat = 0.5\npersonal_attack = 0.6\n"
    assert [one.decision for one in ruled(lowered).classify([INSULT, THANKS])] == [
        one.decision for one in plain
    ]


def test_a_rarer_offence_is_less_likely(ruled: MakeClassifier) -> None:
    plain = Classifier().reject_probabilities(["What a stupid column."])[0, 0]
    rare = ruled("prevalence = 0.01").classify(["What a stupid column."])[0]
    odds = (0.01 / 0.99) / (0.2 / 0.8)
    expected = odds * plain / (odds * plain + 1 - plain)
    assert rare.reject_probability == pytest.approx(expected)


def test_an_unknown_base_is_told(ruled: MakeClassifier) -> None:
    with pytest.raises(HouseRulesRefused, match="builds on 'nothing', which this model has not"):
        ruled('[presets.night]\nbase = "nothing"\n')


def test_a_rule_that_matches_nothing_changes_nothing(ruled: MakeClassifier) -> None:
    texts = [THANKS, INSULT, "مرحبا", "Bonjour à tous", ""]
    plain = Classifier().classify(texts, explained=True)
    assert ruled(words("review", "plorf")).classify(texts, explained=True) == plain


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("prevalence = 2\n", 1, "needs a share above 0 and below 1"),
        ("\n[[words]]\nname = 'x'\ndecision = 'ban'\nphrases = ['a']\n", 3, "needs one of reject"),
        ("[[words]]\ndecision = 'allow'\nphrases = ['a']\n", 1, "a rule needs a name"),
        ("[[words]]\nname = 'x'\ndecision = 'reject'\nphrases = ['a']\n", 2, "rejection names"),
        ("[[words]]\nname = 'x'\ndecision = 'allow'\nphrases = []\n", 2, "at least one"),
        ("[[words]]\nname = 'x'\ndecision = 'allow'\nphrases = ['a', ' ']\n", 2, "holds no word"),
        ("[[words]]\nname = 'x'\ndecision = 'allow'\nphrases = 'a'\n", 2, "at least one"),
        ("words = 3\n", 1, "words are tables"),
        ("a = 1\nwords = []\n", 1, "the file has 'a'; allowed: prevalence, presets, words"),
        ("[presets.night]\nreject = 1.5\n", 2, "needs a probability"),
        ("[presets.night]\nreject = 0.2\napprove = 0.4\n", 1, "the first may not be larger"),
        ("[presets.night.categories]\nrude = 0.2\n", 2, "categories has 'rude'"),
        ("[presets]\nnight = 1\n", 2, "is no table"),
        ("prevalence = \n", 1, "is no TOML"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, content: str, line: int, said: str
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(content)
    with pytest.raises(HouseRulesRefused, match=said) as told:
        read_rules(path)
    assert f"line {line}" in str(told.value)


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(b"a = 1\n\xff")
    with pytest.raises(HouseRulesRefused, match="line 2 is not UTF-8"):
        read_rules(path)
    with pytest.raises(HouseRulesRefused, match="cannot be read: No such file"):
        read_rules(tmp_path / "none.toml")


def test_a_threshold_that_fits_no_base_is_told(ruled: MakeClassifier) -> None:
    assert ruled("[presets.assist]\napprove = 0.99\n").policies["assist"].reject_threshold == 0.99
    with pytest.raises(PolicyError, match="it has assist"):
        ruled("[presets.night]\n").classify([THANKS], policy="day")
