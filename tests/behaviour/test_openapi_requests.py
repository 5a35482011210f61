"""Requests made of the OpenAPI document, right and wrong ones, against the real process."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.behaviour.running import Service

pytestmark = pytest.mark.slow

# a comment that is wrong gets its error in its place, and Akismet's errors are words: both with 200
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance," \
    "response_schema_conformance,response_headers_conformance,unsupported_method"  # fmt: skip
FEWEST = 2000


def test_no_request_of_the_document_breaks_what_it_says(
    start: Callable[..., Service], tmp_path: Path
) -> None:
    service = start(MODERATION_FEEDBACK_DATABASE=f"sqlite:///{tmp_path / 'feedback.db'}")
    service.wait_ready()
    # one worker: of two that draw from the same strategies, one in three runs broke in the library
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", "--checks", CHECKS,
        "--max-examples", "150", "--seed", "1", "--workers", "1", "--no-color",
        f"http://127.0.0.1:{service.port}/openapi.json",
    ]  # fmt: skip
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-6000:]
    cases = re.search(r"([\d,]+) generated", run.stdout)
    assert cases is not None
    assert int(cases.group(1).replace(",", "")) >= FEWEST
    assert service.get("/readyz") == 200
