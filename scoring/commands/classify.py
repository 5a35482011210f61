"""`comment-moderation classify TEXT`: what the model in use makes of it, to read or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from scoring.classifier import Classifier, Judgement
from scoring.decisions.policy import DEFAULT_PRESET
from scoring.errors import ScoringError

FAILED: Final = 1


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Args:
        arguments: Words after `classify`.

    Returns:
        The options.
    """
    parser = argparse.ArgumentParser(
        prog="comment-moderation classify",
        description="Say what the model in use makes of a comment.",
    )
    parser.add_argument("text", nargs="*", help="comments; without any, one a line from stdin")
    parser.add_argument("--models", type=Path, help="the folder of versions (MODERATION_MODELS)")
    parser.add_argument("--policy", default=DEFAULT_PRESET, help=f"preset ({DEFAULT_PRESET})")
    parser.add_argument("--json", action="store_true", help="one JSON object a comment")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Words after `classify`; the process's own where None.

    Returns:
        The exit status: 0, or 1 after an error told in one line.
    """
    options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    texts = options.text or [line.rstrip("\n") for line in sys.stdin]
    try:
        classifier = Classifier(options.models, policy=options.policy)
        judgements = classifier.classify(texts, explained=True)
    except (ScoringError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return FAILED
    for text, judgement in zip(texts, judgements, strict=True):
        told = _as_json(judgement) if options.json else _as_line(text, judgement)
        sys.stdout.write(f"{told}\n")
    return 0


def _as_json(judgement: Judgement) -> str:
    return json.dumps(asdict(judgement), ensure_ascii=False)


def _as_line(text: str, judgement: Judgement) -> str:
    """Say it in one line: decision, probability, why, and the heaviest words."""
    why = ", ".join(judgement.reasons) or judgement.review_reason or ""
    words = dict.fromkeys(text[span.start : span.end] for span in judgement.spans[:3])
    heaviest = f"  [{', '.join(words)}]" if words and judgement.decision != "approve" else ""
    return f"{judgement.decision:<8}{judgement.reject_probability:.3f}  {why}{heaviest}"
