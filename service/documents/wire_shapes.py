"""Requests and answers of the other wire formats, for the OpenAPI document only.

What each format says in full is in `docs/switch`; here is what a caller has to send.
"""

from __future__ import annotations

from typing import Any, Final

from scoring.guidelines import HEADS
from service.wire.openai import FROM, NOT_ASSESSED
from service.wire.perspective_attributes import ATTRIBUTES

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
PROBLEM: Final = "application/problem+json"
WORD: Final = "text/plain"
Shape = dict[str, Any]
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_PROBABILITY: Final = {"type": "number", "minimum": 0, "maximum": 1}
_OBJECT: Final = {"type": "object"}
_ERRORS: Final = (400, 401, 403, 413, 415, 429, 500, 503)
"""Statuses of every route that reads a body; the errors have the shape of their format."""


def _object(required: tuple[str, ...], **properties: Shape) -> Shape:
    return {"type": "object", "required": [*required], "properties": properties}


def _operation(
    body: Shape, answer: Shape, *more_errors: int, sent: str = JSON, told: str = JSON
) -> Shape:
    error = {told: {"schema": _OBJECT if told == JSON else _TEXT}}
    if told == JSON:
        error[PROBLEM] = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    errors = {
        str(status): {"description": "an error, in the format's own words where it has any",
                      "content": error}
        for status in (*_ERRORS, *more_errors)
    }  # fmt: skip
    return {
        "requestBody": {"required": True, "content": {sent: {"schema": body}}},
        "responses": {
            "200": {"description": "the answer", "content": {told: {"schema": answer}}},
            **errors,
        },
    }


def _scored(shape: Shape) -> Shape:
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"enum": list(ATTRIBUTES)},
        "additionalProperties": shape,
    }


_COMMENT: Final = _object(("text",), text=_TEXT)
_ONE_OR_MANY: Final = {
    "anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 256}]
}
_LABELS: Final = {
    "type": "array",
    "items": _object(("label", "score"), label={"enum": list(HEADS)}, score=_PROBABILITY),
}
_NAMES: Final = (*FROM, *NOT_ASSESSED)
_RESULT: Final = _object(
    ("flagged", "categories", "category_scores", "category_applied_input_types"),
    flagged={"type": "boolean"},
    categories=_object(_NAMES, **{name: {"type": "boolean"} for name in _NAMES}),
    category_scores=_object(_NAMES, **dict.fromkeys(_NAMES, _PROBABILITY)),
    category_applied_input_types=_OBJECT,
)
_AKISMET: Final = _operation(
    {
        "type": "object",
        "required": ["comment_content"],
        "properties": {"blog": _TEXT, "api_key": _TEXT, "comment_content": _TEXT},
    },
    _TEXT, 501, sent=FORM, told=WORD,
)  # fmt: skip

WIRE_SHAPES: Final[dict[str, dict[str, Any]]] = {
    "/v1alpha1/comments:analyze": _operation(
        _object(
            ("comment", "requestedAttributes"),
            comment=_COMMENT,
            requestedAttributes=_scored(_object((), scoreThreshold=_PROBABILITY)),
            languages={"type": "array", "items": {"const": "en"}},
            doNotStore={"type": "boolean"},
            spanAnnotations={"type": "boolean"},
            clientToken=_TEXT,
        ),
        _OBJECT,
    ),
    "/v1alpha1/comments:suggestscore": _operation(
        _object(
            ("comment", "attributeScores"),
            comment=_COMMENT,
            attributeScores=_scored(
                _object(("summaryScore",), summaryScore=_object(("value",), value=_PROBABILITY))
            ),
            clientToken=_TEXT,
            doNotStore={"type": "boolean"},
        ),
        _OBJECT,
        501,
    ),
    "/v1/moderations": _operation(
        _object(("input",), input=_ONE_OR_MANY, model=_TEXT),
        _object(
            ("id", "model", "results"), id=_TEXT, model=_TEXT,
            results={"type": "array", "items": _RESULT},
        ),
    ),
    "/predict": _operation(
        _object(("inputs",), inputs=_ONE_OR_MANY, truncate={"type": "boolean"}),
        {"anyOf": [_LABELS, {"type": "array", "items": _LABELS}]},
        422,
    ),
    "/integrations/coral": _operation(
        _object(("comment",), comment=_object(("body",), body=_TEXT)), _OBJECT
    ),
    **dict.fromkeys(
        ("/1.1/comment-check", "/1.1/submit-spam", "/1.1/submit-ham", "/1.1/verify-key"), _AKISMET
    ),
}  # fmt: skip
"""Members of the operation by path; all are POST."""
