"""Routes of the other wire formats: each parses, makes one call, and formats."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from scoring.classify import Judgements
from service.context import Context, context_of, keep_feedback, served_model
from service.http.body import read_body, read_json_body
from service.http.problems import Problem, status_of
from service.keys.api_keys import CLASSIFY, FEEDBACK
from service.keys.ring import AKISMET_PATHS
from service.routes import DirectRoute
from service.scheduling.steps import classify_in_steps
from service.wire.akismet import (
    DEBUG,
    THANKS,
    AkismetError,
    comment_text,
    is_spam,
    parse_form,
    parse_submission,
    sent_key,
    stated_spam,
)
from service.wire.classify import parse_json
from service.wire.coral import CoralError, check_signature, coral_id, format_coral, parse_coral
from service.wire.openai import OpenAIError, format_moderations, parse_moderations
from service.wire.perspective import format_analyze, parse_analyze, parse_suggestion, sentences
from service.wire.perspective_errors import GoogleError
from service.wire.text_classification import format_predict, parse_predict

router = APIRouter(route_class=DirectRoute)


@router.post("/v1alpha1/comments:analyze", summary="Perspective: analyse a comment")
async def analyze(request: Request) -> Response:
    """Answer Perspective's `comments:analyze`."""
    context = context_of(request)
    content = parse_json(await read_json_body(request, context.settings.max_body_bytes))
    try:
        call = parse_analyze(content)
        ranges = sentences(call.text) if call.spans else []
        texts = [call.text, *(call.text[first:stop] for first, stop in ranges)]
        judgements = await _classify(request, context, texts, "perspective")
        return _json(format_analyze(call, ranges, judgements))
    except GoogleError as error:
        return _json(error.document, error.status)


@router.post("/v1alpha1/comments:suggestscore", summary="Perspective: a moderator's decision")
async def suggest_score(request: Request) -> Response:
    """Keep a suggested score as feedback; none is acknowledged that is not kept."""
    context = context_of(request)
    content = parse_json(await read_json_body(request, context.settings.max_body_bytes))
    try:
        item, answer = parse_suggestion(content)
    except GoogleError as error:
        return _json(error.document, error.status)
    if item is not None:
        await keep_feedback(context, [item])
    return _json(answer)


@router.get("/$discovery/rest", summary="Perspective: discovery document")
async def discovery(request: Request) -> Response:
    """Give the document that Google's client libraries build their methods from."""
    root = request.base_url
    if request.headers.get("x-forwarded-proto") == "https":  # asked over TLS, of the site before it
        root = root.replace(scheme="https")
    return _json({**_discovery(), "rootUrl": str(root), "baseUrl": str(root)})


@router.post("/v1/moderations", summary="OpenAI: moderate texts")
async def moderations(request: Request) -> Response:
    """Answer OpenAI's `moderations`."""
    context = context_of(request)
    settings = context.settings
    content = parse_json(await read_json_body(request, settings.max_body_bytes))
    try:
        texts = parse_moderations(content, settings.max_comments, settings.max_comment_bytes)
    except OpenAIError as error:
        return _json(error.document, error.status)
    judgements = await _classify(request, context, texts, "openai")
    served = served_model(context)
    manifest, thresholds = served.manifest, served.policies[settings.policy].category_thresholds
    name = request.scope.get("moderation.request_id", "0")
    return _json(format_moderations(str(name), manifest.version, judgements, thresholds))


@router.post("/integrations/coral", summary="Coral: external moderation phase")
async def coral(request: Request) -> Response:
    """Answer Coral's external moderation phase."""
    context = context_of(request)
    body = await read_json_body(request, context.settings.max_body_bytes)
    try:
        check_signature(body, request.scope["headers"], context.settings.coral_secrets)
        content = parse_json(body)
        text = parse_coral(content)
    except CoralError as error:
        return _json(error.document, error.status)
    judgements = await _classify(request, context, [text], "coral")
    if context.shadow is not None:
        context.shadow.note([coral_id(content)], judgements, served_model(context).manifest.version)
        return _json({})
    return _json(format_coral(judgements))


@router.post("/predict", summary="text-embeddings-inference: labels with scores")
async def predict(request: Request) -> Response:
    """Answer text-embeddings-inference's `predict`."""
    context = context_of(request)
    settings = context.settings
    content = parse_json(await read_json_body(request, settings.max_body_bytes))
    texts, alone = parse_predict(content, settings.max_comments, settings.max_comment_bytes)
    judgements = await _classify(request, context, texts, "text-embeddings-inference")
    return _json(format_predict(judgements, alone=alone))


_AKISMET_SCOPES: Final = {
    "verify-key": {CLASSIFY, FEEDBACK}, "comment-check": {CLASSIFY},
    "submit-spam": {FEEDBACK}, "submit-ham": {FEEDBACK},
}  # fmt: skip


async def akismet(request: Request) -> Response:
    """Answer Akismet's calls; what went wrong stands in a header, as Akismet does it."""
    context = context_of(request)
    called = request.url.path.rpartition("/")[2]
    try:
        form = parse_form(await read_body(request, context.settings.max_body_bytes))
        key = sent_key(form, request.headers.get("host", ""))
        bearer = context.keys.accept(key, _AKISMET_SCOPES[called])
        if bearer is not None:
            context.rates.admit(bearer.digest, bearer.rate)
        return PlainTextResponse(await _answer_akismet(request, context, called, form))
    except (AkismetError, Problem) as error:
        told = error.detail if isinstance(error, Problem) else str(error)
        status = status_of(error) if isinstance(error, Problem) else 200
        # clients read the word, and only where the status is 200
        return PlainTextResponse("invalid", 200 if status < 429 else status, {DEBUG: told})


for path in AKISMET_PATHS:
    router.add_api_route(path, akismet, methods=["POST"], include_in_schema=path.startswith("/1.1"),
                         summary=f"Akismet: {path.rpartition('/')[2]}")  # fmt: skip


async def _answer_akismet(
    request: Request, context: Context, called: str, form: dict[str, str]
) -> str:
    longest = context.settings.max_comment_bytes
    if called == "verify-key":
        return "valid"
    if called == "comment-check":
        spam = stated_spam(form)
        if spam is None:
            text = comment_text(form, longest)
            spam = is_spam(await _classify(request, context, [text], "akismet"))
        return "true" if spam else "false"
    item = parse_submission(form, spam=called == "submit-spam", max_bytes=longest)
    if item is not None:
        await keep_feedback(context, [item])
    return THANKS


async def _classify(
    request: Request, context: Context, texts: list[str], wire_format: str
) -> Judgements:
    """Classify texts under the service's own preset, and count them."""
    served = served_model(context)
    request.scope["moderation.comments"] = len(texts)
    policy = served.policies[context.settings.policy]
    undeclared = [None] * len(texts)
    judgements = await classify_in_steps(
        context.batcher, served, policy, texts, undeclared, explained=False
    )
    # Perspective's sentences are parts of one comment
    whole = judgements.part(0, 1) if wire_format == "perspective" else judgements
    context.metrics.count_judged(wire_format, whole)
    return judgements


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


@lru_cache(maxsize=1)
def _discovery() -> dict[str, Any]:
    document = files("service.wire").joinpath("perspective_discovery.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(document)
    return loaded
