from __future__ import annotations

import hashlib
import http.client
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest

from training.sources.errors import SourceMissing
from training.sources.fetch import bring_sources, source_status
from training.sources.registry import Registry, Source, SourceFile
from training.sources.upstream import HttpsOnly, Opener, Upstream, open_https, require_https

CONTENT = b"text,toxic\nA quiet afternoon.,0\n"
FILE = SourceFile(
    name="toxic_comments.csv",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    bytes=len(CONTENT),
    url="https://example.org/toxic_comments.csv",
)
SOURCE = Source(
    key="invented",
    title="Invented",
    domain="news",
    role="train",
    licence="CC0-1.0",
    weights_may_ship=True,
    weight=1.0,
    citation="nobody",
    labeller="nobody",
    dates="2026",
    teaches="nothing",
    known_noise="none",
    reader="jigsaw_ak5000",
    folder="invented",
    files=(FILE,),
)


def serving(content: bytes | Exception, asked: list[str] | None = None) -> Opener:
    @contextmanager
    def open_url(url: str, timeout: float) -> Iterator[IO[bytes]]:
        assert timeout > 0
        if asked is not None:
            asked.append(url)
        if isinstance(content, Exception):
            raise content
        yield io.BytesIO(content)

    return open_url


class Breaking(io.RawIOBase):
    """A stream that gives half of the content and then breaks off."""

    def __init__(self) -> None:
        self.rest = [CONTENT[: len(CONTENT) // 2]]

    def read(self, size: int = -1) -> bytes:
        assert size != 0
        if not self.rest:
            raise ConnectionResetError("reset by peer")
        return self.rest.pop()


def put(folder: Path, content: bytes = CONTENT, name: str = FILE.name) -> Path:
    path = folder / "invented" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def bring(
    tmp_path: Path, upstream: Upstream | None = None, source: Source = SOURCE
) -> tuple[str, str]:
    report = bring_sources(Registry((source,)), tmp_path / "raw", tmp_path / "mirror", upstream)
    status = report.statuses[0]
    assert report.keys(status.state) == ("invented",)
    assert str(status).startswith(f"invented: {status.state}")
    return status.state, status.reason


def left_behind(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "raw").rglob("*") if path.is_file())


def test_a_right_file_is_kept(tmp_path: Path) -> None:
    before = put(tmp_path / "raw").stat().st_mtime_ns
    asked: list[str] = []
    put(tmp_path / "mirror", b"something else")
    assert bring(tmp_path, Upstream(open_url=serving(b"", asked))) == ("ready", "")
    assert (tmp_path / "raw" / "invented" / FILE.name).stat().st_mtime_ns == before
    assert not asked


def test_the_mirror_comes_before_upstream(tmp_path: Path) -> None:
    put(tmp_path / "mirror")
    asked: list[str] = []
    assert bring(tmp_path, Upstream(open_url=serving(CONTENT, asked))) == ("ready", "")
    assert (tmp_path / "raw" / "invented" / FILE.name).read_bytes() == CONTENT
    assert not asked


def test_upstream_serves_what_no_mirror_has(tmp_path: Path) -> None:
    asked: list[str] = []
    assert bring(tmp_path, Upstream(open_url=serving(CONTENT, asked))) == ("ready", "")
    assert asked == [FILE.url]
    assert left_behind(tmp_path) == [FILE.name]


def test_a_damaged_mirror_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "mirror", CONTENT[:-1] + b"?")
    assert bring(tmp_path, Upstream(open_url=serving(CONTENT))) == ("ready", "")


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    path = put(tmp_path / "raw", b"damaged")
    put(tmp_path / "mirror")
    assert bring(tmp_path) == ("ready", "")
    assert path.read_bytes() == CONTENT


def test_a_damaged_file_that_nobody_can_replace_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "raw", CONTENT[:-1] + b"?")
    state, reason = bring(tmp_path)
    assert state == "damaged"
    assert "is not the file that the registry names" in reason
    assert "\n" not in reason
    assert source_status(SOURCE, tmp_path / "raw").state == "damaged"


@pytest.mark.parametrize("content", [CONTENT[:-5], CONTENT + b"more", CONTENT[:-1] + b"?", b""])
def test_what_upstream_damaged_never_appears(tmp_path: Path, content: bytes) -> None:
    state, reason = bring(tmp_path, Upstream(open_url=serving(content)))
    assert state == "damaged"
    assert f"upstream's {FILE.name}" in reason
    assert left_behind(tmp_path) == []


def test_no_more_is_read_than_shows_that_it_is_too_much(tmp_path: Path) -> None:
    stream = io.BytesIO(CONTENT * 100)

    @contextmanager
    def open_url(_url: str, _timeout: float) -> Iterator[IO[bytes]]:
        yield stream

    assert bring(tmp_path, Upstream(open_url=open_url))[0] == "damaged"
    assert stream.tell() == len(CONTENT) + 1


