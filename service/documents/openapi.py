"""The OpenAPI document: built from the routes, with the shapes that no route validates added."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from service.documents.examples import EXAMPLES
from service.documents.schemas import (
    FeedbackIn,
    ManyComments,
    ManyFeedback,
    ModelUse,
    OneComment,
    ProblemDocument,
)
from service.documents.wire_shapes import WIRE_SHAPES
from service.http.problems import CODES, ITEM_CODES, Code

API_VERSION: Final = "1.3.0"
"""Version of the HTTP contract: a new field raises the second number, nothing else may change."""
TITLE: Final = "Comment moderation"
_BODIES: Final = (ManyComments, OneComment, ManyFeedback, FeedbackIn, ModelUse, ProblemDocument)
_SCHEMES: Final = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


def build_document(app: FastAPI) -> dict[str, Any]:
    """Build the OpenAPI document of an application.

    Args:
        app: The application.

    Returns:
        The document.
    """
    document = get_openapi(
        title=TITLE, version=API_VERSION, description=_description(), routes=app.routes
    )
    _, added = models_json_schema(
        [(model, "validation") for model in _BODIES],
        ref_template="#/components/schemas/{model}",
    )
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(added["$defs"])
    components["schemas"] = dict(sorted(components["schemas"].items()))
    for path, members in WIRE_SHAPES.items():
        document["paths"][path]["post"].update(members)
    for path, example in EXAMPLES.items():
        for media in document["paths"][path]["post"]["requestBody"]["content"].values():
            media["example"] = example
    components["securitySchemes"] = _SCHEMES
    document["security"] = [{}, *({name: []} for name in _SCHEMES)]
    return document


def _description() -> str:
    return "\n".join(
        [
            "Classifies comments under a newsroom's guidelines. Keys are needed only where the "
            "service was started with some.",
            "",
            "Problems (application/problem+json) by code:",
            *_listed(CODES),
            "",
            "Errors of one comment, in its place in the results:",
            *_listed(ITEM_CODES),
        ]
    )


def _listed(codes: tuple[Code, ...]) -> list[str]:
    return [
        f"- `{entry.code}`{f' ({entry.status})' if entry.status else ''}: {entry.title}."
        for entry in codes
    ]
