"""What the routes of one application share."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from service.http.auth import KeyRing
from service.http.problems import Problem
from service.models import ModelHolder, ServedModel
from service.monitoring.logs import RequestLog
from service.monitoring.metrics import Metrics
from service.scheduling.micro_batches import MicroBatcher
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that lives as long as the application.

    Attributes:
        settings: What the service was told.
        models: Holds the model in use.
        metrics: Counts.
        requests: Collects the request log.
        batcher: Brings single comments of several requests together.
        keys: Who may call.
    """

    settings: Settings
    models: ModelHolder
    metrics: Metrics
    requests: RequestLog
    batcher: MicroBatcher
    keys: KeyRing


def context_of(request: Request) -> Context:
    """Return the context of the application that got a request.

    Args:
        request: The request.

    Returns:
        The context.
    """
    context: Context = request.scope["app"].state.context
    return context


def served_model(context: Context) -> ServedModel:
    """Return the model in use; hold on to it for the whole request.

    Args:
        context: The application's context.

    Returns:
        The model.

    Raises:
        Problem: `not_ready`.
    """
    served = context.models.served
    if served is None:
        raise Problem("not_ready", context.models.reason, {"Retry-After": "1"})
    return served
