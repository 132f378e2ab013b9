"""A visitor of one host: asks with time-outs and retries, follows no redirect by itself, and never leaves the host."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import urllib3

from cvo import __version__
from cvo.engines.remote import plain
from cvo.errors import EndpointError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

BUSY = (429, 502, 503, 504)
PAUSE = 0.3  # seconds before the second try; doubled each time
LARGEST = 1 << 28  # bytes of one answer
OK, SEE_OTHER, UNCHANGED = 200, 303, 304
FAILED = (urllib3.exceptions.HTTPError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a host answered at *url*; *status* 0 if it did not answer, and *body* then says why."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def media(self) -> str:
        """Return the media type without its parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def vary(self) -> set[str]:
        """Return the names of Vary, in small letters."""
        return {name.strip().lower() for name in self.headers.get("Vary", "").split(",")}


@dataclass(slots=True)
class Visitor:
    """A client for the site at *root*; what is named below one of *bases* is looked for there.

    Each request may take *timeout* seconds and is tried *retries* times more.
    """

    root: str
    bases: tuple[str, ...]
    timeout: float = 10.0
    retries: int = 2
    requests: int = 0
    _pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=4))

    def __post_init__(self) -> None:
        """Complete the address. Raises: InputError, if it is none."""
        parts = urlsplit(self.root)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise InputError(f"not the address of a site: {self.root}", hint="such as https://example.org/culture/")
        self.root = self.root.rstrip("/") + "/"

    def here(self, iri: str, seen_at: str = "") -> str:
        """Return the address at which *iri*, which may be relative to *seen_at*, is asked for here; nothing if it is elsewhere.

        >>> Visitor("http://localhost/a", ("https://w3id.org/cvo/",)).here("https://w3id.org/cvo/ns#Claim")
        'http://localhost/a/ns'
        >>> Visitor("http://localhost/a", ()).here("http://example.org/")
        ''
        """
        whole = urljoin(seen_at, iri) if seen_at else iri
        for base in self.bases:
            if whole.startswith(base):
                whole = self.root + whole.removeprefix(base)
                break
        whole = whole.partition("#")[0]
        try:
            one, other = urlsplit(whole), urlsplit(self.root)
            same = (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)
        except ValueError:
            return ""
        return whole if same else ""

    def get(self, url: str, accept: str = "*/*", **headers: str) -> Reply:
        """Return the answer to GET; underlines in the names of *headers* stand for hyphens."""
        return self.ask("GET", url, {"Accept": accept, **{name.replace("_", "-"): value for name, value in headers.items()}})

    def exists(self, url: str) -> int:
        """Return the status at *url*, where redirects are followed on this host: what a link needs to know."""
        status = 0
        for _ in range(5):
            reply = self.ask("HEAD", url, {})
            if reply.status in {405, 501}:
                reply = self.get(url)
            status = reply.status
            target = self.here(reply.headers.get("Location", ""), url) if 300 < status < UNCHANGED or status in {307, 308} else ""  # noqa: PLR2004
            if not target:
                break
            url = target
        return status

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """Return the answer to one request, asked again while the host is busy or does not answer.

        Raises: ValueError, if *url* is elsewhere.
        """
        if self.here(url) != url.partition("#")[0]:
            raise ValueError(f"not on this host: {url}")
        sent = {"User-Agent": f"cvo/{__version__} check-live", "Accept-Encoding": "identity", **headers}
        reply = Reply(url, 0, {})
        for attempt in range(self.retries + 1):
            if attempt:
                time.sleep(PAUSE * 2 ** (attempt - 1))
            reply = self._once(method, url, sent, body)
            if reply.status and reply.status not in BUSY:
                break
        return reply

    def _once(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        self.requests += 1
        until = time.monotonic() + self.timeout
        try:
            response = self._pool.request(
                method, url, headers=dict(headers), body=body, redirect=False, retries=False, timeout=self.timeout, preload_content=False
            )
            pieces, size = [], 0
            for piece in response.stream(1 << 16, decode_content=True):
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST or (time.monotonic() > until and size < 1 << 16):  # a trickle is no answer
                    response.close()
                    return Reply(url, 0, {}, b"too slow, or too large")
            response.release_conn()
        except FAILED as error:
            return Reply(url, 0, {}, plain(error).encode("utf-8", "replace"))
        return Reply(url, response.status, response.headers, b"".join(pieces))


def reachable(visitor: Visitor) -> Reply:
    """Return the first page. Raises: EndpointError, if nobody answers."""
    reply = visitor.get(visitor.root, "text/html")
    if not reply.status:
        raise EndpointError(f"cannot be reached ({reply.body.decode('utf-8', 'replace')[:200]}): {visitor.root}", hint="check the address")
    return reply
