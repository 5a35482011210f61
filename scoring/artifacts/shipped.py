"""Where the shipped models are: in the checkout, or inside the installed package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from scoring.artifacts.selection import CURRENT

MODELS_VARIABLE: Final = "MODERATION_MODELS"
_PACKAGE: Final = Path(__file__).parents[1]
IN_CHECKOUT: Final = _PACKAGE.parent / "models"
IN_WHEEL: Final = _PACKAGE / "shipped_models"


def chosen_models(environment: Mapping[str, str]) -> Path:
    """Choose the folder of models.

    Args:
        environment: Environment variables by name, usually `os.environ`.

    Returns:
        What MODERATION_MODELS names; else the folder `models` here, beside this package, or inside
        it, the first that holds `CURRENT`; else `models` here.
    """
    named = environment.get(MODELS_VARIABLE, "").strip()
    if named:
        return Path(named)
    here = Path("models")
    return next((path for path in (here, IN_CHECKOUT, IN_WHEEL) if (path / CURRENT).exists()), here)
