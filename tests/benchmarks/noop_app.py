"""The service with one more route, `POST /noop`, that does all that `/classify` does but judge.

Same application, same process, same reading, parsing, formatting, counting and serialising; every
comment gets one judgement made beforehand. `python -m tests.benchmarks.noop_app` starts it as
`python -m service` starts the service.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import uvicorn
from fastapi import FastAPI, Request, Response

import service.__main__
import service.app
from scoring.judge import Judgement, judge
from scoring.policy import PRESETS
from service.body import read_json_body
from service.classify import format_answer
from service.context import context_of, served_model
from service.models import ServedModel
from service.parse import Comment, parse_classify
from service.routes import DirectRoute, _format_results, json_response

PATH: Final = "/noop"
FACTORY: Final = "tests.benchmarks.noop_app:from_environment"
_TEXT: Final = "Thank you for this careful report on the council and its budget."
_made: dict[str, Judgement] = {}


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
    judged = [_judgement(served)] * len(comments)
    results = _format_results(call.items, judged, context.metrics)
    return json_response(format_answer(served.manifest, results))


def _judgement(served: ServedModel) -> Judgement:
    """Return the judgement of an invented comment, made once a model."""
    manifest = served.manifest
    made = _made.get(manifest.version)
    if made is None:
        policy = manifest.policies[PRESETS[0]]
        (made,) = judge(served.scorer, served.identify, policy, [_TEXT], [None], explained=False)
        _made[manifest.version] = made
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
