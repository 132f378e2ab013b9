"""The web application: SPARQL 1.1 Protocol, things and their documents, health and figures. It computes nothing; workers do."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from cvo.serve import description, negotiation, openapi, pages, sitefiles
from cvo.serve.answering import READ_ONLY, error, unacceptable, weak
from cvo.serve.exchange import (
    CORS,
    NO_CONTENT,
    NOT_MODIFIED,
    OK,
    SAFE,
    Refused,
    Response,
    allow,
    answered,
    dataset,
    escaped,
    links,
    pairs,
    plain,
    quoted,
    received,
    told,
    utf8,
    wanted,
)  # fmt: skip
from cvo.serve.kept import Kept
from cvo.serve.metrics import Figures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cvo.serve.exchange import Receive, Request, Send
    from cvo.serve.pool import Pool
    from cvo.serve.worker import Reply

PATIENCE = 10.0  # seconds for the body of a request
KEPT = 100  # descriptions of the service; a client can call it by any name
KEEP = {"cache-control": "public, max-age=300"}
READ = "GET, HEAD, OPTIONS"
ASK = "GET, HEAD, POST, OPTIONS"
FORM, QUERY, CHANGE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
VOID = ".well-known/void"
CLOSING = {408, 413, 414}  # the rest of such a request is not read
UPDATE = ("update", "using-graph-uri", "using-named-graph-uri")


class App:
    """An ASGI application over the workers of *pool*; *site*, if any, holds files that go before what is made here.

    Answers are kept in *room* bytes; a request may have *largest* bytes.
    """

    def __init__(
        self, pool: Pool, log: Callable[..., None], site: Path | None = None, room: int = 64 << 20, largest: int = 1 << 20
    ) -> None:
        """Hold them; workers are started with the life of the server."""
        self.pool, self.log, self.site, self.largest = pool, log, site, largest
        self.kept = Kept(room)
        self.figures = Figures()
        self.described: dict[tuple[str, str], bytes] = {}

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, and log it."""
        started = time.perf_counter()
        accept, route = "", "other"
        try:
            request = received(scope)
            accept, route = request.accept, self._route(request.path)
            response = await self._answered(route, request, receive)
        except Refused as refused:
            response = told(refused.head, accept, refused.headers)
        except Exception as problem:  # noqa: BLE001 - a server goes on
            self.log("bug", error=f"{type(problem).__name__}: {problem}")
            response = told(error(500, "this is a bug in cvo; its log says more"), accept)
        headers = {**CORS, **SAFE, "content-length": str(len(response.body)), **response.headers}
        if response.status in CLOSING:
            headers["connection"] = "close"
        if response.status in {NO_CONTENT, NOT_MODIFIED}:
            del headers["content-length"]
        raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else response.body})
        spent = time.perf_counter() - started
        self.figures.count(route, response.status, spent)
        path = scope["path"][:200].encode("ascii", "backslashreplace").decode()
        size, took = len(response.body), round(spent * 1000, 1)
        self.log("answered", method=scope["method"], path=path, status=response.status, bytes=size, ms=took)

    def _route(self, path: str) -> str:
        name = path.strip("/")
        return name if name in {"sparql", "health", "metrics", "openapi.json"} else "thing"

    async def _answered(self, route: str, request: Request, receive: Receive) -> Response:
        if route == "sparql":
            return await self._sparql(request, receive)
        if route == "thing":
            return await self._thing(request)
        allow(request, READ)
        if route == "health":
            return self._health()
        if route == "metrics":
            return plain(self.figures.text(self.pool, self.kept), "text/plain; version=0.0.4; charset=utf-8")
        return plain(json.dumps(openapi.document(), indent=1) + "\n", "application/json", KEEP["cache-control"])

    def _health(self) -> Response:
        alive = self.pool.alive
        state = {"status": "ok" if alive else "down", "workers": alive, "idle": self.pool.idle, "waiting": self.pool.queued}
        state |= {"triples": self.pool.about["triples"], "dataset": self.pool.start["digest"]}
        response = plain(json.dumps(state) + "\n", "application/json")
        return response if alive else Response(503, response.body, response.headers)

    # The endpoint

    async def _sparql(self, request: Request, receive: Receive) -> Response:
        allow(request, ASK)
        parameters = await self._parameters(request, receive)
        if any(name in UPDATE for name, _ in parameters):
            raise Refused(error(403, READ_ONLY))
        queries = [value for name, value in parameters if name == "query"]
        if len(queries) > 1:
            raise Refused(error(400, f"one query a request, not {len(queries)}"))
        graphs = dataset(parameters)
        accept = wanted(request.accept, parameters)
        if not queries and request.method != "POST":
            return self._described(request, accept)
        if not queries:
            raise Refused(error(400, "the parameter is missing: query"))
        known = [] if request.method == "POST" else request.known
        job = {"kind": "query", "query": queries[0], "accept": accept, "base": request.url, "known": known, **graphs}
        head, body = await self._run((queries[0], accept, request.url, *graphs["default"], "", *graphs["named"]), job)
        if head["status"] not in {OK, NOT_MODIFIED}:
            return told(head, request.accept)
        headers = {"vary": "Accept", **({"etag": head["etag"], **KEEP} if head["etag"] else {"cache-control": "no-store"})}
        return Response(head["status"], body, {**headers, **_kind(head.get("media", ""))})

    async def _run(self, key: tuple[str, ...], job: dict[str, Any]) -> Reply:
        """Return the reply to *job*: one that was kept, which the same data would give again, or one from a worker."""
        kept = self.kept.get(key)
        if kept is None:
            head, body = await self.pool.run(job)
            if head["status"] == OK and head["etag"]:
                self.kept.put(key, head, body)
            return head, body
        head, body = kept
        return ({**head, "status": NOT_MODIFIED}, b"") if head["etag"] in job["known"] or "*" in job["known"] else kept

    async def _parameters(self, request: Request, receive: Receive) -> tuple[tuple[str, str], ...]:
        """Return the parameters of the address and of the body, whichever of the three ways of the protocol it came."""
        if request.method != "POST":
            return request.parameters
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == CHANGE:
            raise Refused(error(403, READ_ONLY))
        if kind not in {QUERY, FORM}:
            hint = f"send {QUERY} or {FORM}"
            raise Refused(
                error(415, f"not a way to send a query: {kind or '(no Content-Type)'}", hint=hint), {"accept-post": f"{QUERY}, {FORM}"}
            )
        text = utf8(await self._body(request, receive), "the body")
        return (*request.parameters, *([("query", text)] if kind == QUERY else pairs(text)))

    def _described(self, request: Request, accept: str) -> Response:
        media = negotiation.choose(accept, ("text/turtle", *negotiation.DOCUMENTS))
        if not media:
            raise Refused(unacceptable(negotiation.DOCUMENTS))
        lang = request.lang if media == "text/html" else ""
        key = (media, lang or request.url)
        if key not in self.described:
            if len(self.described) > KEPT:
                self.described.clear()
            about = self.pool.about
            if lang:
                formats = dict.fromkeys([*negotiation.ROWS.values(), *negotiation.GRAPHS.values()])
                text = pages.form(about["graphs"], formats, lang)
            else:
                text = description.service(request.url, about["triples"], about["graphs"], media)
            self.described[key] = text.encode()
        tag = weak("\n".join((self.pool.start["digest"], *key)))
        headers = {"vary": "Accept, Accept-Language", **KEEP, **_kind(media), **({"content-language": lang} if lang else {})}
        return answered(tag, request.known, self.described[key], headers)

    async def _body(self, request: Request, receive: Receive) -> bytes:
        too_large = Refused(error(413, f"the request is larger than {self.largest:,} bytes"))
        length = request.headers.get("content-length", "0")
        if length.isdigit() and int(length) > self.largest:
            raise too_large
        pieces, size = [], 0
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refused(error(400, "the request broke off"))
                    pieces.append(message.get("body", b""))
                    size += len(pieces[-1])
                    if size > self.largest:
                        raise too_large
                    if not message.get("more_body", False):
                        return b"".join(pieces)
        except TimeoutError:
            raise Refused(error(408, f"the request did not come within {PATIENCE:g} s")) from None

    # Things and documents

    async def _thing(self, request: Request) -> Response:
        allow(request, READ)
        path = request.path[1:]
        if self.site is not None and (found := await asyncio.to_thread(sitefiles.read, self.site, path)):
            return answered(found.tag, request.known, found.body, await self._told_of(path, found))
        if path == VOID:
            return Response(303, b"", {"location": "../sparql", **KEEP})
        ending = next((ending for ending in negotiation.ENDINGS if path.endswith(ending)), "")
        name = path.removesuffix(ending)
        if ending or not path:
            return await self._document(request, name, negotiation.ENDINGS.get(ending, "text/html"))
        head, _ = await self.pool.run({"kind": "find", "path": name})
        built = await asyncio.to_thread(sitefiles.forms, self.site, name) if self.site is not None else {}
        offered = dict(negotiation.ENDINGS) if head["status"] == OK else {ending: negotiation.ENDINGS[ending] for ending in built}
        if not offered:
            return told(head, request.accept)
        media = negotiation.choose(request.accept, offered.values())
        if not media:
            raise Refused(unacceptable(negotiation.DOCUMENTS))
        ending = next(ending for ending, kind in offered.items() if kind == media)
        here = quoted(name.rpartition("/")[2])
        vary = "Accept"
        if ending == ".html" and self.site is not None:
            vary = "Accept, Accept-Language"
            built |= {ending: spoken} if (spoken := await asyncio.to_thread(sitefiles.page, self.site, name, request.lang)) else {}
        where = here + built.get(ending, ending)
        headers = {"location": where, "vary": vary, **KEEP, "link": links(here, f'<{where}>; rel="describedby"')}
        return Response(303, f"See {where}\n".encode(), {**headers, **_kind("text/plain")})

    async def _told_of(self, path: str, file: sitefiles.File) -> dict[str, str]:
        """Return the headers of *file* of the site: its policy, and of which document it is a format."""
        headers = {**KEEP, "content-type": file.kind, **({"content-security-policy": file.policy} if file.policy else {})}
        name = await asyncio.to_thread(sitefiles.described, self.site, path) if self.site is not None else ""
        if name:
            thing = f'<{escaped(self.pool.start["base"] + name)}>; rel="describes"'
            headers["link"] = links(quoted(name.rpartition("/")[2]), thing)
        return headers

    async def _document(self, request: Request, name: str, media: str) -> Response:
        lang = request.lang if media == "text/html" else ""
        head, body = await self.pool.run({"kind": "document", "path": name, "media": media, "lang": lang, "known": request.known})
        if head["status"] not in {OK, NOT_MODIFIED}:
            return told(head, request.accept)
        headers = {"etag": head["etag"], **KEEP, **_kind(media), **({"content-language": lang, "vary": "Accept-Language"} if lang else {})}
        if name:
            headers["link"] = links(quoted(name.rpartition("/")[2]), f'<{escaped(head["iri"])}>; rel="describes"')
        return Response(head["status"], body, headers)


def _kind(media: str) -> dict[str, str]:
    """Return the headers that say what the body is; of a page also that it may load nothing."""
    if not media:
        return {}
    policy = {"content-security-policy": pages.POLICY} if media == "text/html" else {}
    return {"content-type": negotiation.content_type(media), **policy}
