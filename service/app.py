"""Builds the application from settings; nothing happens before its lifespan starts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from scoring.compilation.cache import load_kernels
from scoring.errors import ScoringError
from service.console.routes import router as console_router
from service.context import Context
from service.documents.openapi import API_VERSION, TITLE, build_document
from service.feedback_routes import router as feedback_router
from service.http.middleware import Edge
from service.http.problems import http_problem
from service.keys.limits import Load, RateLimits
from service.keys.ring import KeyRing
from service.model_routes import router as model_router
from service.models import RETRY_SECONDS, ModelHolder
from service.monitoring.line_writer import line_writer
from service.monitoring.logs import RequestLog, configure_logs, traceback_places
from service.monitoring.memory import collect_seldom, share_arenas
from service.monitoring.metrics import Metrics
from service.routes import router
from service.scheduling.micro_batches import MicroBatcher
from service.settings import Settings, read_settings
from service.warmup import warm
from service.wire_routes import router as wire_router

if TYPE_CHECKING:
    from service.feedback.shadow import ShadowLog
    from service.feedback.store import FeedbackStore

SUPERVISOR_SECONDS: Final = 1.0
"""Seconds between two looks of a worker at whether its supervisor is there."""

_log = logging.getLogger("service.app")


def create_app(settings: Settings) -> FastAPI:
    """Build an application.

    Args:
        settings: What the service was told.

    Returns:
        The application. It reads and compiles nothing until it is started.
    """
    app = FastAPI(
        title=TITLE,
        version=API_VERSION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        # an exporter that an environment variable switches on could carry a comment's text away
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    context = build_context(settings)
    app.state.context = context
    # the routes themselves, not a router inside the router: it would be asked on every request
    app.router.routes.extend(router.routes)
    app.router.routes.extend(feedback_router.routes)
    app.router.routes.extend(wire_router.routes)
    app.router.routes.extend(console_router.routes)
    app.router.routes.extend(model_router.routes)
    app.add_middleware(Edge, context=context)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, **cross_origin(settings.cors_origins))
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.openapi = _built_once(partial(build_document, app))  # type: ignore[method-assign]
    return app


def cross_origin(origins: tuple[str, ...]) -> dict[str, Any]:
    """Return what pages of other origins may do: call with a key, and read the request's id.

    Args:
        origins: Their origins, or `*`.

    Returns:
        Arguments of the library's middleware.
    """
    return {
        "allow_origins": origins,
        "allow_methods": ("GET", "POST"),
        "allow_headers": ("Authorization", "Content-Type", "X-API-Key", "X-Request-ID"),
        "expose_headers": ("X-Request-ID", "Retry-After"),
    }


def from_environment() -> FastAPI:
    """Build the application of a worker process: settings from the environment, logs as JSON.

    Returns:
        The application.

    Raises:
        SettingsError: A variable holds what it may not.
    """
    settings = read_settings(os.environ)
    configure_logs(settings.log_level)
    share_arenas()
    collect_seldom()
    return create_app(settings)


def build_context(settings: Settings) -> Context:
    """Build what the routes share.

    Args:
        settings: What the service was told.

    Returns:
        A context without a model.
    """
    metrics = Metrics()
    feedback = open_feedback(settings.feedback_database)
    return Context(
        settings=settings,
        models=ModelHolder(settings, metrics, warm),
        metrics=metrics,
        requests=RequestLog(enabled=settings.log_level in ("debug", "info")),
        batcher=MicroBatcher(),
        keys=KeyRing(settings.api_keys),
        rates=RateLimits(settings.rate_limit),
        load=Load(settings.max_in_flight),
        feedback=feedback,
        shadow=open_shadow(feedback) if settings.shadow else None,
    )


def open_feedback(url: str) -> FeedbackStore | None:
    """Name the database of feedback, with its library only where there is one.

    Args:
        url: Its URL; empty for none.

    Returns:
        The store; nothing is connected yet.

    Raises:
        SettingsError: The URL is none that can be used.
    """
    if not url:
        return None
    from service.feedback.store import FeedbackStore

    return FeedbackStore(url)


def open_shadow(store: FeedbackStore | None) -> ShadowLog | None:
    """Make what keeps judgements in shadow mode.

    Args:
        store: Where.

    Returns:
        It; None where there is no store.
    """
    if store is None:
        return None
    from service.feedback.shadow import ShadowLog

    return ShadowLog(store)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Follow `CURRENT`, write the request log and sum up for as long as the application runs."""
    context: Context = app.state.context
    tasks = [
        asyncio.create_task(context.models.follow(load_kernels)),
        asyncio.create_task(context.requests.follow()),
        asyncio.create_task(context.metrics.follow()),
    ]
    if context.settings.api_keys_file is not None:
        file, seconds = context.settings.api_keys_file, context.settings.reload_seconds
        tasks.append(asyncio.create_task(context.keys.follow(file, seconds)))
    for task in tasks:
        task.add_done_callback(_report_end)
    if context.settings.workers > 1:
        tasks.append(asyncio.create_task(_follow_supervisor(os.getppid())))
    if context.feedback is not None:
        tasks.append(asyncio.create_task(_prepare_feedback(context.feedback)))
    if context.shadow is not None:
        tasks.append(asyncio.create_task(context.shadow.follow()))
    try:
        if context.settings.workers > 1:
            await _first_look(context.models, tasks[0])
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        context.requests.flush()
        context.metrics.flush()
        await asyncio.to_thread(line_writer().drain)
        if context.shadow is not None:
            await asyncio.to_thread(context.shadow.flush)
        if context.feedback is not None:
            context.feedback.close()


