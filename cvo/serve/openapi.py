"""What can be asked over HTTP, as an OpenAPI 3.1 document; schemathesis (PyPI) holds the server to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cvo import __version__
from cvo.render import BINARY
from cvo.serve import negotiation

if TYPE_CHECKING:
    from collections.abc import Iterable

STATUSES = {
    "304": "the client holds the answer",
    "400": "not a query, or not a request as it is described here",
    "403": "an update, or SERVICE: this endpoint only reads",
    "404": "nothing of this name",
    "405": "the method is not one of those that are allowed",
    "406": "no media type that is accepted can be written",
    "408": "the request came too slowly",
    "413": "the request is too large",
    "414": "the address is too long",
    "415": "neither a form nor a query",
    "500": "the process that worked on this was ended",
    "503": "all workers are busy",
    "504": "no whole answer at the deadline",
    "507": "the answer is too large, or needs too much memory",
}
ANY = ("405", "408", "413", "414", "500")
QUESTIONS = {
    "rows": "SELECT ?risk ?label { ?risk a cvo:Risk ; rdfs:label ?label } ORDER BY ?label LIMIT 3",
    "truth": "ASK { cvt:portrait-right a cvo:RightOrInterest }",
    "graph": "DESCRIBE cvt:portrait-right",
}
TEXT = {"type": "string"}
CONTROL = r"^[^\u0000-\u001f\u007f/]+$"
BINARIES = {media for media, form in negotiation.ROWS.items() if form in BINARY}


def document() -> dict[str, Any]:
    """Return the description of the server."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "cvo", "version": __version__, "description": "Linked data and a read-only SPARQL 1.1 endpoint."},
        "paths": {
            "/sparql": _sparql(),
            "/{kind}/{name}": {"get": _thing("tell", "a term, source, question …, or the document about it")},
            "/{name}": {"get": _thing("tellOfOne", "what stands at the root, or the document about it", "name")},
            "/": {"get": {"operationId": "contents", "summary": "what is here", "responses": _page({"text/html": TEXT})}},
            "/health": {"get": {"operationId": "health", "summary": "whether it works", "responses": _health()}},
            "/metrics": {"get": {"operationId": "metrics", "summary": "figures for Prometheus", "responses": _page({"text/plain": TEXT})}},
            "/openapi.json": {
                "get": {"operationId": "describe", "summary": "this document", "responses": _page({"application/json": {"type": "object"}})}
            },
        },
        "components": {"schemas": {"Problem": _problem()}},
    }


def _sparql() -> dict[str, Any]:
    formats = sorted({*negotiation.ROWS.values(), *negotiation.GRAPHS.values(), *negotiation.ROWS, *negotiation.GRAPHS})
    graph = {"type": "array", "items": {"type": "string", "format": "iri"}}
    parameters = {
        "query": ("SPARQL 1.1; without it the service is described", TEXT),
        "default-graph-uri": ("a graph that is merged into the default graph; 200 graphs in all", graph),
        "named-graph-uri": ("a named graph", graph),
        "format": ("a name or media type of a format, in place of Accept unless it is empty", {"type": "string", "enum": ["", *formats]}),
    }
    listed = [{"name": name, "in": "query", "description": text, "schema": schema} for name, (text, schema) in parameters.items()]
    listed[0]["examples"] = {name: {"value": text} for name, text in QUESTIONS.items()}
    media = {name: _schema(name) for name in dict.fromkeys([*negotiation.ROWS, *negotiation.GRAPHS])}
    refused = _refused((*ANY, "304", "400", "403", "406", "503", "504", "507"))
    responses = {"200": {"description": "the whole answer", "content": _content(media)}, **refused}
    form = {"type": "object", "properties": {name: schema for name, (_, schema) in parameters.items()}, "required": ["query"]}
    sent = {
        "application/sparql-query": {"schema": TEXT, "examples": {name: {"value": text} for name, text in QUESTIONS.items()}},
        "application/x-www-form-urlencoded": {"schema": form, "examples": {"rows": {"value": {"query": QUESTIONS["rows"]}}}},
    }
    return {
        "get": {"operationId": "ask", "summary": "ask in SPARQL", "parameters": listed, "responses": responses},
        "post": {
            "operationId": "askByPost",
            "summary": "ask in SPARQL, at any length",
            "parameters": listed[1:],
            "requestBody": {"required": True, "content": sent},
            "responses": {**responses, **_refused(("415",))},
        },
    }


def _thing(name: str, summary: str, *parameters: str) -> dict[str, Any]:
    listed = [
        {"name": each, "in": "path", "required": True, "schema": {"type": "string", "pattern": CONTROL}}
        for each in parameters or ("kind", "name")
    ]
    content = _content({media: _schema(media) for media in negotiation.DOCUMENTS})
    there = {
        "200": {"description": "the document, or a file of the site, which may be of any type", "content": {**content, "*/*": {}}},
        "303": {"description": "the document is at Location", "content": _content({"text/plain": TEXT})},
    }
    responses = {**there, **_refused((*ANY, "304", "400", "404", "406", "503", "504"))}
    return {"operationId": name, "summary": summary, "parameters": listed, "responses": responses}


def _health() -> dict[str, Any]:
    numbers = {name: {"type": "integer", "minimum": 0} for name in ("workers", "idle", "waiting", "triples")}
    known = {"status": {"enum": ["ok", "down"]}, **numbers, "dataset": {"type": "string", "description": "the digest of the data"}}
    content = _content({"application/json": {"type": "object", "properties": known, "required": list(known)}})
    return {
        **_refused(ANY),
        "200": {"description": "it works", "content": content},
        "503": {"description": "no worker lives", "content": content},
    }


def _page(media: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {"200": {"description": "as it says", "content": _content(media)}, **_refused((*ANY, "304", "406", "503", "504"))}


def _refused(statuses: Iterable[str]) -> dict[str, Any]:
    problem = _content({"text/plain": TEXT, "application/problem+json": {"$ref": "#/components/schemas/Problem"}})
    return {code: {"description": STATUSES[code], **({} if code == "304" else {"content": problem})} for code in statuses}


def _schema(media: str) -> dict[str, Any]:
    """Return what a body of the type *media* is to a program that reads it."""
    if media in BINARIES:
        return {}
    return {"type": ["object", "array"]} if media.endswith("json") and media != "application/x-ndjson" else TEXT


def _content(media: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {name: {"schema": schema} for name, schema in media.items()}


def _problem() -> dict[str, Any]:
    """Return what an error is as JSON (RFC 9457)."""
    known: dict[str, dict[str, Any]] = {"type": TEXT, "status": {"type": "integer"}, "title": TEXT, "hint": TEXT}
    known |= {name: {"type": "integer", "minimum": 1} for name in ("line", "column")}
    known["offered"] = {"type": "array", "items": TEXT}
    return {"type": "object", "properties": known, "required": ["type", "status", "title"]}
