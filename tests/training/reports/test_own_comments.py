from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scoring.artifacts.versions import PublishedModel
from scoring.guidelines import HEADS
from scoring.model.scorer import Scorer
from tests.tiny_models import INSULT, PRAISE, manifest_of, model_of_sentences
from training.evaluation.metrics import interval_text
from training.own_decisions.store import add_decisions
from training.own_decisions.understanding import OwnDecision
from training.reports.own_comments import (
    OwnCommentsError,
    OwnEvaluation,
    _interval,
    evaluate_own_comments,
    heaviest_words,
    read_own_comments,
    write_example,
)
from training.sources.labels import NO, UNKNOWN, YES
from training.sources.table import validate_table

ARABIC = "شكرا لكم على هذا المقال"


def put(folder: Path, content: str | bytes) -> Path:
    path = folder / "comments.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture(scope="module")
def published() -> PublishedModel:
    """A model that rejects the words of the insult."""
    model = model_of_sentences()
    return PublishedModel(manifest_of(model, prevalence=0.2), Scorer(model), model)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """60 insults and 60 praises rightly decided, one of each wrongly, one comment in Arabic."""
    lines = [
        "text,decision,categories",
        *[f"{INSULT},reject,personal_attack"] * 60,
        *[f"{PRAISE},approve,"] * 60,
        f"{INSULT},approve,",
        f"{PRAISE},reject,",
        f"{ARABIC},approve,",
    ]
    return read_own_comments(put(tmp_path_factory.mktemp("own"), "\n".join(lines)))


@pytest.fixture(scope="module")
def own(published: PublishedModel, rows: pd.DataFrame) -> OwnEvaluation:
    return evaluate_own_comments(published, rows, prevalence=0.1)


def test_reads_labels_lines_threads_and_sources(tmp_path: Path) -> None:
    table = read_own_comments(
        put(
            tmp_path,
            "\ufeffid,Text,decision,categories,thread,source\r\n"
            '1,"Two lines,\r\none comment",approve,,t1,\r\n'
            '2,Rude,Reject,"profanity, racism",t1,desk\r\n'
            "3,No reason given,reject,,t2,\r\n"
            "4,Spam,reject,commercial_promotion personal_promotion,,\r\n",
        )
    )
    validate_table(table)
    assert table["text"].tolist()[0] == "Two lines,\r\none comment"
    assert table["row_id"].tolist() == ["2", "4", "5", "6"]
    assert table["group"].tolist() == ["t1", "t1", "t2", ""]
    assert table["source"].tolist() == ["own", "desk", "own", "own"]
    assert table["reject"].tolist() == [NO, YES, YES, YES]
    assert table["profanity"].tolist() == [NO, YES, UNKNOWN, NO]
    assert table["abuse"].tolist() == [NO, YES, UNKNOWN, NO]
    assert table["sexism"].tolist() == [NO, UNKNOWN, UNKNOWN, NO]
    assert table["personal_promotion"].tolist() == [NO, NO, UNKNOWN, YES]
    assert table.attrs["ignored_columns"] == ["id"]


