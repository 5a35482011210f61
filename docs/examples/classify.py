"""Ask the service about comments: python classify.py "A comment." "Another one."."""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any

URL = os.environ.get("CLASSIFY_URL", "http://127.0.0.1:8000")
KEY = os.environ.get("CLASSIFY_KEY", "")  # needed where the service has keys
SECONDS = 5.0


def classify(texts: list[str]) -> list[dict[str, Any]]:
    """Return one result for each text; a busy service is asked once more."""
    comments = [{"id": str(number), "text": text} for number, text in enumerate(texts, 1)]
    headers = {"Content-Type": "application/json"}
    if KEY:
        headers["Authorization"] = f"Bearer {KEY}"
    body = json.dumps({"comments": comments}).encode()
    request = urllib.request.Request(f"{URL}/classify", body, headers)  # noqa: S310 - our own URL
    for last in (False, True):
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
                results: list[dict[str, Any]] = json.load(response)["results"]
                return results
        except urllib.error.HTTPError as error:
            if last or error.code not in (429, 503):
                raise
            time.sleep(min(float(error.headers.get("Retry-After", 1)), SECONDS))
    raise AssertionError


if __name__ == "__main__":
    for result in classify(sys.argv[1:]):
        decision = result.get("decision") or result["error"]["code"]
        print(result["id"], decision, ",".join(result.get("reasons", [])) or "-")
