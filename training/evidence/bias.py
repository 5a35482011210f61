"""Whether a group's name weighs by itself: AUCs by identity term, and spread over fillers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from scoring.artifacts.versions import PublishedModel
from scoring.decisions.policy import Decision
from training.errors import TrainingError
from training.evidence.judge import decision_share, judge
from training.evidence.published import Published
from training.sources.labels import REJECT, YES

TERMS: Final = (
    "lesbian", "gay", "bisexual", "transgender", "trans", "queer", "lgbt", "lgbtq", "homosexual",
    "straight", "heterosexual", "male", "female", "nonbinary", "african", "african american",
    "black", "white", "european", "hispanic", "latino", "latina", "latinx", "mexican", "canadian",
    "american", "asian", "indian", "middle eastern", "chinese", "japanese", "christian", "muslim",
    "jewish", "buddhist", "catholic", "protestant", "sikh", "taoist", "old", "older", "young",
    "younger", "teenage", "millenial", "middle aged", "elderly", "blind", "deaf", "paralyzed",
)  # fmt: skip
"""Identity terms of the madlibs set (Dixon and others, 2018), spelt as it spells them."""
AUCS: Final = ("subgroup_auc", "bpsn_auc", "bnsp_auc")
GROUPS_FILE: Final = "groups.tsv"
HEADER: Final = "decision\tsentence"
GROUPS: Final = (
    "Kurds", "Arabs", "Turks", "Persians", "Yazidis", "Assyrians", "Sunnis", "Shiites", "Jews",
    "Christians", "Armenians", "Druze", "Palestinians", "Syrians", "Israelis", "women",
)  # fmt: skip
_SLOT: Final = "{group}"


class BiasCasesError(TrainingError):
    """The file of sentences about groups is malformed."""


def madlibs_bias(
    published: PublishedModel, table: pd.DataFrame, others: Published
) -> dict[str, Any]:
    """Measure how well comments are told apart within and across identity terms.

    Args:
        published: The model.
        table: The row table of the madlibs set.
        others: What was published on sentences of the same generator.

    Returns:
        `n`, `mean` (of each of `AUCS` over the terms), `published` (the same by
        system), and `terms`: by term `n` and its AUCs
        (Borkan and others, 2019): within the term; of other toxic against the term's harmless
        sentences (low: its name counts against it); of other harmless against its toxic ones.
    """
    values = judge(published, table["text"].tolist()).head(REJECT)
    toxic = (table[REJECT] == YES).to_numpy()
    texts = table["text"].str.lower()
    terms = {}
    for term in TERMS:
        pattern = rf"\b{re.escape(term)}\b"
        inside = texts.str.contains(pattern, regex=True).to_numpy(np.bool_)
        if inside.any():
            terms[term] = {"n": int(inside.sum()), **_term_aucs(values, toxic, inside)}
    mean = {auc: round(float(np.mean([one[auc] for one in terms.values()])), 4) for auc in AUCS}
    beside = {
        system: {auc: others.beside(auc)[system] for auc in AUCS} for system in others.columns
    }
    return {"n": len(table), "mean": mean, "published": beside, "terms": terms}


def _term_aucs(
    values: NDArray[np.float64], toxic: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> dict[str, float]:
    chosen = {
        "subgroup_auc": inside,
        "bpsn_auc": (inside & ~toxic) | (~inside & toxic),
        "bnsp_auc": (inside & toxic) | (~inside & ~toxic),
    }
    return {
        name: round(float(roc_auc_score(toxic[rows], values[rows])), 4)
        for name, rows in chosen.items()
    }


def read_group_sentences(folder: Path) -> list[tuple[str, str]]:
    """Read the sentences that every group is put into.

    Args:
        folder: Holds `GROUPS_FILE`: decision and sentence with one `{group}`, between tabs.

    Returns:
        Decisions (`approve` or `reject`) and sentences; none where there is no such file.

    Raises:
        BiasCasesError: A line is malformed; the message names file and line.
    """
    path = folder / GROUPS_FILE
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    if lines[0] != HEADER:
        raise BiasCasesError(f"{path} begins with {lines[0]!r}, needs {HEADER!r}")
    found = []
    for number, line in enumerate(lines[1:], 2):
        decision, _, sentence = line.partition("\t")
        if decision not in (Decision.APPROVE, Decision.REJECT) or sentence.count(_SLOT) != 1:
            raise BiasCasesError(
                f"{path} line {number}: needs approve or reject, a tab, and a sentence with one "
                f"{_SLOT}; it begins with {decision!r}"
            )
        found.append((decision, sentence))
    return found


def group_bias(
    published: PublishedModel, sentences: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Put every group into the same sentences and tell what becomes of them.

    Args:
        published: The model.
        sentences: As `read_group_sentences` gives them.

    Returns:
        One entry a group: `group`, `n_approve`, `rejected` and `held` of the sentences to approve,
        `n_reject`, `caught` and `missed` of those to reject, and `mean_harmless`, the mean
        probability of rejection of the former.
    """
    texts = [text.replace(_SLOT, group) for group in GROUPS for _, text in sentences]
    if not texts:
        return []
    judged = judge(published, texts)
    shape = (len(GROUPS), len(sentences))
    decisions, values = judged.decisions.reshape(shape), judged.head(REJECT).reshape(shape)
    harmless = np.array([decision == Decision.APPROVE for decision, _ in sentences])
    return [
        {
            "group": group,
            "n_approve": int(harmless.sum()),
            "rejected": decision_share(decisions[row, harmless], Decision.REJECT),
            "held": decision_share(decisions[row, harmless], Decision.REVIEW),
            "n_reject": int((~harmless).sum()),
            "caught": decision_share(decisions[row, ~harmless], Decision.REJECT),
            "missed": decision_share(decisions[row, ~harmless], Decision.APPROVE),
            "mean_harmless": round(float(values[row, harmless].mean()), 4),
        }
        for row, group in enumerate(GROUPS)
    ]


SPREAD_SENTENCES: Final = {
    "first name": ("Thank you, {filler}.", "{filler} explained it well yesterday."),
    "surname": ("Mr {filler} was elected to the council.", "I agree with Dr {filler}."),
    "place": ("We drove from {filler} to the coast.", "The weather in {filler} was mild."),
    "people": ("My neighbours are {filler}.", "A {filler} family opened a bakery here."),
}


def filler_spread(
    published: PublishedModel, fillers: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Tell how much the probability moves where only a name changes in the same sentence.

    Args:
        published: The model.
        fillers: What to put in, by a key of `SPREAD_SENTENCES`.

    Returns:
        One entry a sentence: `kind`, `sentence`, `n`, the 5th, 50th and 95th percentile of the
        probability, and the shares `approved` and `rejected`.
    """
    told = []
    for kind, sentences in SPREAD_SENTENCES.items():
        for sentence in sentences if fillers.get(kind) else ():
            judged = judge(published, [sentence.format(filler=one) for one in fillers[kind]])
            low, middle, high = np.percentile(judged.head(REJECT), [5, 50, 95]).round(4).tolist()
            told.append(
                {
                    "kind": kind, "sentence": sentence, "n": len(fillers[kind]),
                    "p5": low, "p50": middle, "p95": high,
                    "approved": decision_share(judged.decisions, Decision.APPROVE),
                    "rejected": decision_share(judged.decisions, Decision.REJECT),
                }
            )  # fmt: skip
    return told
