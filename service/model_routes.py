"""Routes that run the service: which models there are, take another, take the one before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Final, ParamSpec, TypeVar

from fastapi import APIRouter, Request, Response

from scoring.artifacts.selection import list_versions, roll_back, use_version
from scoring.errors import ArtifactError, ArtifactMissing, NothingToRollBack
from service.context import Context, context_of
from service.documents import schemas
from service.http.body import read_json_body
from service.http.problems import Problem
from service.routes import DirectRoute, json_body, json_response, problems
from service.wire.classify import parse_json
from service.wire.models import parse_version

_CODES: Final = ("admin_key_required", "model_unusable", "models_unwritable")
P = ParamSpec("P")
Result = TypeVar("Result")

_log = logging.getLogger("service.models")

router = APIRouter(route_class=DirectRoute)


@router.get(
    "/models",
    summary="The models that are there",
    responses={200: {"model": schemas.ModelsAnswer}, **problems(*_CODES[:2])},
)
async def models(request: Request) -> Response:
    """List the published versions, the newest first."""
    context = administered(request)
    listed = await _in_thread(list_versions, context.settings.models)
    return json_response({**_chosen(context), "versions": [asdict(one) for one in listed]})


@router.post(
    "/models/use",
    summary="Take another model",
    responses={
        200: {"model": schemas.ModelChoice},
        **problems(
            *_CODES, "invalid_json", "incomplete_body", "body_too_large",
            "unsupported_media_type", "invalid_request", "unknown_model",
        ),
    },
    openapi_extra=json_body("ModelUse"),
)  # fmt: skip
async def use(request: Request) -> Response:
    """Verify a version and choose it; the workers follow at their next look."""
    context = administered(request)
    body = await read_json_body(request, context.settings.max_body_bytes)
    version = parse_version(parse_json(body))
    await _in_thread(use_version, context.settings.models, version)
    return _answer_choice(context, version)


@router.post(
    "/models/roll-back",
    summary="Take the model before",
    responses={200: {"model": schemas.ModelChoice}, **problems(*_CODES, "unknown_model")},
)
async def back(request: Request) -> Response:
    """Choose the version that was in use before this one."""
    context = administered(request)
    version = await _in_thread(roll_back, context.settings.models)
    return _answer_choice(context, version)


def administered(request: Request) -> Context:
    """Return the context, where the service has keys: the edge has then asked for an admin's.

    Args:
        request: The request.

    Returns:
        The context.

    Raises:
        Problem: `admin_key_required`.
    """
    context = context_of(request)
    if not context.keys:
        raise Problem(
            "admin_key_required",
            "the service has no keys, and whoever reaches it may classify but not change the "
            "model; set MODERATION_API_KEYS_FILE to a file with a key of the scope admin",
        )
    return context


async def _in_thread(work: Callable[P, Result], *arguments: P.args, **named: P.kwargs) -> Result:
    """Read or change the folder of models beside the event loop, failures told as problems."""
    try:
        return await asyncio.to_thread(work, *arguments, **named)
    except ArtifactMissing as error:
        problem = Problem("unknown_model", str(error))
    except (ArtifactError, NothingToRollBack) as error:
        problem = Problem("model_unusable", str(error))
    except OSError as error:
        problem = Problem("models_unwritable", f"{type(error).__name__}: {error.strerror}")
    raise problem


def _answer_choice(context: Context, version: str) -> Response:
    _log.info("model chosen", extra={"fields": {"model": version}})
    return json_response({**_chosen(context), "chosen": version})


def _chosen(context: Context) -> dict[str, object]:
    served = context.models.served
    return {
        "serving": None if served is None else served.manifest.version,
        "reload_seconds": context.settings.reload_seconds,
    }