async def _prepare_feedback(store: FeedbackStore) -> None:
    """Make the table; a database that is away is tried again, and classifying goes on."""
    from service.feedback.store import UNAVAILABLE

    while True:
        try:
            await asyncio.to_thread(store.prepare)
        except UNAVAILABLE as error:
            fields = {"error": type(error).__name__}
            _log.error("the database of feedback cannot be used", extra={"fields": fields})
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return


async def _follow_supervisor(supervisor: int) -> None:
    """End with the process that watches the workers: alone they would hold the port for ever."""
    while os.getppid() == supervisor:
        await asyncio.sleep(SUPERVISOR_SECONDS)
    _log.critical("the supervising process is gone; the worker stops")
    signal.raise_signal(signal.SIGTERM)


async def _first_look(models: ModelHolder, following: asyncio.Task[None]) -> None:
    """Wait until this worker has a model, or knows that there is none.

    The workers of a service share one socket: one that took connections before its model is loaded
    would refuse them although `/readyz`, asked of another, has said 200.
    """
    looked = asyncio.create_task(models.looked.wait())
    await asyncio.wait({looked, following}, return_when=asyncio.FIRST_COMPLETED)
    looked.cancel()


def _report_end(task: asyncio.Task[None]) -> None:
    """Stop the process where a task that should never end has ended: it cannot recover."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        fields: dict[str, Any] = {
            "exception": type(error).__name__,
            "at": traceback_places(error.__traceback__),
        }
        if isinstance(error, ScoringError):  # its message says what to do, and quotes no comment
            fields["told"] = str(error)
        _log.critical("a background task ended; the service stops", extra={"fields": fields})
        signal.raise_signal(signal.SIGTERM)


async def _answer_http_error(_request: Request, error: Exception) -> Response:
    """Hand an error of the router to the edge, which answers every problem."""
    if isinstance(error, HTTPException):
        raise http_problem(error.status_code, error.headers) from None
    raise error


def _built_once(build: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    built: list[dict[str, Any]] = []

    def document() -> dict[str, Any]:
        if not built:
            built.append(build())
        return built[0]

    return document