def test_without_categories_a_rejection_names_none(tmp_path: Path) -> None:
    table = read_own_comments(put(tmp_path, "text,decision\na,approve\nb,reject\n,approve\n"))
    assert table["threat"].tolist() == [NO, UNKNOWN]
    assert table.attrs["dropped"] == {"empty": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("text,decision\n", "no comments"),
        ("text,verdict\na,approve\n", "no column decision; it has text, verdict; needed are text"),
        ("text;decision\na;approve\n", "by commas, not semicolons"),
        ("text,decision,text\na,approve,b\n", "column text twice"),
        ('text,decision\n"a\nb",approve\nc,ok\n', "line 4: decision is 'ok', allowed are approve"),
        ("text,decision,categories\na,reject,rude\n", "line 2: 'rude' is no category; allowed"),
        ("text,decision,categories\na,approve,threat\n", "line 2: approved, yet it names threat"),
        ("text,decision\na,b,approve\n", "line 2: 3 cells, the header has 2"),
        ('text,decision\n"a"b,approve\n', "line 2: not CSV"),
        (b"text,decision\nfine,approve\ncaf\xe9,approve\n", "line 3: byte 0xe9 is not UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(OwnCommentsError, match=message):
        read_own_comments(put(tmp_path, content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OwnCommentsError, match=r"nowhere\.csv cannot be read: No such file"):
        read_own_comments(tmp_path / "nowhere.csv")


def test_example_is_a_file_that_can_be_read_back(tmp_path: Path) -> None:
    written = tmp_path / "written"
    written.mkdir()
    (written / "s.jsonl").write_text(
        '{"text": "Clear, and fair.", "decision": "approve", "categories": [], "pair": "p"}\n'
        '{"text": "Rude", "decision": "reject", "categories": ["abuse", "sexism"]}\n'
        '{"text": "More", "decision": "approve", "categories": []}\n'
    )
    table = read_own_comments(write_example(written, tmp_path / "example.csv", rows=2))
    assert table["text"].tolist() == ["Clear, and fair.", "More"]
    table = read_own_comments(write_example(written, tmp_path / "example.csv"))
    assert table["reject"].tolist() == [NO, YES, NO]
    assert table["group"].tolist() == ["s:p", "", ""]
    assert table[["abuse", "sexism", "threat"]].to_numpy().tolist()[1] == [YES, YES, NO]


def test_no_example_without_comments(tmp_path: Path) -> None:
    with pytest.raises(OwnCommentsError, match="holds no comments"):
        write_example(tmp_path, tmp_path / "example.csv")


def test_figures_carry_intervals_and_both_precisions(own: OwnEvaluation) -> None:
    # rejected by the model: 60 rightly, 1 wrongly; 61 should be rejected, 61 approved
    reject = own.heads.loc["reject"]
    assert (reject["n"], reject["positives"]) == (122, 61)
    assert reject["precision in the sample"].startswith("0.984 (")
    # re-weighted to 10 %: .1 * 60/61 / (.1 * 60/61 + .9 * 1/61) = 60/69
    assert reject["precision"].startswith("0.870 (")
    assert reject["recall"].startswith("0.984 (")
    assert own.heads.loc["threat", "precision"] == "too few to judge"
    assert own.metrics["prevalence"] == pytest.approx(0.1)


def test_confusion_counts_what_cannot_be_read_as_review(own: OwnEvaluation) -> None:
    assert own.unreadable == 1
    for preset in ("assist", "automatic"):
        counts = own.confusion.to_dict("index")
        assert counts[preset, "approve"] == {"approve": 60, "reject": 1, "review": 1}
        assert counts[preset, "reject"] == {"approve": 1, "reject": 60, "review": 0}


def test_errors_name_line_and_words(own: OwnEvaluation) -> None:
    assert own.errors["error"].tolist() == ["false reject", "miss"]
    assert own.errors["line"].tolist() == ["122", "123"]
    assert own.errors["text"].tolist() == [INSULT, PRAISE]
    assert own.errors["likeliest category"][0] == "personal_attack"
    assert "idiot +" in own.errors["words, reject"][0]
    assert own.errors["words, reject"][1] == ""


def test_words_add_up_to_the_margin(published: PublishedModel) -> None:
    named = heaviest_words(published.scorer, f"{INSULT} IDIOT", "reject", most=50).split(", ")
    assert len({word.split(" ")[0] for word in named}) == len(named)
    total = sum(float(word.split(" ")[1]) for word in named)
    margin = published.scorer.score([f"{INSULT} IDIOT"]).margins[0, HEADS.index("reject")]
    assert total == pytest.approx(margin + 4.0, abs=0.005 * len(named))


def test_a_higher_threshold_rejects_less_and_leaves_more_for_review(own: OwnEvaluation) -> None:
    table = own.thresholds
    assert (table["rejected"].diff().dropna() <= 0).all()
    assert (table["review"].diff().dropna() >= 0).all()
    np.testing.assert_allclose(table[["rejected", "approved", "review"]].sum(axis=1), 1, atol=2e-4)
    assert table["rejections"].to_dict()[0.5] == 61
    assert table["precision"].to_dict()[0.5] == pytest.approx(60 / 69, abs=1e-4)


def test_precision_of_no_rejection_is_not_a_number(
    published: PublishedModel, tmp_path: Path
) -> None:
    content = f"text,decision\n{PRAISE},approve\n{PRAISE},reject\n"
    own = evaluate_own_comments(published, read_own_comments(put(tmp_path, content)))
    assert own.thresholds["rejections"].iloc[-1] == 0
    assert np.isnan(own.thresholds["precision"].iloc[-1])
    assert own.weights.tolist() == [1, 1]
    assert own.errors["error"].tolist() == ["miss"]


def test_what_cannot_be_evaluated_is_refused(published: PublishedModel, rows: pd.DataFrame) -> None:
    with pytest.raises(OwnCommentsError, match="presets: assist, automatic"):
        evaluate_own_comments(published, rows, preset="strict")
    with pytest.raises(OwnCommentsError, match="between 0 and 1"):
        evaluate_own_comments(published, rows, prevalence=1.0)
    approved = rows[rows["reject"] == NO]
    with pytest.raises(OwnCommentsError, match="0 rejected and 61 approved"):
        evaluate_own_comments(published, approved)


def test_a_head_that_rejects_nothing_says_so() -> None:
    estimate = {"value": 0.5, "low": 0.25, "high": 0.75}
    assert interval_text(estimate) == "0.500 (0.250 to 0.750)"
    assert interval_text(None) == "none rejected"
    judged = {"verdict": "judged", "precision": None, "recall": estimate}
    assert _interval(judged, "precision") == "none rejected"


def test_imported_decisions_are_read_as_they_are(tmp_path: Path) -> None:
    decisions = [OwnDecision("a b", "reject", ("threat",), "1"), OwnDecision("c d", "approve")]
    add_decisions(tmp_path, decisions, dry_run=False)
    table = read_own_comments(tmp_path / "decisions.jsonl")
    assert table["text"].tolist() == ["c d", "a b"]
    assert table["row_id"].tolist() == ["1", "2"]
    assert table["reject"].tolist() == [0, 1]
    assert table["threat"].tolist() == [-1, 1]
    with pytest.raises(OwnCommentsError, match="`import` some first"):
        read_own_comments(tmp_path / "none" / "decisions.jsonl")
