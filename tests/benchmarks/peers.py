"""`make peers`: what else a newsroom could install, on the same comments in the same run.

Quality is ROC-AUC of "should not be published"; a checker that only says yes or no has the area
under its one point. Time is that of one comment at a time, as a moderation backend sends them, and
of a batch where a library knows batches.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from scoring.artifacts.versions import PublishedModel, load_current
from training.corpus.merge import HELD_BACK, TRAIN
from training.corpus.weights import news_keys, row_weights
from training.evaluation.behaviour import MUST_APPROVE, MUST_REJECT, read_cases
from training.evaluation.plots import BLUE, VERMILION, figure_png, new_figure
from training.project_data import read_corpus
from training.settings import TrainingSettings
from training.sources.labels import REJECT, UNKNOWN, YES
from training.sources.load import read_source
from training.sources.registry import Registry, load_registry

ROOT: Final = Path(__file__).parents[2]
OUT: Final = ROOT / "docs" / "evaluation" / "peers.json"
BENCHMARKS: Final = ("c3", "wiki-nonfuzzed", "olid-test")
TIMED: Final = 300
"""Comments that time is taken on."""
MOST: Final = 3000
"""Comments of a set, drawn: the slowest library takes 30 ms for one."""
SEED: Final = 20261127
EMBEDDED: Final = 60_000
"""Training rows of the embeddings' head, drawn by their weights."""
LONGEST: Final = 1000
"""Code points of a text that is embedded to train on."""
OURS: Final = "this project"

