"""The wire format of `POST /classify`: its body into typed comments, judgements into its answer.

A comment that cannot be classified becomes a `Refusal` in its place and does not fail the others.
No message holds anything that was sent but its type or length.
"""

from __future__ import annotations

import codecs
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import orjson

from scoring.artifacts.manifest import Manifest
from scoring.classify import Judgements
from scoring.comment_rules import is_language_tag, json_type, text_fault
from scoring.decisions.policy import Policy
from scoring.result_json import render
from service.http.problems import Problem
from service.wire.offsets import utf16_spans

LONGEST_ID: Final = 128
"""Code points of an id."""
LARGEST_ID: Final = 2**63
"""Whole numbers below it, and from its negative on, are ids: what databases count with."""
CODE_POINTS: Final = "code-points"
UTF_16: Final = "utf-16"
OFFSETS: Final = (CODE_POINTS, UTF_16)


class Comment(NamedTuple):
    """A comment that can be classified.

    Attributes:
        id: The caller's name for it, if any.
        text: Its text as sent, valid Unicode with at least one character that is not white space.
        language: The language the caller gave (BCP 47), if any.
    """

    id: str | int | None
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A comment that cannot be classified.

    Attributes:
        id: The caller's name for it, if it gave a valid one.
        code: A code of `service.http.problems.ITEM_CODES`.
        message: What was received and what is allowed.
    """

    id: str | int | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ClassifyCall:
    """What `POST /classify` was asked.

    Attributes:
        items: Comments and refusals in the order sent.
        explain: Whether to list the words that weighed most.
        policy: Name of a preset as sent, or None for the service's own.
        offsets: How the offsets of words are counted, one of `OFFSETS`.
    """

    items: tuple[Comment | Refusal, ...]
    explain: bool
    policy: str | None
    offsets: str = CODE_POINTS


def parse_json(body: bytes) -> object:
    """Parse a body; NaN and wrong UTF-8 are not JSON.

    Args:
        body: The raw body.

    Returns:
        What it holds; strings may hold halves of UTF-16 pairs, which cost only their comment.

    Raises:
        Problem: `invalid_json`.
    """
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        position = error.pos
    # outside the handler: the parser's error carries the whole body and must not travel along
    if b"\\u" in body:
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(body.decode(), parse_constant=_refuse_constant)
    raise Problem("invalid_json", f"{len(body)} bytes, not JSON from character {position} on")


def _refuse_constant(name: str) -> object:
    """Refuse what Python's parser reads though it is not JSON: NaN and infinities."""
    raise ValueError(f"{name} is not JSON")


def parse_classify(body: bytes, max_comments: int, max_comment_bytes: int) -> ClassifyCall:
    """Parse and check the body of `POST /classify`.

    Args:
        body: The raw body.
        max_comments: Most comments in one request.
        max_comment_bytes: Longest comment in bytes of UTF-8.

    Returns:
        The call.

    Raises:
        Problem: The body as a whole is refused.
    """
    content = parse_json(body)
    if not isinstance(content, dict):
        raise Problem("invalid_request", f"the body is {json_type(content)}; allowed: object")
    explain = content.get("explain", False)
    if not isinstance(explain, bool):
        raise Problem("invalid_request", f"explain is {json_type(explain)}; allowed: boolean")
    policy = _parse_policy(content.get("policy"))
    offsets = content.get("offsets", CODE_POINTS)
    if offsets not in OFFSETS:
        told = _measured(offsets)
        raise Problem("invalid_request", f"offsets is {told}; allowed: {', '.join(OFFSETS)}")
    comments = _listed(content, max_comments)
    items = tuple([parse_comment(comment, max_comment_bytes) for comment in comments])
    return ClassifyCall(items, explain, policy, offsets)


