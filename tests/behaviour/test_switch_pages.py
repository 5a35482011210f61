"""What the pages in docs/switch and the examples say, done with the real process."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.behaviour.running import ROOT, Service, run_program

pytestmark = pytest.mark.slow

SWITCH = ROOT / "docs" / "switch"
EXAMPLES = ROOT / "docs" / "examples"
NAME = "commentanalyzer.googleapis.com"
KEY = "a-key-of-this-test-0123456789"
COMMENTS = ["you are an idiot", "thank you for this careful report"]
ASKED = {"comment": {"text": "you are an idiot"}, "requestedAttributes": {"TOXICITY": {}}}
JSON = {"Content-Type": "application/json"}
HOSTS_FILE = """
import socket
resolve, connect = socket.getaddrinfo, socket.socket.connect
here = lambda host, port: ("127.0.0.1", {port}) if host == "{name}" else (host, port)
socket.getaddrinfo = lambda host, port, *rest, **more: resolve(*here(host, port), *rest, **more)
socket.socket.connect = lambda self, address: connect(self, here(*address[:2]))
"""
"""As an entry of a hosts file, for one process; httplib2 gives the name to the socket itself."""


def blocks(page: str, language: str) -> list[str]:
    """The blocks of code of a page."""
    text = (SWITCH / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def example(language: str) -> list[str]:
    """The command that runs an example, or a skipped test."""
    if language == "python":
        return [sys.executable, str(EXAMPLES / "classify.py")]
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on the PATH: docs/examples/classify.mjs was not run")
    return [node, str(EXAMPLES / "classify.mjs")]


def ask(service: Service, path: str, body: object, headers: dict[str, str]) -> tuple[int, Any]:
    with contextlib.closing(service.connect()) as connection:
        method, sent = ("GET", None) if body is None else ("POST", json.dumps(body))
        connection.request(method, path, sent, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


@contextlib.contextmanager
def serving(
    handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Serve on a free port of loopback, with TLS where there is a context."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context is not None:
        # a handshake that fails belongs to its own connection, not to the one that accepts
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **JSON, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))


def proxy_to(service: Service) -> type[Handler]:
    """What the page's nginx does: it passes on, and writes https into the description."""

    class Proxy(Handler):
        def handle(self) -> None:
            with contextlib.suppress(ssl.SSLError):  # a client that does not trust us hangs up
                super().handle()

        def do_POST(self) -> None:
            with contextlib.closing(service.connect()) as connection:
                sent = {**JSON, "Host": self.headers["Host"]}
                connection.request(self.command, self.path, self.body() or None, sent)
                response = connection.getresponse()
                body = response.read()
            if self.path.startswith("/$discovery/"):
                body = body.replace(f"http://{NAME}".encode(), f"https://{NAME}".encode())
            self.answer(response.status, body)

        def do_GET(self) -> None:
            self.do_POST()

    return Proxy