Predict = Callable[[Sequence[str]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to score comments.

    Attributes:
        name: What it is called.
        about: What it is, in a line.
        predict: Scores of n comments, float64 (n), higher for what should be rejected.
    """

    name: str
    about: str
    predict: Predict


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write `docs/evaluation/peers.json`.

    Args:
        arguments: Words of the command line; the process's own where None.

    Returns:
        0.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    published = load_current(ROOT / "models")
    registry = load_registry(ROOT / "data" / "sources.toml")
    corpus = read_corpus(ROOT / "data", registry).rows
    sets = _sets(corpus, registry)
    peers, missing = _peers(published, corpus, registry)
    with threadpool_limits(limits=1):
        found = [_measure(peer, sets) for peer in peers]
    record = {
        "model": published.manifest.version,
        "date": datetime.now(UTC).date().isoformat(),
        "sets": {name: [len(texts), int(yes.sum())] for name, (texts, yes) in sets.items()},
        "peers": found,
        "missing": missing,
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    options.out.with_suffix(".png").write_bytes(figure_png(_figure(found)))
    sys.stdout.write(f"{json.dumps(record, indent=1)}\nwritten: {options.out}\n")
    return 0


Sets = Mapping[str, tuple[list[str], NDArray[np.bool_]]]


def _sets(corpus: pd.DataFrame, registry: Registry) -> Sets:
    """Gather comments that nothing of ours is trained on, with the right decision."""
    held_back = corpus[(corpus["split"] == HELD_BACK) & corpus["inclusion_probability"].notna()]
    news = held_back["source"].isin(news_keys(registry))
    tables = {"held-back news": held_back[news], "five other places": held_back[~news]}
    for key in BENCHMARKS:
        tables[key] = read_source(registry.source(key), ROOT / "data" / "raw")
    sets = {name: _labelled(table) for name, table in tables.items()}
    cases = [
        case
        for case in read_cases(ROOT / "tests" / "behaviour" / "cases")
        if case.expectation in (MUST_REJECT, MUST_APPROVE)
    ]
    sets["behaviour suite"] = (
        [case.text for case in cases],
        np.array([case.expectation == MUST_REJECT for case in cases]),
    )
    return sets


def _labelled(table: pd.DataFrame) -> tuple[list[str], NDArray[np.bool_]]:
    rows = table[table[REJECT] != UNKNOWN]
    if len(rows) > MOST:
        rows = rows.sample(MOST, random_state=SEED)
    return rows["text"].tolist(), (rows[REJECT] == YES).to_numpy(np.bool_)


def _measure(peer: Peer, sets: Sets) -> dict[str, Any]:
    aucs = {
        name: round(float(roc_auc_score(yes, peer.predict(texts))), 4)
        for name, (texts, yes) in sets.items()
    }
    texts = next(iter(sets.values()))[0][:TIMED]
    peer.predict(texts[:10])
    started = time.perf_counter()
    for text in texts:
        peer.predict([text])
    single = (time.perf_counter() - started) / len(texts)
    started = time.perf_counter()
    peer.predict(texts)
    batch = (time.perf_counter() - started) / len(texts)
    return {
        "name": peer.name,
        "about": peer.about,
        "roc_auc": aucs,
        "mean_roc_auc": round(float(np.mean(list(aucs.values()))), 4),
        "milliseconds_single": round(1000 * single, 4),
        "milliseconds_batch": round(1000 * batch, 4),
    }


def _figure(peers: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw quality against cost."""
    figure, axes = new_figure("Quality against cost, one comment at a time", (7.0, 4.5))
    for peer in peers:
        ours = peer["name"] == OURS
        place = (peer["milliseconds_single"], peer["mean_roc_auc"])
        axes.plot(*place, "D" if ours else "o", color=BLUE if ours else VERMILION, markersize=9)
        axes.annotate(peer["name"], place, xytext=(8, 4), textcoords="offset points")
    axes.set(xscale="log", xlabel="milliseconds a comment", ylabel="ROC-AUC, mean of the sets")
    axes.margins(x=0.25, y=0.15)
    return figure


def _peers(
    published: PublishedModel, corpus: pd.DataFrame, registry: Registry
) -> tuple[list[Peer], dict[str, str]]:
    """Load what can be loaded; returns it, and of the rest why not."""
    peers = [Peer(OURS, "this project's model", _ours(published))]
    missing = {}
    loaders: dict[str, Callable[[], Peer]] = {
        "embeddings": lambda: _embeddings(corpus, registry),
        "alt-profanity-check": _alt,
        "better-profanity": _better,
        "glin-profanity": _glin,
        "hatesonar": _sonar,
    }
    for name, load in loaders.items():
        try:
            peers.append(load())
        # each library fails in a way of its own: not installed, or a model it cannot read
        except (ImportError, OSError, RuntimeError, ValueError) as error:
            missing[name] = f"{type(error).__name__}: {str(error).splitlines()[0][:160]}"
    return peers, missing


def _ours(published: PublishedModel) -> Predict:
    def predict(texts: Sequence[str]) -> NDArray[np.float64]:
        return published.scorer.score(list(texts)).reject_probability

    return predict


def _embeddings(corpus: pd.DataFrame, registry: Registry) -> Peer:
    """A sentence encoder that carries its model, and a linear head on our training rows."""
    import wordllama
    from wordllama import WordLlama

    encoder = WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    rows = corpus[(corpus["split"] == TRAIN) & (corpus[REJECT] != UNKNOWN)]
    weights = row_weights(rows, registry.weights(), news_keys(registry), TrainingSettings())
    drawn = np.random.default_rng(SEED).choice(
        len(rows), min(EMBEDDED, len(rows)), replace=False, p=weights / weights.sum()
    )
    rows = rows.iloc[drawn]
    head = LogisticRegression(max_iter=300)
    head.fit(
        encoder.embed([text[:LONGEST] for text in rows["text"]]),
        (rows[REJECT] == YES).to_numpy(),
    )

    def predict(texts: Sequence[str]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = head.predict_proba(encoder.embed(list(texts)))[:, 1]
        return found

    return Peer(
        "embeddings + linear",
        f"wordllama {version('wordllama')}, logistic regression on {EMBEDDED:,} of our rows",
        predict,
    )


def _alt() -> Peer:
    from profanity_check import predict_prob

    def predict(texts: Sequence[str]) -> NDArray[np.float64]:
        return np.asarray(predict_prob(list(texts)), np.float64)

    return Peer("alt-profanity-check", f"{version('alt-profanity-check')}, linear SVM", predict)


def _better() -> Peer:
    from better_profanity import profanity

    profanity.load_censor_words()
    return Peer(
        "better-profanity",
        f"{version('better-profanity')}, a word list",
        _yes_or_no(profanity.contains_profanity),
    )


def _glin() -> Peer:
    from glin_profanity import Filter

    check = Filter()
    return Peer(
        "glin-profanity",
        f"{version('glin-profanity')}, a word list",
        _yes_or_no(check.is_profane),
    )


def _yes_or_no(check: Callable[[str], bool]) -> Predict:
    def predict(texts: Sequence[str]) -> NDArray[np.float64]:
        return np.array([float(check(text)) for text in texts])

    return predict


def _sonar() -> Peer:
    from hatesonar import Sonar

    sonar = Sonar()

    def predict(texts: Sequence[str]) -> NDArray[np.float64]:
        scores = []
        for text in texts:
            classes = {c["class_name"]: c["confidence"] for c in sonar.ping(text=text)["classes"]}
            scores.append(1.0 - classes["neither"])
        return np.array(scores)

    return Peer("hatesonar", f"{version('hatesonar')}, logistic regression on tweets", predict)


if __name__ == "__main__":
    sys.exit(main())
