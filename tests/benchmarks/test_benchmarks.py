"""The benchmarks measure what they say: pairing, the reference, goals, load, splicing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scoring.model.arrays import LinearModel
from scoring.model.scorer import Scorer
from tests.benchmarks import perspective_map
from tests.benchmarks.comments import pieces
from tests.benchmarks.lengths import SIZE, pathological_inputs
from tests.benchmarks.load import parse_output, write_bodies
from tests.benchmarks.measurement import (
    AT_LEAST,
    AT_MOST,
    BELOW,
    Figure,
    Goal,
    Part,
    Table,
    part_from_json,
    ratio_figure,
)
from tests.benchmarks.paired import Spread, alternate, ratios, seconds_of, spread
from tests.benchmarks.plots import draw_plots
from tests.benchmarks.reference import ReferenceScorer, largest_difference
from tests.benchmarks.report import full_report, part_report, read_record, record_json, summary
from tests.benchmarks.training_process import SPLICED, sample_rows

pytestmark = pytest.mark.slow

TEXTS = [
    "You are an idiot, an IDIOT, and so is your sh1tty mayor!",
    "Thank you for this report; the council's budget is 3,000,000.",
    "Das versteht hier niemand, oder?",
    "привет, write to me at a@b.example or www.example.com",
    "i d i o t s",
    "😀 ... !!!",
    "good " * 300,
]


class FakeClock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def work(self, seconds: float) -> Callable[[], None]:
        def advance() -> None:
            self.now += seconds

        return advance


def test_sides_take_turns() -> None:
    order: list[str] = []

    def side(name: str) -> Callable[[], int]:
        def measure() -> int:
            order.append(name)
            return len(order)

        return measure

    assert alternate({name: side(name) for name in "AB"}, 2) == {"A": [3, 5], "B": [4, 6]}
    assert order == ["A", "B"] * 3


def test_a_short_side_is_repeated_and_its_mean_counts() -> None:
    clock = FakeClock()
    measure = seconds_of(clock.work(0.25), at_least=1.0, clock=clock)
    assert measure() == 0.25
    assert clock.now == 1.0


def test_what_is_done_before_each_run_does_not_count() -> None:
    clock = FakeClock()
    measure = seconds_of(clock.work(0.25), before=clock.work(4.0), at_least=0.5, clock=clock)
    assert measure() == 0.25
    assert clock.now == 8.5


def test_a_long_side_runs_once() -> None:
    clock = FakeClock()
    assert seconds_of(clock.work(8.0), at_least=1.0, clock=clock)() == 8.0
    assert clock.now == 8.0


def test_a_slow_minute_that_slows_both_sides_leaves_the_ratio() -> None:
    clock, slowness = FakeClock(), iter([1, 1, 1, 1, 16, 16, 2, 2])

    def side(seconds: float) -> Callable[[], float]:
        return lambda: seconds_of(clock.work(seconds * next(slowness)), at_least=0, clock=clock)()

    rounds = alternate({"slow": side(6.0), "quick": side(2.0)}, 3)
    found = ratio_figure("ratio", ("slow", rounds["slow"]), ("quick", rounds["quick"]))
    assert rounds["slow"] == [6.0, 96.0, 12.0]
    assert found.found == Spread(3.0, 3.0, 3.0)


def test_a_ratio_is_the_median_of_the_rounds_own() -> None:
    assert ratios([1.0, 8.0, 9.0], [1.0, 2.0, 3.0]) == [1.0, 4.0, 3.0]
    assert spread([1.0, 4.0, 3.0]) == Spread(3.0, 1.0, 4.0)
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        ratios([1.0, 2.0], [1.0])


def test_the_pipeline_is_the_same_model(make_linear_model: Callable[..., LinearModel]) -> None:
    model = make_linear_model(TEXTS, known=0.6)
    scorer, reference = Scorer(model), ReferenceScorer(model, TEXTS, ["more idiots"])
    for texts in (TEXTS, TEXTS[:1], TEXTS[::-1]):
        ours, theirs = scorer.score(texts), reference.score(texts)
        np.testing.assert_allclose(theirs.margins, ours.margins, atol=1e-6)
        assert largest_difference(ours, theirs) < 1e-6
        np.testing.assert_array_equal(theirs.statistics, ours.statistics)
    assert reference.terms == len(model.hashes)


def test_another_model_differs(make_linear_model: Callable[..., LinearModel]) -> None:
    one, other = (make_linear_model(TEXTS, seed=seed) for seed in (0, 1))
    scores = Scorer(one).score(TEXTS), ReferenceScorer(other, TEXTS, []).score(TEXTS)
    assert largest_difference(*scores) > 0.01


@pytest.mark.parametrize(
    ("goal", "value", "reached"),
    [
        (Goal(AT_LEAST, 12.0), 12.0, True),
        (Goal(AT_LEAST, 12.0, moonshot=20.0), 11.9, False),
        (Goal(AT_MOST, 1.3), 1.3, True),
        (Goal(AT_MOST, 1.3), 1.31, False),
        (Goal(BELOW, 100.0), 100.0, False),
        (Goal(BELOW, 100.0), 99.0, True),
    ],
)
def test_a_goal_is_reached_or_not(goal: Goal, value: float, reached: bool) -> None:
    assert Figure("f", "ms", Spread(value, value, value), goal).reached is reached


def part(*figures: Figure) -> Part:
    return Part("scorer", "Scorer", figures, {"threads": "one"}, [Table("T", ("n", "x"), [(1, 2)])])


def record(*figures: Figure) -> dict[str, object]:
    machine = dict.fromkeys(("processor", "cores", "memory", "system", "python"), "x")
    run = {
        "date": "2026-11-22", "command": "x", "quick": False, "model": "m", "libraries": {},
        "machine": {**machine, "load average before": 0.1},
        "comments": {"source": "texts", "n": 1000, "mean_code_points": 213.2},
    }  # fmt: skip
    return {"scorer": {"run": run, "found": part(*figures).to_json()}}


def figure(name: str, value: float, group: str = "") -> Figure:
    goal = Goal(AT_LEAST, 2.0)
    return Figure(name, "times", Spread(value, value - 1, value + 1), goal, {}, group)


def test_a_miss_is_shown_and_a_group_by_its_worst() -> None:
    found = record(figure("good", 5.0, "g"), figure("bad", 1.5, "g"), figure("other", 3.0))
    lines = summary(found).splitlines()
    assert [line.split("|")[1].strip() for line in lines[4:]] == ["bad (worst of 2)", "other"]
    assert "**no**" in lines[4]
    assert "yes" in lines[5]
    report = full_report(found, {})
    assert all(name in report for name in ("good", "bad", "0.5× to 2.5×", "threads: one"))


def test_what_was_not_measured_says_why() -> None:
    assert part_report(Part("service", "S", skipped="no wrk")) == "Not measured: no wrk."


def test_a_record_reads_back(tmp_path: Path) -> None:
    path, found = tmp_path / "record.json", record(figure("a", 3.0, "g"))
    assert read_record(path) == {}
    path.write_text(record_json(found), encoding="utf-8")
    stored = read_record(path)
    assert stored == json.loads(json.dumps(found))
    assert part_from_json(stored["scorer"]["found"]).figures == [figure("a", 3.0, "g")]


def test_plots_are_drawn_of_what_was_measured() -> None:
    rows = [(50_000, 0, 300_000, 60, 900), (100_000, 0, 300_000, 120, 1500)]
    header = ("rows", "of these spliced", "terms kept", "seconds", "peak MB")
    trained = Part("training", "Training", tables=[Table("Training by rows", header, rows)])
    drawn = draw_plots([trained, Part("service", "Service", skipped="no wrk"), part()])
    assert list(drawn) == ["training"]
    assert drawn["training"].startswith(b"\x89PNG")


def test_comments_are_joined_and_cut_at_words() -> None:
    made = list(pieces(["aa bb", "cc dd", "ee  a-long-word", "f"], length=7))
    assert made == ["aa bb cc", "dd ee a-long-word"]


def test_slow_inputs_are_as_long_as_said() -> None:
    made = pathological_inputs(["an ordinary comment"] * 2000)
    assert all(SIZE - 3 <= len(text.encode()) <= SIZE for text in made.values())
    assert len(set(made["distinct code points"])) == SIZE // 3


def test_bodies_rotate_over_all_comments(tmp_path: Path) -> None:
    texts = [f"comment\nnumber {n}" for n in range(8)]
    singles = write_bodies(tmp_path / "singles", texts).read_bytes().splitlines()
    assert [json.loads(body)["comments"][0]["text"] for body in singles] == texts
    batches = write_bodies(tmp_path / "batches", texts, comments=4).read_bytes().splitlines()
    assert all(len(json.loads(body)["comments"]) == 4 for body in batches)


def test_the_load_generators_output_is_read() -> None:
    line = (
        '{"requests": 30, "seconds": 2.0, "failed": 1, "p50": 0.1, "p95": 0.2, "p99": 0.3, '
        '"longest": 0.4}'
    )
    load = parse_output(f"Running 2s test\n  12 requests\n{line}\n")
    assert (load.rate, load.failed, load.p99) == (15.0, 1, 0.3)
    with pytest.raises(ValueError, match="no measurement"):
        parse_output("unable to connect\n")


def test_rows_are_spliced_where_there_are_too_few() -> None:
    rows = pd.DataFrame(
        {
            "text": ["one two three", "four five six"],
            "group": [4, 7],
            "annotated": [True, True],
            "inclusion_probability": [0.5, 0.5],
            "certainty": ["sure", "sure"],
        }
    )
    made = sample_rows(rows, 6)
    assert made[SPLICED].tolist() == [False, False, True, True, True, True]
    assert made["group"].is_monotonic_increasing
    assert made["group"].is_unique
    begins, ends = ("one two", "four five"), ("two three", "five six")
    spliced = {f"{begin} {end}" for begin in begins for end in ends}
    assert set(made.loc[made[SPLICED], "text"]) <= spliced
    assert set(made.loc[~made[SPLICED], "text"]) == set(rows["text"])
    assert not made.loc[made[SPLICED], "annotated"].any()
    assert len(sample_rows(rows, 1)) == 1


def test_linked_scores_pass_a_cut_equally_often() -> None:
    generator = np.random.default_rng(3)
    theirs = generator.beta(0.5, 2.0, 4000)
    ours = theirs**3
    knots, values = perspective_map.link(ours, theirs)
    mapped = np.interp(ours, knots, values)
    for cut in perspective_map.CUTS:
        assert abs((mapped >= cut).mean() - (theirs >= cut).mean()) < 0.005
        assert perspective_map.agreement(mapped, theirs, cut)[1] > 0.95
