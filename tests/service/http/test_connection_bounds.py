"""What one connection may do to the server, over a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.http import protocol
from service.http.protocol import BoundedProtocol

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Connect = Callable[[], socket.socket]


async def count_bytes(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the length of the body."""
    body = await Request(scope, receive).body()
    await Response(f"{len(body)} bytes".rjust(1000))(scope, receive, send)


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Start a server whose times are short, and give what connects to it."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "ANSWER_SECONDS"):
        monkeypatch.setattr(protocol, name, 0.3)
    monkeypatch.setattr(protocol, "CHECK_SECONDS", 0.05)
    config = uvicorn.Config(
        count_bytes, port=0, http=BoundedProtocol, log_config=None, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    with contextlib.ExitStack() as stack:
        stack.callback(thread.join)
        stack.callback(lambda: setattr(server, "should_exit", True))

        def make() -> socket.socket:
            made = stack.enter_context(socket.create_connection(listening.getsockname()))
            made.settimeout(5)
            return made

        yield make


def read_all(connection: socket.socket) -> bytes:
    """Read until the server closes; a reset is an end too."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def read_answers(connection: socket.socket, number: int) -> bytes:
    """Read so many answers of `count_bytes`."""
    content = b""
    while content.count(b" bytes") < number and (part := connection.recv(65536)):
        content += part
    return content


def send_much(connection: socket.socket, block: bytes, times: int) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
        for _ in range(times):
            connection.sendall(block)


def test_a_request_and_the_next_are_answered(connect: Connect) -> None:
    connection = connect()
    for _ in range(3):
        connection.sendall(GET)
        assert read_answers(connection, 1).startswith(b"HTTP/1.1 200 OK")


def test_some_requests_may_be_sent_ahead(connect: Connect) -> None:
    connection = connect()
    connection.sendall(GET * protocol.MOST_AHEAD)
    answers = read_answers(connection, protocol.MOST_AHEAD)
    assert answers.count(b"200 OK") == protocol.MOST_AHEAD


def test_a_body_in_many_chunks_is_read(connect: Connect) -> None:
    connection = connect()
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.sendall(head + b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n")
    assert b"20000 bytes" in read_answers(connection, 1)


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /" + b"a" * 70_000,
        b"GET / HTTP/1.1\r\nHost: " + b"a" * 70_000,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000 + b"\r\n",
        b"GET / HTTP/1.1\r\n" + b"a" * 70_000,
    ],
)
def test_a_head_without_end_is_refused(connect: Connect, begun: bytes) -> None:
    connection = connect()
    connection.sendall(begun)
    assert read_all(connection).startswith(b"HTTP/1.1 431 ")


def test_trailers_without_end_are_refused(connect: Connect) -> None:
    connection = connect()
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\na: "
    connection.sendall(head + b"b" * 10)
    time.sleep(0.05)
    send_much(connection, b"b" * 10_000, 100)
    assert b"200 OK" not in read_all(connection)


@pytest.mark.parametrize(
    ("begun", "status"),
    [
        (b"", b""),
        (b"GET / HT", b"HTTP/1.1 408 "),
        (b"\r\n", b""),
        (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf", b"HTTP/1.1 408 "),
        (GET + b"GET / HT", b"HTTP/1.1 200 "),
    ],
)
def test_what_does_not_go_on_is_closed(connect: Connect, begun: bytes, status: bytes) -> None:
    connection = connect()
    connection.sendall(begun)
    started = time.monotonic()
    assert read_all(connection)[: len(status)] == status
    assert time.monotonic() - started < 3


def test_a_drip_is_closed(connect: Connect) -> None:
    connection = connect()
    started = time.monotonic()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while time.monotonic() - started < 5:
            connection.sendall(b"\r\n")
            time.sleep(0.05)
    assert time.monotonic() - started < 3


def test_a_caller_that_never_reads_costs_little(connect: Connect) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(4):
        connection = connect()
        connection.settimeout(0.5)
        send_much(connection, GET * 10_000, 25)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
    assert threading.active_count() < 50


def test_others_are_answered_meanwhile(connect: Connect) -> None:
    silent = [connect() for _ in range(50)]
    for one in silent:
        one.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
    connection = connect()
    connection.sendall(GET)
    assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("garbage", [b"GARBAGE\r\n\r\n", b"\x16\x03\x01", b"GET / HTTP/9.9\r\n"])
def test_what_is_no_http_is_refused_in_silence(
    connect: Connect, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    connection = connect()
    connection.sendall(garbage)
    assert read_all(connection).startswith(b"HTTP/1.1 400 ")
    assert "Invalid HTTP" not in caplog.text
