"""A request and a response over HTTP, as far as they are understood and told here, without any work on what they ask for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

import pyoxigraph as ox

from cvo.serve import negotiation
from cvo.serve.answering import error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

ADDRESS = 32 << 10  # bytes
GRAPHS = 200  # in one request
FIELDS = 210  # parameters of one request
CORS = {"access-control-allow-origin": "*", "access-control-expose-headers": "ETag, Link, Allow, Retry-After, Content-Location"}
SAFE = {"x-content-type-options": "nosniff"}
LISTS = {"accept", "accept-language", "if-none-match"}  # headers that may come in several parts
LANGUAGES = ("en", "zh")
OK, NO_CONTENT, NOT_MODIFIED = 200, 204, 304


@dataclass(frozen=True, slots=True)
class Request:
    """What a client wants: method, path below the root, parameters and headers (the last of a name)."""

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    url: str

    def all(self, name: str) -> list[str]:
        """Return the values of the parameter *name*."""
        return [value for key, value in self.parameters if key == name]

    @property
    def accept(self) -> str:
        """Return what the client accepts; anything if it does not say."""
        return self.headers.get("accept", "") or "*/*"

    @property
    def known(self) -> list[str]:
        """Return the tags of what the client holds; a strong one is compared as weak."""
        tags = (tag.strip() for tag in self.headers.get("if-none-match", "").split(","))
        return [tag if tag.startswith("W/") or tag == "*" else f"W/{tag}" for tag in tags if tag]

    @property
    def lang(self) -> str:
        """Return the language of a page."""
        wanted = self.all("lang")[:1]
        return wanted[0] if wanted and wanted[0] in LANGUAGES else negotiation.language(self.headers.get("accept-language", ""))


@dataclass(frozen=True, slots=True)
class Response:
    """What a client is given."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - it is no fault of ours
    """A request that is answered without work; it holds the head of an error and further headers."""

    def __init__(self, head: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
        """Hold both."""
        super().__init__(head["what"])
        self.head, self.headers = head, dict(headers or {})


def received(scope: Mapping[str, Any]) -> Request:
    """Return what the client wants. Raises: Refused, if it cannot be understood."""
    raw = scope["query_string"]
    if len(raw) + len(scope.get("raw_path") or b"") > ADDRESS:
        raise Refused(error(414, f"the address is longer than {ADDRESS:,} bytes", hint="send the query with POST"))
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in LISTS and key in headers else text
    host = headers.get("host", "")
    if not host or set(host) & set(' "<>\\^`{|}/?#@') or not host.isascii() or not host.isprintable():
        host = "localhost"
    path = scope["path"]
    if any(c < " " or c == "\x7f" for c in path):
        raise Refused(error(400, "a control character in the address"))
    parameters = pairs(utf8(raw, "the address")) if raw else ()
    return Request(scope["method"], path, parameters, headers, f"{scope['scheme']}://{host}{scope.get('root_path', '')}/sparql")


def utf8(data: bytes, where: str) -> str:
    """Return *data* as text. Raises: Refused, if it is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise Refused(error(400, f"not UTF-8 at byte {problem.start} of {where}")) from None


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return the names and values of a form or an address. Raises: Refused, if they are not UTF-8, or too many."""
    try:
        found = parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=FIELDS)
    except UnicodeDecodeError:
        raise Refused(error(400, "a parameter is not UTF-8 once it is unescaped")) from None
    except ValueError:
        raise Refused(error(400, f"more parameters than {FIELDS}")) from None
    return tuple(found)


def allow(request: Request, methods: str) -> None:
    """Answer OPTIONS, and refuse what is not one of *methods*."""
    if request.method == "OPTIONS":
        headers = {"allow": methods, "access-control-allow-methods": methods, "access-control-max-age": "86400"}
        raise Refused(
            {"status": 204, "what": ""}, {**headers, "access-control-allow-headers": "Accept, Accept-Language, Content-Type, If-None-Match"}
        )
    if request.method not in methods.split(", "):
        raise Refused(error(405, f"not a method that is allowed here: {request.method}", hint=f"use one of {methods}"), {"allow": methods})


