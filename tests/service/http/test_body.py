from __future__ import annotations

import time
from typing import Any

import pytest

from service.http.body import MOST_VALUES, has_many_values

MANY = MOST_VALUES + 2


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"{}," * MANY + b"{}]",
        b"[" + b"1," * MANY + b"1]",
        b"[" + b'"",' * MANY + b'""]',
        b"[" + b'"\\\\",' * MANY + b'""]',
        b"," * MANY,
    ],
    ids=["objects", "numbers", "strings", "backslashes", "no JSON"],
)
def test_millions_of_values_are_seen_without_parsing(body: bytes) -> None:
    assert has_many_values(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "' + b"," * MANY + b'"}',
        b'{"text": "' + b'\\",' * MANY + b'"}',
        b'{"comments": [' + b'{"text": "a, b, \\"c\\", d"},' * 1000 + b'{"text": "e"}]}',
    ],
    ids=["commas in a text", "quotes in a text", "comments"],
)
def test_what_a_text_holds_is_no_value(body: bytes) -> None:
    assert not has_many_values(body)


def test_a_body_of_empty_comments_is_refused_cheaply(client: Any) -> None:
    body = b'{"comments": [' + b"{}," * 1_500_000 + b"{}]}"
    started = time.process_time()
    answer = client.classify_raw(body)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert str(MOST_VALUES) in answer.json()["detail"]
    assert time.process_time() - started < 2
