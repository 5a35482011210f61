from __future__ import annotations

from training.fitting.build import as_tokens


def test_a_listed_word_is_known_as_the_scorer_reads_it() -> None:
    assert as_tokens(["gr8", "gr9", "goal", "goooal", "two words"]) == ["gr0", "goal", "gooal"]