def parse_comment(raw: object, max_bytes: int) -> Comment | Refusal:
    """Check one comment.

    Args:
        raw: What the body holds in its place.
        max_bytes: Longest text in bytes of UTF-8.

    Returns:
        The comment, or why it is refused.
    """
    if not isinstance(raw, dict):
        return Refusal(None, "invalid_comment", f"{json_type(raw)}; allowed: object")
    name = raw.get("id")
    if name is not None and not _is_id(name):
        allowed = (
            f"allowed: string of at most {LONGEST_ID} code points, valid Unicode, or a whole "
            "number of 64 bits"
        )
        return Refusal(None, "invalid_id", f"id is {_measured(name)}; {allowed}")
    language = raw.get("language")
    if language is not None and not is_language_tag(language):
        allowed = "allowed: language tag such as en or pt-BR"
        return Refusal(name, "invalid_language", f"language is {_measured(language)}; {allowed}")
    if "text" not in raw:
        return Refusal(name, "missing_text", "there is no text; allowed: string")
    text = raw["text"]
    if not isinstance(text, str):
        return Refusal(name, "invalid_text", f"text is {json_type(text)}; allowed: string")
    fault = text_fault(text, max_bytes)
    if fault is not None:
        return Refusal(name, fault.code, fault.message)
    return Comment(name, text, language)


def _is_id(value: object) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return -LARGEST_ID <= value < LARGEST_ID
    if not isinstance(value, str) or len(value) > LONGEST_ID:
        return False
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _measured(value: object) -> str:
    if isinstance(value, str):
        return f"string of {len(value)} code points"
    return json_type(value)


def _parse_policy(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise Problem("unknown_policy", f"policy is {json_type(value)}; allowed: string")


def choose_policy(asked: str | None, policies: Mapping[str, Policy], default: str) -> Policy:
    """Choose the thresholds that a call asks for.

    Args:
        asked: Name of a preset as sent; None or empty for the service's own.
        policies: The presets of the model in use, by name.
        default: Name of the service's own preset, one of them.

    Returns:
        The policy.

    Raises:
        Problem: `unknown_policy`.
    """
    policy = policies.get(asked or default)
    if policy is None:
        allowed = ", ".join(policies)
        raise Problem("unknown_policy", f"policy is {_measured(asked)}; allowed: {allowed}")
    return policy


def _listed(content: dict[str, Any], max_comments: int) -> list[Any]:
    """Return the comments of either form of the body as a list."""
    if ("comments" in content) == ("text" in content):
        found = "both" if "text" in content else "neither"
        allowed = "allowed: exactly one of comments, text"
        raise Problem("invalid_request", f"the body has {found}; {allowed}")
    if "text" in content:
        return [content]
    comments = content["comments"]
    if not isinstance(comments, list):
        raise Problem("invalid_request", f"comments is {json_type(comments)}; allowed: array")
    if not comments:
        raise Problem("no_comments", f"comments has length 0; allowed: 1 to {max_comments}")
    if len(comments) > max_comments:
        allowed = f"allowed: 1 to {max_comments}"
        raise Problem("too_many_comments", f"comments has length {len(comments)}; {allowed}")
    return comments


def count_offsets(call: ClassifyCall, judgements: Judgements) -> Judgements:
    """Count the offsets of words as a call asks for.

    Args:
        call: What was asked.
        judgements: What was found of its comments.

    Returns:
        The judgements, or the same with other offsets.
    """
    if call.offsets == CODE_POINTS or judgements.spans is None:
        return judgements
    texts = [item.text for item in call.items if isinstance(item, Comment)]
    return replace(judgements, spans=utf16_spans(texts, judgements.spans), written=[])


def format_answer(
    manifest: Manifest, items: Sequence[Comment | Refusal], judgements: Judgements
) -> dict[str, Any]:
    """Build the answer of `POST /classify`.

    Args:
        manifest: The manifest of the model that classified.
        items: Comments and refusals in the order sent.
        judgements: What was found of the comments among them.

    Returns:
        The members of the answer, to be written by `orjson`.
    """
    waiting = iter(render(judgements))
    results = [
        orjson.dumps({"id": item.id, "error": {"code": item.code, "message": item.message}})
        if isinstance(item, Refusal)
        else b'{"id":%b,%b' % (orjson.dumps(item.id), next(waiting))
        for item in items
    ]
    listed = orjson.Fragment(b"[%b]" % b",".join(results))
    return {"model": manifest.version, "guidelines": manifest.guidelines, "results": listed}
