from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import training.evaluation.gate
import training.evaluation.metrics
from scoring.artifacts.versions import PublishedModel
from scoring.guidelines import HEADS
from training.evaluation.behaviour import Case
from training.evaluation.evaluate import SCORED_AT_ONCE, evaluate, score_rows
from training.evaluation.gate import FEWEST_ROWS, Evidence, GateResult, judge
from training.evaluation.metrics import TOO_FEW
from training.evaluation.own_rows import FEWEST_OWN
from training.publishing.model_card import comparison_table, model_card
from training.sources.labels import NO, UNKNOWN, YES

MakeModel = Callable[..., PublishedModel]

GOOD = {"reject": {"rude": 3.0, "kind": -3.0}}
POOR = {"reject": {"rude": -3.0, "kind": 3.0}}


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.evaluation.gate, "RESAMPLES", 80)
    monkeypatch.setattr(training.evaluation.metrics, "RESAMPLES", 40)


@pytest.fixture
def rows(make_table: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """300 rows: a third rude and rejected, every tenth label wrong; profanity in 60 of them."""
    rude = np.arange(300) % 3 == 0
    wrong = np.arange(300) % 10 == 1
    texts = [f"{'rude' if bad else 'kind'} remark number {i}" for i, bad in enumerate(rude)]
    reject = np.where(rude ^ wrong, YES, NO)
    profanity = np.where(rude & ~wrong, YES, NO)
    profanity[60::3] = UNKNOWN
    profanity[:180:3] = np.where(wrong[:180:3], NO, YES)
    profanity = np.where(reject == YES, profanity, NO)
    return make_table("news", texts, reject=reject, profanity=profanity)


@pytest.fixture
def weights(rows: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Every row alike."""
    return np.ones(len(rows))


def judged(
    current: PublishedModel | None, new: PublishedModel, rows: pd.DataFrame, weights: Any
) -> GateResult:
    return judge(current, new, Evidence(rows, weights), seed=1)


class TestGate:
    def test_first_model_passes_without_a_row(
        self, make_model: MakeModel, rows: pd.DataFrame
    ) -> None:
        result = judged(None, make_model(POOR), rows[:0], np.zeros(0))
        assert (result.passed, result.reason) == (True, "there was no model before")

    def test_equal_model_passes(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        result = judged(make_model(GOOD), make_model(GOOD), rows, weights)
        assert result.passed
        assert "reject" in {c.head for c in result.comparisons}
        assert all(c.new == c.current and c.low == c.high == 0 for c in result.comparisons)

    def test_better_model_passes(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        result = judged(make_model(POOR), make_model(GOOD), rows, weights)
        assert result.passed
        reject = next(c for c in result.comparisons if c.head == "reject")
        assert reject.low > 0

    def test_worse_model_is_refused_and_the_head_named(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        result = judged(make_model(GOOD), make_model(POOR), rows, weights)
        assert not result.passed
        assert result.reason.startswith("worse beyond chance on reject; look at `make behaviour`")

    def test_worse_at_another_place_is_refused_and_the_place_named(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        others = {"another site's": (rows, weights)}
        evidence = Evidence(rows, weights, others=others)
        assert judge(make_model(GOOD), make_model(GOOD), evidence, seed=1).passed
        worse = judge(make_model(GOOD), make_model(POOR), evidence, seed=1)
        assert "another site's reject" in worse.reason
        assert "another site's reject" in {c.head for c in worse.comparisons}

    def test_one_worse_category_is_enough(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        current = make_model({**GOOD, "profanity": {"rude": 8.0}})
        new = make_model({**GOOD, "profanity": {"rude": -8.0}})
        result = judged(current, new, rows, weights)
        assert not result.passed
        assert result.reason.startswith("worse beyond chance on profanity; ")

    @pytest.mark.parametrize("count", [0, FEWEST_ROWS - 1])
    def test_too_few_held_back_rows_refuse(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any, count: int
    ) -> None:
        result = judged(make_model(POOR), make_model(GOOD), rows[:count], weights[:count])
        assert not result.passed
        assert f"only {count} held-back comments" in result.reason

    def test_rows_of_weight_zero_are_no_evidence(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        result = judged(make_model(GOOD), make_model(POOR), rows, weights * 0)
        assert not result.passed
        assert "only 0 held-back comments" in result.reason

    def test_no_head_with_fifty_positives_refuses(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        rows = rows.assign(**{head: np.int8(NO) for head in HEADS})
        result = judged(make_model(GOOD), make_model(POOR), rows, weights)
        assert not result.passed
        assert "no head has 50 positives" in result.reason

    def test_same_seed_same_answer(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        first, second = (
            judged(make_model(GOOD), make_model(POOR), rows, weights) for _ in range(2)
        )
        assert first == second

    def test_table_of_comparisons(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        result = judged(make_model(GOOD), make_model(POOR), rows, weights)
        table = comparison_table(result.comparisons)
        assert len(table.splitlines()) == 1 + len(result.comparisons)
        assert "reject" in table
        assert comparison_table(()) == "no head has enough held-back positives to compare"


class TestEvaluate:
    def test_says_what_each_head_and_preset_does(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        metrics = evaluate(make_model(GOOD), rows, weights, seed=1)
        assert metrics["n"] == 300
        assert metrics["prevalence"] == pytest.approx((rows["reject"] == YES).mean(), abs=1e-4)
        assert set(metrics["heads"]) == set(HEADS)
        assert metrics["heads"]["reject"]["verdict"] == "judged"
        assert metrics["heads"]["threat"]["verdict"] == TOO_FEW
        for preset in metrics["presets"].values():
            total = preset["rejected"] + preset["approved"] + preset["review"]
            assert total == pytest.approx(1, abs=2e-4)

    def test_shares_of_a_preset(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        """`rude` is rejected and `kind` approved, so the tenth with wrong labels is the error."""
        shares = evaluate(make_model(GOOD), rows, weights, seed=1)["presets"]["automatic"]
        rude = rows["text"].str.startswith("rude").to_numpy()
        bad = (rows["reject"] == YES).to_numpy()
        assert shares["rejected"] == pytest.approx(rude.mean(), abs=1e-4)
        assert shares["review"] == 0
        assert shares["precision"] == pytest.approx(bad[rude].mean(), abs=1e-4)
        assert shares["recall"] == pytest.approx(rude[bad].mean(), abs=1e-4)
        assert shares["false_reject"] == pytest.approx(rude[~bad].mean(), abs=1e-4)
        assert shares["missed"] == pytest.approx((~rude)[bad].mean(), abs=1e-4)

    def test_rows_of_weight_zero_are_left_out(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        half = np.where(np.arange(300) < 200, 1.0, 0.0)
        model = make_model(GOOD)
        assert evaluate(model, rows, half, seed=1) == evaluate(
            model, rows[:200], weights[:200], seed=1
        )

    def test_many_texts_are_scored_in_order(self, make_model: MakeModel) -> None:
        texts = [("rude" if i % 7 == 0 else "kind") for i in range(SCORED_AT_ONCE + 5)]
        scores = score_rows(make_model(GOOD), texts)
        np.testing.assert_array_equal(
            scores.reject_probability > 0.5, [text == "rude" for text in texts]
        )

    def test_no_text(self, make_model: MakeModel) -> None:
        assert len(score_rows(make_model(GOOD), []).reject_probability) == 0


class TestCard:
    def card(self, model: PublishedModel, rows: pd.DataFrame, weights: Any) -> str:
        metrics = {"held-back news comments": evaluate(model, rows, weights, seed=1)}
        return model_card(model.manifest, metrics, {"seed": 1200}, {"seed": "Written here, 2026."})

    def test_mentions_every_head_with_intervals(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        lines = self.card(make_model(GOOD), rows, weights).splitlines()
        table = {line.split("|")[1].strip(): line for line in lines if line.startswith("|")}
        assert set(HEADS) <= set(table)
        assert table["reject"].count(" to ") == 4
        assert TOO_FEW in table["threat"]
        for preset in ("assist", "automatic"):
            assert table[preset].count("%") == 7

    def test_every_table_row_is_as_wide_as_its_head(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        for block in self.card(make_model(GOOD), rows, weights).split("\n\n"):
            table = [line for line in block.splitlines() if line.startswith("|")]
            assert len({line.count("|") for line in table}) <= 1

    def test_head_that_rejects_nothing_has_no_precision(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        card = self.card(make_model(GOOD), rows, weights)
        profanity = next(line for line in card.splitlines() if line.startswith("| profanity"))
        assert "none rejected" in profanity
        assert "nan" not in card

    def test_says_what_the_version_is(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any
    ) -> None:
        model = make_model(GOOD)
        card = self.card(model, rows, weights)
        assert card.startswith(f"# Model {model.manifest.version}\n")
        for fact in ("1,234 comments", "20% rejected", "`sexism`", "| seed | 1,200 | CC0-1.0 |"):
            assert fact in card

    def test_without_a_held_back_row(self, make_model: MakeModel) -> None:
        card = model_card(make_model(GOOD).manifest, {}, {}, {})
        assert "## Evaluation" not in card
        assert "## Limits" in card


class TestOwnDecisions:
    """Enough own decisions judge in the place of public news; what was forgotten is watched."""

    @pytest.fixture
    def own(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The newsroom decides the other way round: what others call rude it approves."""
        own = rows.copy()
        own["source"] = "own"
        own["reject"] = np.where(rows["reject"] == YES, NO, YES)
        own["profanity"] = UNKNOWN
        return own

    def test_they_outweigh_public_news(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any, own: pd.DataFrame
    ) -> None:
        better, worse = make_model(POOR), make_model(GOOD)
        evidence = Evidence(rows, weights, own)
        result = judge(worse, better, evidence, seed=1)
        assert result.passed, result.reason
        assert "own reject" in {c.head for c in result.comparisons}
        assert "reject" not in {c.head for c in result.comparisons}
        refused = judge(better, worse, evidence, seed=1)
        assert "worse beyond chance on own reject" in refused.reason

    def test_too_few_judge_nothing(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any, own: pd.DataFrame
    ) -> None:
        evidence = Evidence(rows, weights, own.iloc[: FEWEST_OWN - 1])
        assert not judge(make_model(GOOD), make_model(POOR), evidence, seed=1).passed

    def test_they_judge_alone_where_no_source_was_reached(
        self, make_model: MakeModel, rows: pd.DataFrame, own: pd.DataFrame
    ) -> None:
        evidence = Evidence(rows[:0], np.zeros(0), own)
        assert judge(make_model(GOOD), make_model(POOR), evidence, seed=1).passed

    def test_a_capability_lost_is_refused(
        self, make_model: MakeModel, rows: pd.DataFrame, weights: Any, own: pd.DataFrame
    ) -> None:
        cases = [Case("rudeness", "must_reject", "", f"rude rude {i}") for i in range(40)]
        evidence = Evidence(rows, weights, own, cases)
        result = judge(make_model(GOOD), make_model(POOR), evidence, seed=1)
        assert not result.passed
        assert "rudeness: 40 cases lost, 0 won" in result.reason