def test_half_a_download_never_appears(tmp_path: Path) -> None:
    @contextmanager
    def open_url(url: str, timeout: float) -> Iterator[IO[bytes]]:
        assert url
        assert timeout
        yield Breaking()  # type: ignore[misc]

    state, reason = bring(tmp_path, Upstream(open_url=open_url))
    assert (state, "broke off: reset by peer" in reason) == ("missing", True)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            HTTPError(str(FILE.url), 404, "Not Found", http.client.HTTPMessage(), None),
            "answered 404",
        ),
        (URLError("no route to host"), "example.org is not reachable: no route to host"),
        (TimeoutError("timed out"), "example.org broke off: timed out"),
        (http.client.BadStatusLine("?"), "example.org broke off"),
        (SourceMissing("only https addresses are opened"), "only https"),
    ],
)
def test_what_upstream_does_not_give_is_missing(
    tmp_path: Path, error: Exception, reason: str
) -> None:
    state, line = bring(tmp_path, Upstream(open_url=serving(error)))
    assert state == "missing"
    assert reason in line
    assert line.startswith(f"upstream's {FILE.name}: ")


def test_a_host_that_is_not_reachable_is_asked_once(tmp_path: Path) -> None:
    asked: list[str] = []
    second = replace(FILE, name="more.csv", url="https://example.org/more.csv")
    upstream = Upstream(open_url=serving(URLError("no route to host"), asked))
    state, _ = bring(tmp_path, upstream, replace(SOURCE, files=(FILE, second)))
    assert (state, asked) == ("missing", [FILE.url])


def test_without_upstream_nothing_is_asked(tmp_path: Path) -> None:
    assert "nothing is downloaded" in bring(tmp_path)[1]


def test_a_file_of_the_history_needs_a_mirror(tmp_path: Path) -> None:
    source = replace(SOURCE, files=(replace(FILE, url=None),))
    state, reason = bring(tmp_path, Upstream(open_url=serving(CONTENT)), source)
    assert (state, "only in the history of its repository; use a mirror" in reason) == (
        "missing",
        True,
    )
    put(tmp_path / "mirror")
    assert bring(tmp_path, None, source) == ("ready", "")


def test_one_missing_source_does_not_stop_the_others(tmp_path: Path) -> None:
    put(tmp_path / "mirror")
    lost = replace(SOURCE, key="lost", folder="lost")
    report = bring_sources(Registry((lost, SOURCE)), tmp_path / "raw", tmp_path / "mirror")
    assert (report.keys("missing"), report.keys("ready")) == (("lost",), ("invented",))


def test_no_mirror_at_all(tmp_path: Path) -> None:
    report = bring_sources(Registry((SOURCE,)), tmp_path / "raw")
    assert report.keys("missing") == ("invented",)


def test_many_problems_stay_one_short_line(tmp_path: Path) -> None:
    files = tuple(replace(FILE, name=f"{number}.csv") for number in range(9))
    reason = source_status(replace(SOURCE, files=files), tmp_path / "raw").reason
    assert reason.endswith("; and 6 more")
    assert reason.count("is not in") == 3


@pytest.mark.parametrize("name", ["train.csv", "invented/train.csv", "invented/part-1.parquet"])
def test_an_optional_source_is_ready_under_any_accepted_name(tmp_path: Path, name: str) -> None:
    accepts = ("train.csv", "part*.parquet", "../train.csv")
    source = replace(SOURCE, files=(), optional=True, accepts=accepts)
    assert source_status(source, tmp_path).state == "missing"
    assert "optional: put one of train.csv, part*.parquet" in source_status(source, tmp_path).reason
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"")
    assert source_status(source, tmp_path).state == "ready"


@pytest.mark.parametrize(
    "url", ["http://example.org/a", "file:///etc/hosts", "ftp://example.org/a"]
)
def test_only_https_is_opened(url: str) -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: require_https(url),
        lambda: open_https(url, 1.0),
    )
    for call in calls:
        with pytest.raises(SourceMissing, match="only https"):
            call()


def test_a_redirect_stays_on_https() -> None:
    request = Request("https://example.org/a")

    def redirect(url: str) -> Request | None:
        headers = http.client.HTTPMessage()
        return HttpsOnly().redirect_request(request, io.BytesIO(), 302, "Found", headers, url)

    followed = redirect("https://example.org/b")
    assert followed is not None
    assert followed.full_url == "https://example.org/b"
    with pytest.raises(SourceMissing, match="only https"):
        redirect("http://example.org/b")
