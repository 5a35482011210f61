"""`/docs`: one page written from the OpenAPI document, with a box to try each route."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Any, Final

import orjson

from service.http.problems import CODES, ITEM_CODES, Code

SCRIPT_PATH: Final = "/docs/try.js"
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the page: its own style, this service's script, no other host."""
_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 14px/1.5 ui-monospace, monospace }
textarea { width: 100%; box-sizing: border-box; font: 14px/1.5 ui-monospace, monospace }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8888; border-radius: 4px }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-top: 1px solid #8884 }
h2 { margin-top: 2.5rem; border-top: 1px solid #8888; padding-top: 1rem }
h2 code { font-size: 1em }
"""


def documentation_page(document: dict[str, Any], answers: dict[str, dict[str, Any]]) -> str:
    """Write the page.

    Args:
        document: The OpenAPI document.
        answers: What each route was asked and answered, see `example_answers`.

    Returns:
        HTML with its style inside.
    """
    title = escape(document["info"]["title"])
    operations = [
        _operation(method, path, operation, answers[f"{method.upper()} {path}"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = document["components"]["schemas"]
    shapes = [_schema(name, schema) for name, schema in schemas.items()]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{_STYLE}</style>",
            f'<script src="{SCRIPT_PATH}" type="module"></script></head><body>',
            f"<h1>{title} {escape(document['info']['version'])}</h1>",
            '<p>The same as <a href="/openapi.json">OpenAPI</a>, for programs. The answers are '
            "those of the shipped model to the requests above them; of a list the first entries "
            "are shown.</p>",
            '<p><label for="key">Key, where the service has keys</label> '
            '<input id="key" type="password" autocomplete="off"></p>',
            *operations,
            *_codes("Problems", "problems", CODES),
            *_codes("Errors of one comment", "comment-errors", ITEM_CODES),
            "<h2>Shapes</h2>",
            *shapes,
            "</body></html>",
        ]
    )


def _operation(method: str, path: str, operation: dict[str, Any], asked: dict[str, Any]) -> str:
    rows = [
        [f"<code>{escape(status)}</code>", _content(answer)]
        for status, answer in operation["responses"].items()
    ]
    takes = operation.get("requestBody")
    return "\n".join(
        [
            f"<h2><code>{method.upper()} {escape(path)}</code></h2>",
            f"<p>{escape(operation['summary'])}. {escape(operation.get('description', ''))}</p>",
            f"<p>Takes {_content(takes)}.</p>" if takes else "",
            _table(("status", "answer"), rows),
            _try_box(method, path, next(iter((takes or {}).get("content", {})), ""), asked),
            f"<details><summary>Answer to {method.upper()} {escape(asked['path'])}</summary>",
            f'<pre tabindex="0">{escape(_written(asked["answer"]))}</pre></details>',
        ]
    )


def _try_box(method: str, path: str, kind: str, asked: dict[str, Any]) -> str:
    """Write a form that sends the example of a route; a route without a body is just asked."""
    example = "" if asked["body"] is None else _written(asked["body"])
    box = (
        f'<textarea rows="{min(12, example.count(chr(10)) + 2)}" spellcheck="false" '
        f'aria-label="Body of {escape(path)}">{escape(example)}</textarea>'
    )
    headers = [f"{name}: {value}" for name, value in asked["headers"].items()]
    line = "\n".join([f"{method.upper()} {asked['path']}", *headers])
    return "\n".join(
        [
            f'<form class="try" data-method="{method.upper()}" '
            f'data-path="{escape(asked["path"])}" data-kind="{escape(kind)}">',
            f'<pre tabindex="0">{escape(line)}</pre>',
            box if kind else "",
            f'<button aria-label="Send {method.upper()} {escape(path)}">Send</button>'
            '<pre class="answer" hidden tabindex="0" aria-label="Answer"></pre></form>',
        ]
    )


def _written(content: object) -> str:
    """Write JSON for people; a text, such as a form's, is as it is."""
    if isinstance(content, str):
        return content
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()


@lru_cache(maxsize=1)
def try_script() -> bytes:
    """Read the script of the boxes.

    Returns:
        JavaScript in UTF-8.
    """
    return files("service.documents").joinpath("try.js").read_bytes()


def _content(described: dict[str, Any]) -> str:
    """Name the shapes and media types of a request body or an answer."""
    kinds = [
        f"{_type(media.get('schema', {}))} as <code>{escape(kind)}</code>"
        for kind, media in described.get("content", {}).items()
    ]
    return "; ".join(filter(None, [escape(described.get("description", "")), *kinds]))


def _type(schema: dict[str, Any]) -> str:
    """Name a JSON schema's type, with links to shapes."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " or ".join(_type(option) for option in schema[union])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in values)
    if schema.get("type") == "array":
        return f"array of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("type", "text")))


def _schema(name: str, schema: dict[str, Any]) -> str:
    needed = schema.get("required", [])
    rows = [
        [f"<code>{escape(key)}</code>", _type(value), "" if key in needed else "optional",
         escape(value.get("description", ""))]
        for key, value in schema.get("properties", {}).items()
    ]  # fmt: skip
    examples = [f"<pre>{escape(_written(example))}</pre>" for example in schema.get("examples", [])]
    return "\n".join(
        [
            f'<h3 id="{escape(name)}">{escape(name)}</h3>',
            f"<p>{escape(schema.get('description', ''))}</p>",
            _table(("field", "type", "", "meaning"), rows),
            *examples,
        ]
    )


def _codes(title: str, anchor: str, codes: Iterable[Code]) -> Iterable[str]:
    rows = [
        [f'<code id="{entry.code}">{entry.code}</code>', str(entry.status or ""),
         escape(entry.title)]
        for entry in codes
    ]  # fmt: skip
    yield f'<h2 id="{anchor}">{escape(title)}</h2>'
    yield _table(("code", "status", "meaning"), rows)


def _table(head: Iterable[str], rows: Iterable[list[str]]) -> str:
    """Write a table from cells that are HTML already."""
    heads = "".join(f"<th>{cell}</th>" for cell in head)
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{heads}</tr>{''.join(lines)}</table>"
