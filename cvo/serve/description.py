"""What an endpoint says of itself: a SPARQL 1.1 service description, and the same for programmers as OpenAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo import __version__
from cvo.answers import Answer
from cvo.render import write
from cvo.serve import negotiation
from cvo.terms import PREFIXES, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Sequence

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
FORMATS = "http://www.w3.org/ns/formats/"
RESULTS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "JSON-LD", "N-Triples", "RDF_XML", "TriG", "N-Quads"),
)


def service(endpoint: str, triples: int, graphs: Sequence[str], media: str) -> str:
    """Return the description of the service at *endpoint*, whose default graph has *triples*, as *media* (one of `DOCUMENTS`)."""
    node = ox.NamedNode(endpoint)
    data, default = ox.BlankNode("dataset"), ox.BlankNode("default")
    said: list[ox.Triple] = []

    def say(subject: ox.NamedNode | ox.BlankNode, predicate: str, value: ox.NamedNode | ox.BlankNode | ox.Literal) -> None:
        said.append(ox.Triple(subject, ox.NamedNode(predicate), value))

    say(node, f"{RDF}type", ox.NamedNode(f"{SD}Service"))
    say(node, f"{SD}endpoint", node)
    say(node, f"{SD}supportedLanguage", ox.NamedNode(f"{SD}SPARQL11Query"))
    for name in RESULTS:
        say(node, f"{SD}resultFormat", ox.NamedNode(FORMATS + name))
    say(node, f"{SD}defaultDataset", data)
    say(data, f"{RDF}type", ox.NamedNode(f"{SD}Dataset"))
    say(data, f"{SD}defaultGraph", default)
    say(default, f"{RDF}type", ox.NamedNode(f"{SD}Graph"))
    say(default, f"{VOID}triples", ox.Literal(str(triples), datatype=ox.NamedNode(f"{XSD}integer")))
    for number, name in enumerate(graphs):
        named, graph = ox.BlankNode(f"named{number}"), ox.BlankNode(f"graph{number}")
        say(data, f"{SD}namedGraph", named)
        say(named, f"{RDF}type", ox.NamedNode(f"{SD}NamedGraph"))
        say(named, f"{SD}name", ox.NamedNode(name))
        say(named, f"{SD}graph", graph)
        say(graph, f"{RDF}type", ox.NamedNode(f"{SD}Graph"))
    form = negotiation.DOCUMENTS[media]
    if form in {"turtle", "rdfxml"}:
        kind = ox.RdfFormat.TURTLE if form == "turtle" else ox.RdfFormat.RDF_XML
        return (ox.serialize(said, format=kind, prefixes={"sd": SD, "void": VOID, "rdf": RDF, "xsd": PREFIXES["xsd"]}) or b"").decode()
    return write(Answer(triples=tuple(said)), form)


def openapi() -> dict[str, Any]:
    """Return what can be asked over HTTP, as an OpenAPI 3.1 document."""

    def body(*media: str) -> dict[str, Any]:
        return {"content": {name: {"schema": {"type": "string"}} for name in media}}

    problem = body("text/plain", "application/problem+json")
    codes = {
        "400": "not a query",
        "403": "an update, or SERVICE",
        "405": "the method is not one of those that are allowed",
        "406": "no media type that is accepted can be written",
        "408": "the request came too slowly",
        "413": "the request is too large",
        "414": "the address is too long",
        "500": "the process that worked on this was ended",
        "503": "all workers are busy",
        "504": "no whole answer at the deadline",
        "507": "the answer is too large, or needs too much memory",
    }
    refusals: dict[str, Any] = {code: {"description": text, **problem} for code, text in codes.items()}
    answers = body(*dict.fromkeys([*negotiation.ROWS, *negotiation.GRAPHS]))

    def parameter(name: str, where: str, text: str, *, many: bool = False) -> dict[str, Any]:
        one = {"type": "string"}
        return {
            "name": name,
            "in": where,
            "description": text,
            "required": where == "path",
            "schema": {"type": "array", "items": one} if many else one,
        }

    asked = [
        parameter("query", "query", "SPARQL 1.1; without it the description of the service is given"),
        parameter("default-graph-uri", "query", "a graph that the default graph is merged of", many=True),
        parameter("named-graph-uri", "query", "a named graph", many=True),
        parameter("format", "query", "a format of cvo, such as csv, in place of Accept"),
    ]
    responses = {"200": {"description": "a whole answer", **answers}, "304": {"description": "the client holds the answer"}, **refusals}
    fields = {name: {"type": "string"} for name in ("query", "format")}
    fields |= {name: {"type": "array", "items": {"type": "string"}} for name in ("default-graph-uri", "named-graph-uri")}  # type: ignore[dict-item]
    sent = {
        "required": True,
        "content": {
            "application/sparql-query": {"schema": {"type": "string"}},
            "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": fields, "required": ["query"]}},
        },
    }
    unsupported = {"415": {"description": "neither a form nor a query", **problem}}
    page = {"200": {"description": "as it says", **body("text/plain", "application/json")}}
    found = {
        "200": {"description": "the document", **body(*negotiation.DOCUMENTS)},
        "303": {"description": "the document about the thing is elsewhere"},
        "304": responses["304"],
        "404": {"description": "nothing is known of it", **problem},
        **{code: refusals[code] for code in ("400", "405", "406", "414", "500", "503", "504")},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "cvo", "version": __version__, "description": "Linked data and a read-only SPARQL 1.1 endpoint."},
        "paths": {
            "/sparql": {
                "get": {"operationId": "ask", "parameters": asked, "responses": responses},
                "post": {
                    "operationId": "askByPost",
                    "parameters": asked[1:],
                    "requestBody": sent,
                    "responses": {**responses, **unsupported},
                },
            },
            "/health": {"get": {"operationId": "health", "responses": {**page, "503": {"description": "no worker lives"}}}},
            "/metrics": {"get": {"operationId": "metrics", "responses": page}},
            "/{kind}/{name}": {
                "get": {
                    "operationId": "tell",
                    "parameters": [parameter("kind", "path", "term, source, question …"), parameter("name", "path", "its name")],
                    "responses": found,
                }
            },
        },
    }