def test_each_page_is_short_in_the_index_and_its_links_lead_somewhere() -> None:
    index = (SWITCH / "README.md").read_text(encoding="utf-8")
    for page in SWITCH.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 80, page.name
        assert page.name == "README.md" or f"({page.name})" in index
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (SWITCH / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("language", ["python", "node"])
@pytest.mark.parametrize("key", ["", KEY])
def test_an_example_prints_what_the_service_decides(
    start: Callable[..., Service], language: str, key: str
) -> None:
    command = example(language)
    service = start(**({"MODERATION_API_KEYS": key} if key else {}))
    service.wait_ready()
    here = f"http://127.0.0.1:{service.port}"
    printed = run_program([*command, *COMMENTS, " "], CLASSIFY_URL=here, CLASSIFY_KEY=key)
    headers = {**JSON, "X-API-Key": key} if key else JSON
    asked = {"comments": [{"id": str(n), "text": text} for n, text in enumerate(COMMENTS, 1)]}
    _, answer = ask(service, "/classify", asked, headers)
    told = [(r["id"], r["decision"], ",".join(r["reasons"]) or "-") for r in answer["results"]]
    assert told[0][1] == "reject"
    lines = [tuple(line.split(" ")) for line in printed.splitlines()]
    assert lines == [*told, ("3", "empty_text", "-")]


@pytest.mark.parametrize("language", ["python", "node"])
@pytest.mark.parametrize("status", [429, 503])
def test_an_example_asks_a_busy_service_once_more(language: str, status: int) -> None:
    command = example(language)
    asked: list[bytes] = []

    class Busy(Handler):
        def do_POST(self) -> None:
            asked.append(self.body())
            result = {"id": "1", "decision": "review", "reasons": []}
            if len(asked) == 1:
                self.answer(status, b"{}", Retry_After="0")
            else:
                self.answer(200, json.dumps({"results": [result]}).encode())

    with serving(Busy) as port:
        printed = run_program([*command, "a comment"], CLASSIFY_URL=f"http://127.0.0.1:{port}")
    assert printed == "1 review -\n"
    assert len(asked) == 2
    assert asked[0] == asked[1]


def test_the_lines_for_google_api_python_client(start: Callable[..., Service]) -> None:
    if importlib.util.find_spec("googleapiclient") is None:
        pytest.skip("google-api-python-client is not installed: its page's lines were not run")
    (code,) = blocks("google-api-python-client.md", "py")
    service = start(MODERATION_API_KEYS=KEY)
    service.wait_ready()
    here = code.replace("127.0.0.1:8000", f"127.0.0.1:{service.port}")
    assert run_program([sys.executable, "-c", here]).startswith("400 API key not valid")
    assert float(run_program([sys.executable, "-c", here.replace("your-key", KEY)])) > 0.5


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder in which the page's commands were run."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not on the PATH: the commands of constant-url.md were not run")
    folder = tmp_path / "certificates"
    folder.mkdir()
    (commands,) = blocks("constant-url.md", "bash")
    subprocess.run(["bash", "-ec", commands], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def proxied(start: Callable[..., Service], certificates: Path) -> Iterator[int]:
    """The port of a proxy with the page's certificate, in front of the service."""
    service = start(MODERATION_API_KEYS=KEY)
    service.wait_ready()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    with serving(proxy_to(service), context) as port:
        yield port


def resolve_to(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = socket.getaddrinfo

    def here(host: Any, *rest: Any, **more: Any) -> Any:
        if host == NAME:
            return resolve("127.0.0.1", port, *rest[1:], **more)
        return resolve(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", here)


def opener(context: ssl.SSLContext) -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )


def test_a_constant_address_leads_to_the_service(
    proxied: int, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name, SNI and `Host` are Google's; the certificate is checked against our authority."""
    resolve_to(proxied, monkeypatch)
    url = f"https://{NAME}/v1alpha1/comments:analyze?key={KEY}"
    body = json.dumps(ASKED).encode()
    trusting = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 does by itself
    with opener(trusting).open(urllib.request.Request(url, body, JSON), timeout=30) as response:
        answer = json.load(response)
    assert answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.5

    request = urllib.request.Request(url, body, JSON)
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        opener(ssl.create_default_context()).open(request, timeout=30)


def test_the_authority_vouches_for_no_other_name(certificates: Path) -> None:
    commands = blocks("constant-url.md", "bash")[0].replace(NAME, "bank.example")
    renewed = commands[commands.index("openssl req -new") :]
    (certificates / "server.ext").write_text("subjectAltName = DNS:bank.example\n")
    done = subprocess.run(
        ["bash", "-ec", renewed], cwd=certificates, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "permitted subtree violation" in done.stderr


def test_googles_python_client_at_its_constant_address(proxied: int, certificates: Path) -> None:
    """As 4CAT calls it: the description comes over TLS, and so do the calls that it leads to."""
    if importlib.util.find_spec("googleapiclient") is None:
        pytest.skip("google-api-python-client is not installed: it was not led to the proxy")
    (code,) = blocks("google-api-python-client.md", "py")
    code = code.replace("http://127.0.0.1:8000", f"https://{NAME}").replace("your-key", KEY)
    prelude = HOSTS_FILE.format(port=proxied, name=NAME)
    trusted = str(certificates / "ca.pem")
    assert (
        float(run_program([sys.executable, "-c", prelude + code], HTTPLIB2_CA_CERTS=trusted)) > 0.5
    )


def test_the_calls_of_discourse_and_classifai(start: Callable[..., Service]) -> None:
    """Written as their sources write them; the members that they read are there."""
    service = start(MODERATION_API_KEYS=KEY)
    service.wait_ready()
    bearer = {**JSON, "Authorization": f"Bearer {KEY}"}

    plugin = {
        "comment": {"text": COMMENTS[0]},
        "doNotStore": True,
        "sessionId": "https://forum.example_7",
        "requestedAttributes": {"SEVERE_TOXICITY": {"scoreType": "PROBABILITY"}},
    }
    status, answer = ask(service, f"/v1alpha1/comments:analyze?key={KEY}", plugin, JSON)
    assert status == 200
    assert 0 <= answer["attributeScores"]["SEVERE_TOXICITY"]["summaryScore"]["value"] <= 1

    inputs = {"inputs": COMMENTS[0], "truncate": True}
    status, answer = ask(service, "/predict", inputs, {**bearer, "X-API-KEY": KEY})
    assert status == 200
    scores = {each["label"]: each["score"] for each in answer}
    assert len(scores) == len(answer) == 12
    assert scores["reject"] > 0.5

    comment = {"input": COMMENTS[0], "model": "omni-moderation-latest"}
    status, answer = ask(service, "/v1/moderations", comment, bearer)
    assert (status, answer["results"][0]["flagged"]) == (200, True)
    assert answer["results"][0]["categories"]["harassment"] is True
    status, answer = ask(service, "/model", None, bearer)
    assert status == http.client.OK
    assert "error" not in answer