def wanted(accept: str, parameters: tuple[tuple[str, str], ...]) -> str:
    """Return *accept*, or the media types of the format that a parameter names: what an address alone can say."""
    names = [value for name, value in parameters if name == "format" and value]
    if not names:
        return accept
    if len(names) > 1:
        raise Refused(error(400, f"one format a request, not {len(names)}"))
    both = [media for formats in (negotiation.ROWS, negotiation.GRAPHS) for media, form in formats.items() if names[0] in {form, media}]
    if not both:
        raise Refused(error(400, f"no format of this name: {names[0]}", hint="such as json, csv, turtle"))
    return ", ".join(dict.fromkeys(both))


def dataset(parameters: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """Return the default and the named graphs that *parameters* name. Raises: Refused, if they are too many, or no IRIs."""
    graphs = {kind: [value for name, value in parameters if name == f"{kind}-graph-uri"] for kind in ("default", "named")}
    if sum(map(len, graphs.values())) > GRAPHS:
        raise Refused(error(400, f"more graphs than {GRAPHS}"))
    for iri in (*graphs["default"], *graphs["named"]):
        try:
            ox.NamedNode(iri)
        except ValueError as problem:
            raise Refused(error(400, f"not the IRI of a graph ({problem}): {iri}")) from None
    return graphs


def answered(tag: str, kept: Sequence[str], body: bytes, headers: Mapping[str, str]) -> Response:
    """Return *body* with the entity tag *tag*, or only the word that the client has it, if *tag* is one of *kept*."""
    if tag in kept or "*" in kept:
        return Response(304, b"", {"etag": tag, **headers})
    return Response(200, body, {"etag": tag, **headers})


def told(head: Mapping[str, Any], accept: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the error *head* as text, or as JSON to who prefers it."""
    status = head["status"]
    more = {"cache-control": "no-store", "vary": "Accept", **(headers or {})}
    if "retry" in head:
        more["retry-after"] = str(head["retry"])
    if status == NO_CONTENT:
        return Response(status, b"", more)
    if negotiation.wants_json(accept):
        problem = {"type": "about:blank", "status": status, "title": head["what"]}
        problem |= {key: head[key] for key in ("line", "column", "hint", "offered", "guess") if key in head}
        return Response(
            status,
            (json.dumps(problem, ensure_ascii=False) + "\n").encode("utf-8", "replace"),
            {**more, "content-type": "application/problem+json"},
        )
    place = f"{head['line']}:{head['column']}: " if "line" in head else ""
    text = f"error: {place}{head['what']}\n" + (f"  = help: {head['hint']}\n" if head.get("hint") else "")
    return Response(status, text.encode("utf-8", "replace"), {**more, "content-type": "text/plain; charset=utf-8"})


def plain(text: str, kind: str, keep: str = "no-store") -> Response:
    """Return *text* as it is, of the content type *kind*."""
    return Response(200, text.encode(), {"content-type": kind, "cache-control": keep})


def links(name: str, first: str) -> str:
    """Return a Link header: *first*, then the document *name* in each format."""
    return ", ".join([first, *(f'<{name}{ending}>; rel="alternate"; type="{media}"' for ending, media in negotiation.ENDINGS.items())])


def quoted(name: str) -> str:
    """Return *name* as a part of an address.

    >>> quoted("风险 1")
    '%E9%A3%8E%E9%99%A9%201'
    """
    return quote(name, safe="-._~!$&'()*+,;=@")


def escaped(iri: str) -> str:
    """Return *iri* as a URI, which a header can hold."""
    return quote(iri, safe="-._~:/?#[]@!$&'()*+,;=%")
