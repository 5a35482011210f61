from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import training
import training.errors
from training.errors import TrainingError


def below(error: type[TrainingError]) -> Iterator[type[TrainingError]]:
    yield error
    for kind in error.__subclasses__():
        yield from below(kind)


def test_every_error_is_in_the_tree_and_says_what_it_is() -> None:
    for module in pkgutil.walk_packages(training.__path__, "training."):
        importlib.import_module(module.name)
    tree = (training.errors.__doc__ or "").split()
    found = [error for error in below(TrainingError) if error.__module__.startswith("training.")]
    assert len(found) > 10
    assert [error.__name__ for error in found if error.__name__ not in tree] == []
    assert [error.__name__ for error in found if not error.__doc__] == []
