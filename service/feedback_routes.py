"""Routes of what moderators decided: keep it, and how decided comments score now."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.context import context_of, decided_comments, keep_feedback, served_model
from service.documents import schemas
from service.http.body import read_json_body
from service.routes import DirectRoute, json_body, json_response, problems
from service.scheduling.steps import classify_in_steps
from service.wire.classify import choose_policy, parse_json
from service.wire.feedback import parse_feedback
from service.wire.feedback_scores import MOST_SCORED, format_scores, parse_scores

router = APIRouter(route_class=DirectRoute)


@router.post(
    "/feedback",
    summary="Keep moderators' decisions",
    responses={
        200: {"model": schemas.FeedbackAnswer},
        **problems(
            "invalid_json", "incomplete_body", "body_too_large", "unsupported_media_type",
            "invalid_request", "feedback_disabled", "feedback_unavailable",
        ),
    },
    openapi_extra=json_body("ManyFeedback", "FeedbackIn"),
)  # fmt: skip
async def feedback(request: Request) -> Response:
    """Keep what moderators decided, all of a request or nothing; nothing else is ever kept."""
    context = context_of(request)
    settings = context.settings
    content = parse_json(await read_json_body(request, settings.max_body_bytes))
    items = parse_feedback(content, settings.max_comments, settings.max_comment_bytes)
    new = await keep_feedback(context, items)
    return json_response({"received": len(items), "new": new})


@router.get(
    "/feedback/scores",
    summary="How decided comments score now",
    responses={
        200: {"model": schemas.DecidedScores},
        **problems(
            "invalid_request", "unknown_policy", "not_ready", "feedback_disabled",
            "feedback_unavailable",
        ),
    },
    openapi_extra={
        "parameters": [
            {
                "name": "latest", "in": "query", "description": "Most decisions to look at.",
                "schema": {
                    "type": "integer", "minimum": 1, "maximum": MOST_SCORED,
                    "default": MOST_SCORED,
                },
            },
            {
                "name": "policy", "in": "query", "schema": {"type": "string"},
                "description": "Preset that decides; unset: the service's own.",
            },
        ]
    },
)  # fmt: skip
async def scores(request: Request) -> Response:
    """Judge the comments that moderators decided on last; no text, id or name is told."""
    context = context_of(request)
    served = served_model(context)
    call = parse_scores(request.query_params)
    policy = choose_policy(call.policy, served.policies, context.settings.policy)
    found = await decided_comments(context, call.latest)
    request.scope["moderation.comments"] = len(found)
    judgements = await classify_in_steps(
        context.batcher, served, policy, [text for text, _ in found], [None] * len(found),
        explained=False,
    )  # fmt: skip
    decided = [decision for _, decision in found]
    return json_response(format_scores(served.manifest.version, policy.name, decided, judgements))
