"""Downloading one file over https, whole and right or not at all."""

from __future__ import annotations

import hashlib
import http.client
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, TypeAlias
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from training.sources.errors import SourceDamaged, SourceMissing
from training.sources.registry import SourceFile

_CHUNK: Final = 1 << 20

Opener: TypeAlias = Callable[[str, float], AbstractContextManager[IO[bytes]]]
"""Opens an https address with a timeout in seconds, for reading."""


class HttpsOnly(HTTPRedirectHandler):
    """Follows redirects to https addresses alone."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage,
        newurl: str,
    ) -> Request | None:  # fmt: skip
        """Refuse a redirect that leaves https; the arguments are the base class's."""
        require_https(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def require_https(url: str) -> None:
    """Refuse an address that is not https.

    Args:
        url: An address.

    Raises:
        SourceMissing: It is not https.
    """
    if urlsplit(url).scheme != "https":
        raise SourceMissing(f"only https addresses are opened, not {url}")


def open_https(url: str, timeout: float) -> AbstractContextManager[IO[bytes]]:
    """Open an https address for reading.

    Args:
        url: The address.
        timeout: Seconds that the host may stay silent.

    Returns:
        The body as a stream.

    Raises:
        SourceMissing: The address, or one it redirects to, is not https.
        OSError: The host or the file cannot be reached.
    """
    require_https(url)
    response: AbstractContextManager[IO[bytes]] = build_opener(HttpsOnly).open(url, timeout=timeout)
    return response


def write_checked(stream: IO[bytes], target: Path, file: SourceFile) -> None:
    """Write a stream to its place if it is the file it must be.

    Args:
        stream: The content; no more than one byte over the right size is read.
        target: Where it goes; the folder is made, a file there is replaced.
        file: The file that it must be.

    Raises:
        SourceDamaged: Size or checksum differ; nothing is left behind.
        OSError: Reading or writing fails; nothing is left behind.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(
        dir=target.parent, prefix=f".{target.name}-", suffix=".tmp", delete=False
    ) as written:
        temporary = Path(written.name)
        try:
            while chunk := stream.read(min(_CHUNK, file.bytes + 1 - size)):
                written.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            written.close()
            if digest.hexdigest() != file.sha256:
                raise SourceDamaged(f"{size} bytes came, not the {file.bytes} with its checksum")
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def is_right(path: Path, file: SourceFile) -> bool:
    """Say whether a file is the one the registry names.

    Args:
        path: A file.
        file: The file that it must be.

    Returns:
        Whether size and checksum agree.
    """
    if path.stat().st_size != file.bytes:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256


@dataclass(slots=True)
class Upstream:
    """Downloads, and does not try a host again that could not be reached.

    Attributes:
        timeout: Seconds that a host may stay silent.
        open_url: How an address is opened.
        unreachable: Hosts that could not be reached, with the reason.
    """

    timeout: float = 30.0
    open_url: Opener = open_https
    unreachable: dict[str, str] = field(default_factory=dict)

    def download(self, url: str, target: Path, file: SourceFile) -> None:
        """Write an upstream file to its place, whole and right or not at all.

        Args:
            url: The https address.
            target: Where it goes.
            file: The file that it must be.

        Raises:
            SourceMissing: The host or the file cannot be reached.
            SourceDamaged: What came is not the file.
        """
        host = urlsplit(url).netloc
        if host in self.unreachable:
            raise SourceMissing(f"{host} was not reachable: {self.unreachable[host]}")
        try:
            with self.open_url(url, self.timeout) as stream:
                write_checked(stream, target, file)
        except HTTPError as error:
            raise SourceMissing(f"{host} answered {error.code} {error.reason}") from error
        except URLError as error:
            self.unreachable[host] = str(error.reason)
            raise SourceMissing(f"{host} is not reachable: {error.reason}") from error
        except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
            raise SourceMissing(f"{host} broke off: {error}") from error
