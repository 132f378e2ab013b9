"""What an endpoint says of itself: a SPARQL 1.1 service description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

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
