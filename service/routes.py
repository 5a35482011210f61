"""The routes: each parses, makes one call, and formats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import asdict
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from scoring.classify import Judgements
from scoring.guidelines import CATEGORIES, GUIDELINES, GUIDELINES_VERSION
from service.context import context_of, served_model
from service.documents import schemas
from service.documents.examples import example_answers
from service.documents.pages import POLICY, SCRIPT_PATH, documentation_page, try_script
from service.http.body import read_json_body
from service.http.problems import CODES
from service.http.problems import MEDIA_TYPE as PROBLEM_TYPE
from service.models import ServedModel
from service.monitoring.metrics import MEDIA_TYPE as METRICS_TYPE
from service.monitoring.metrics import Metrics
from service.scheduling.steps import classify_in_steps
from service.settings import Settings
from service.wire.classify import (
    Comment,
    Refusal,
    choose_policy,
    count_offsets,
    format_answer,
    parse_classify,
)

Handler = Callable[[Request], Awaitable[Response]]


class DirectRoute(APIRoute):
    """A route whose function takes the request and returns the response, with nothing between.

    The framework's own handler resolves dependencies and validates parameters; these routes have
    neither, and it would take longer than classifying a comment.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the route's own function."""
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return handler


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Describe the problems that a route answers with, for the OpenAPI document.

    Args:
        codes: Those that not every route answers with.

    Returns:
        Responses by status.
    """
    described: dict[int | str, dict[str, Any]] = {}
    for entry in CODES:
        if entry.code in (*codes, *EVERYWHERE):
            known = described.get(entry.status, {"description": ""})["description"]
            content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
            description = f"{known}; {entry.code}" if known else entry.code
            described[entry.status] = {"description": description, "content": content}
    return described


def json_body(*schemas: str) -> dict[str, Any]:
    """Describe a body, which these routes read themselves, for the OpenAPI document.

    Args:
        schemas: Names of the schemas of which the body is one.
    """
    references = [{"$ref": f"#/components/schemas/{name}"} for name in schemas]
    schema = {"anyOf": references} if len(references) > 1 else references[0]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_BODY_PROBLEMS: Final = (
    "invalid_json", "incomplete_body", "body_too_large", "unsupported_media_type",
    "invalid_request", "no_comments", "too_many_comments", "unknown_policy", "not_ready",
)  # fmt: skip

EVERYWHERE: Final = ("internal_error", "unauthorized", "forbidden", "rate_limited", "overloaded")
"""Codes that every route may answer with."""
router = APIRouter(route_class=DirectRoute)


@router.post(
    "/classify",
    summary="Classify comments",
    responses={200: {"model": schemas.ClassifyAnswer}, **problems(*_BODY_PROBLEMS)},
    openapi_extra=json_body("ManyComments", "OneComment"),
)
async def classify(request: Request) -> Response:
    """Give each comment's probabilities, a decision and, if asked for, the words that weighed."""
    context = context_of(request)
    served = served_model(context)
    settings = context.settings
    body = await read_json_body(request, settings.max_body_bytes)
    call = parse_classify(body, settings.max_comments, settings.max_comment_bytes)
    request.scope["moderation.comments"] = len(call.items)
    policy = choose_policy(call.policy, served.policies, settings.policy)
    comments = [item for item in call.items if isinstance(item, Comment)]
    judgements = await classify_in_steps(
        context.batcher, served, policy, [comment.text for comment in comments],
        [comment.language for comment in comments], explained=call.explain,
    )  # fmt: skip
    count_comments(context.metrics, call.items, judgements)
    if context.shadow is not None:
        ids = [comment.id for comment in comments]
        context.shadow.note(ids, judgements, served.manifest.version)
    judgements = count_offsets(call, judgements)
    return json_response(format_answer(served.manifest, call.items, judgements))


@router.get(
    "/guidelines",
    summary="The guidelines",
    responses={200: {"model": schemas.GuidelinesAnswer}, **problems()},
)
async def guidelines(request: Request) -> Response:  # noqa: ARG001 - every route takes one
    """Say what each category rejects and what it welcomes all the same."""
    listed = [asdict(guideline) for guideline in GUIDELINES]
    return json_response({"version": GUIDELINES_VERSION, "guidelines": listed})


@router.get(
    "/model",
    summary="The model in use",
    responses={200: {"model": schemas.ModelAnswer}, **problems("not_ready")},
)
async def model(request: Request) -> Response:
    """Say which model answers, how it was made and what it takes."""
    context = context_of(request)
    return json_response(describe_model(served_model(context), context.settings))


@router.get("/healthz", summary="Is the process up", responses={200: {"model": schemas.Status}})
async def healthz(request: Request) -> Response:  # noqa: ARG001 - every route takes one
    """Answer as soon as the process listens."""
    return json_response({"status": "ok"})


@router.get(
    "/readyz",
    summary="Is a verified model loaded",
    responses={200: {"model": schemas.ReadyStatus}, **problems("not_ready")},
)
async def readyz(request: Request) -> Response:
    """Answer 200 once a verified model can classify, else 503 and why."""
    served = served_model(context_of(request))
    return json_response({"status": "ready", "model": served.manifest.version})


@router.get(
    "/metrics",
    summary="Counters for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, **problems()},
)
async def metrics(request: Request) -> Response:
    """Give the counters of all workers in Prometheus' text format."""
    return Response(context_of(request).metrics.render(), media_type=METRICS_TYPE)


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """Give the documentation as one self-contained page."""
    page = documentation_page(request.app.openapi(), example_answers())
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})


@router.get(SCRIPT_PATH, include_in_schema=False)
async def docs_script(request: Request) -> Response:  # noqa: ARG001 - every route takes one
    """Give the script of the documentation's boxes."""
    return Response(try_script(), media_type="text/javascript; charset=utf-8")


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> Response:
    """Give the OpenAPI document."""
    return json_response(request.app.openapi())


def json_response(content: object) -> Response:
    """Build a JSON answer.

    Args:
        content: Plain dictionaries, lists, tuples, strings and numbers.

    Returns:
        The response.
    """
    return Response(orjson.dumps(content), media_type="application/json")


def describe_model(served: ServedModel, settings: Settings) -> dict[str, Any]:
    """Build the answer of `GET /model`.

    Args:
        served: The model in use.
        settings: What the service was told.

    Returns:
        The JSON members.
    """
    policies = {
        name: {
            "reject_threshold": policy.reject_threshold,
            "approve_threshold": policy.approve_threshold,
            "category_thresholds": dict(zip(CATEGORIES, policy.category_thresholds, strict=True)),
        }
        for name, policy in served.policies.items()
    }
    limits = ("max_comments", "max_comment_bytes", "max_body_bytes")
    copied = (
        "version", "guidelines", "categories", "languages", "normaliser", "format", "trained_at",
        "training_rows", "prevalence", "provisional", "sources",
    )  # fmt: skip
    return {
        **{name: getattr(served.manifest, name) for name in copied},
        "policy": settings.policy,
        "policies": policies,
        "house_rules": served.rules_digest or None,
        "limits": {name: getattr(settings, name) for name in limits},
    }


def count_comments(
    metrics: Metrics, items: Iterable[Comment | Refusal], judgements: Judgements
) -> None:
    """Count the comments of one request.

    Args:
        metrics: The counters.
        items: Comments and refusals.
        judgements: What was found of the comments among them.
    """
    for item in items:
        if isinstance(item, Refusal):
            metrics.count_refused(item.code)
    metrics.count_judged("classify", judgements)
