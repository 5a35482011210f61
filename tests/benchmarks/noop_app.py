"""The service with one more route, `POST /noop`, that does all that `/classify` does but judge.

Same application, same process, same reading, parsing, formatting, counting and serialising, each
request on its own; every comment gets one judgement made beforehand.
`python -m tests.benchmarks.noop_app` starts it as `python -m service` starts the service.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import uvicorn
from fastapi import FastAPI, Request, Response

import service.__main__
import service.app
from scoring.classify import Judgements, classify
from scoring.decisions.policy import DEFAULT_PRESET
from service.context import context_of, served_model
from service.http.body import read_json_body
from service.models import ServedModel
from service.routes import DirectRoute, count_comments, json_response
from service.wire.classify import Comment, format_answer, parse_classify

PATH: Final = "/noop"
FACTORY: Final = "tests.benchmarks.noop_app:from_environment"
_TEXT: Final = "Thank you for this careful report on the council and its budget."
_made: dict[tuple[str, int], Judgements] = {}


def from_environment() -> FastAPI:
    """Build the service's application and add the route.

    The route is the first to be matched: what being first saves counts for it, not for `/classify`.

    Returns:
        The application.
    """
    app = service.app.from_environment()
    app.router.routes.insert(0, DirectRoute(PATH, noop, methods=["POST"]))
    return app


async def noop(request: Request) -> Response:
    """Answer as `/classify` does, with the same judgement for every comment."""
    context = context_of(request)
    served = served_model(context)
    settings = context.settings
    body = await read_json_body(request, settings.max_body_bytes)
    call = parse_classify(body, settings.max_comments, settings.max_comment_bytes)
    request.scope["moderation.comments"] = len(call.items)
    comments = [item for item in call.items if isinstance(item, Comment)]
    judgements = _judgements(served, len(comments))
    count_comments(context.metrics, call.items, judgements)
    return json_response(format_answer(served.manifest, call.items, judgements))


def _judgements(served: ServedModel, count: int) -> Judgements:
    """Return so many judgements of an invented comment, made once a model and count."""
    key = served.manifest.version, count
    made = _made.get(key)
    if made is None:
        policy = served.manifest.policies[DEFAULT_PRESET]
        texts, undeclared = [_TEXT] * count, [None] * count
        made = classify(served.scorer, served.identify, policy, texts, undeclared, explained=False)
        _made[key] = made
    return made


def main() -> int:
    """Run `python -m service` with this application in the place of its own.

    Returns:
        The exit status.
    """
    listen = uvicorn.run

    def listen_with_noop(_factory: str, **options: Any) -> None:
        listen(FACTORY, **options)

    # every other parameter of the server stays what the service gives it
    uvicorn.run = listen_with_noop  # type: ignore[assignment]
    return service.__main__.main()


if __name__ == "__main__":
    sys.exit(main())
