from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from scoring.ngrams.extract import extract_terms, hash_term
from scoring.text.normalise import normalise
from training.features.extract import english_words, extract_features
from training.settings import TrainingSettings

SETTINGS = replace(TrainingSettings(), fewest_groups=2)
ROWS = pd.DataFrame({"text": ["red cat", "red cat", "red dog", "blue dog"], "group": [1, 1, 2, 3]})


def test_idf_counts_groups_and_not_texts() -> None:
    features = extract_features(ROWS, SETTINGS)
    at = {h: i for i, h in enumerate(features.vocabulary.hashes.tolist())}
    red, dog = (at[hash_term(word, word=True)] for word in ("red", "dog"))
    assert features.idf[red] == features.idf[dog]  # two of three groups each
    assert hash_term("cat", word=True) not in at
    assert features.values.shape == (4, len(at))


def test_nothing_is_learnt_of_emoji_of_people_and_flags() -> None:
    rows = pd.DataFrame({"text": ["yes 👦", "no 🇵🇸🇵🇸🇵🇸", "yes ⛪", "no"], "group": [1, 2, 3, 4]})
    known = set(extract_features(rows, SETTINGS).vocabulary.hashes.tolist())
    alone = extract_terms(normalise("👴"), SETTINGS.terms).hashes.tolist()
    assert hash_term("yes", word=True) in known
    assert not known & set(alone)


def test_keep_scales_the_rest_anew() -> None:
    features = extract_features(ROWS, SETTINGS)
    words = features.vocabulary.words
    chosen = words & (features.vocabulary.hashes == np.uint64(hash_term("red", word=True)))
    kept = features.keep(chosen)
    np.testing.assert_allclose(kept.values.toarray().ravel(), [1, 1, 1, 0], rtol=1e-6)
    assert len(kept.idf) == len(kept.vocabulary.hashes) == 1


def test_english_words_are_latin_words_of_enough_texts_in_english_company() -> None:
    common = ["the cat sat with the dog on the mat and did not run", "the dog and the cat did run"]
    texts = [*common * 20, "the quokka did sit with the dog там 12", "the quokka and the cat там",
             "alas the cat did run"]  # fmt: skip
    texts += ["wir haben heute nichts mehr"] * 3
    settings = replace(SETTINGS, english_texts=2, common_share=0.2)
    found = english_words(texts, settings)
    assert found.dtype == np.uint64
    assert (np.diff(found.astype(object)) > 0).all()
    known = {word for word in ("cat", "quokka", "alas", "там", "wir", "nichts")
             if hash_term(word, word=True) in found.tolist()}  # fmt: skip
    assert known == {"cat", "quokka"}


def test_no_english_text() -> None:
    assert english_words([], SETTINGS).tolist() == []
