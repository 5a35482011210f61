"""What several packages' tests share: compiled code, and a factory of tiny models."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from scoring.compilation.cache import compiled_name, is_complete, load_kernels
from scoring.guidelines import CATEGORIES, HEADS
from scoring.model.arrays import Calibration, LinearModel
from scoring.ngrams.extract import TermSettings, extract_terms
from scoring.text.normalise import normalise
from tests.canaries import leaks

MakeLinearModel = Callable[..., LinearModel]


@pytest.fixture(scope="session", autouse=True)
def kernel_cache(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Compiled code, kept between runs and shared by all tests: compiling takes ten seconds."""
    folder: Path = request.config.cache.mkdir("service-kernels")
    folder.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODERATION_CACHE", str(folder))
        load_kernels()
        yield folder
    assert is_complete(folder / compiled_name()), "a call had types that the sample has not"


@pytest.fixture(scope="session")
def make_linear_model() -> MakeLinearModel:
    """A factory of quantised models with random weights: texts, share of terms known, seed."""

    def make(texts: Sequence[str], known: float = 1.0, seed: int = 0) -> LinearModel:
        random, settings = np.random.default_rng(seed), TermSettings()
        every = [extract_terms(normalise(text), settings) for text in texts]
        hashes = np.unique(np.concatenate([terms.hashes for terms in every]))
        hashes = hashes[random.random(len(hashes)) < known]
        english = np.unique(np.concatenate([terms.hashes[: terms.words] for terms in every]))
        weights = random.normal(size=(len(hashes), len(HEADS))).astype(np.float32)
        idf = random.uniform(1, 9, len(hashes)).astype(np.float32)
        calibration = Calibration(
            random.uniform(0.5, 2, len(CATEGORIES)),
            random.normal(-1, 1, len(CATEGORIES)),
            np.array([-1.0, 0.7, 0.3]),
        )
        biases = random.normal(size=len(HEADS))
        return LinearModel.quantised(settings, hashes, idf, weights, biases, calibration, english)

    return make


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose log lines hold a comment or a key that tests send."""
    report = yield
    written = [text for name, text in report.sections if "stderr" in name or "log" in name]
    leaked = leaks("\n".join(written))
    # the last report of a test has what was written before, during and after it
    if report.when == "teardown" and report.passed and leaked:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: a log line holds {leaked}"
    return report
