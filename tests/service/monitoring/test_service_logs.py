from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from service.monitoring.line_writer import line_writer
from service.monitoring.logs import JsonFormatter, RequestLog

PRIVATE = "unmistakable-words-of-a-comment"
KEY = "first-key-of-the-newsroom"


def test_no_text_and_no_key_in_any_log(
    make_client: Any,
    publish_model: Any,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    publish_model()
    caplog.set_level(logging.DEBUG)
    client = make_client(API_KEYS=KEY, LOG_LEVEL="debug")
    headers = {"X-API-Key": KEY}
    client.classify({"text": PRIVATE, "explain": True}, headers=headers)
    client.classify({"comments": [{"text": PRIVATE * 1000}, PRIVATE]}, headers=headers)
    client.classify(PRIVATE, headers=headers)
    client.classify_raw(f'{{"text": "{PRIVATE}'.encode())
    client.classify({"text": PRIVATE}, headers={"X-API-Key": f"{KEY}-wrong"})
    client.app.state.context.requests.flush()
    assert line_writer().drain()
    written = "".join(capfd.readouterr()) + caplog.text
    assert '"route":"/classify"' in written
    assert PRIVATE not in written
    assert KEY not in written


def test_request_lines() -> None:
    log = RequestLog(enabled=True)
    log.add({"time": 0.0, "request_id": "r1", "comments": 2})
    (line,) = log.take().splitlines()
    entry = json.loads(line)
    assert entry["time"] == "1970-01-01T00:00:00.000+00:00"
    assert (entry["event"], entry["request_id"], entry["comments"]) == ("request", "r1", 2)
    assert log.take() == b""


def test_no_request_lines_above_info() -> None:
    log = RequestLog(enabled=False)
    log.add({"time": 0.0})
    assert log.take() == b""


def test_an_exception_is_told_by_type_and_place() -> None:
    try:
        int(PRIVATE)
    except ValueError:
        record = logging.LogRecord("n", 40, "f", 1, "failed", (), sys.exc_info())
    entry = json.loads(JsonFormatter().format(record))
    assert entry["exception"] == "ValueError"
    assert entry["at"][0].startswith("test_service_logs.py:")
    assert PRIVATE not in json.dumps(entry)
