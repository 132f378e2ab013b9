"""What was fetched, read: RDF in each format, and what a page says of itself and where it leads."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.errors import SyntaxProblem

if TYPE_CHECKING:
    from cvo.live.visiting import Reply, Visitor

FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
ENDINGS = {"text/html": ".html", "text/turtle": ".ttl", "application/ld+json": ".jsonld"}
ENDINGS |= {"application/n-triples": ".nt", "application/rdf+xml": ".rdf"}
_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:\"[^\"]*\"|[^\s;,]*))*)")
_REL = re.compile(r"rel\s*=\s*\"?([^\";,]*)")


def triples(visitor: Visitor, reply: Reply, media: str, contexts: dict[str, Any]) -> list[ox.Triple]:
    """Return the triples of *reply*, written as *media*; the JSON-LD context that it names is asked for once, on this host.

    Raises: SyntaxProblem, if it does not parse.
    """
    body = reply.body
    try:
        if media == "application/ld+json":
            body = _with_context(visitor, reply, contexts)
        return [quad.triple for quad in ox.parse(body, format=FORMATS[media], base_iri=reply.url)]
    except (SyntaxError, ValueError, UnicodeDecodeError, RecursionError) as error:
        raise SyntaxProblem(str(error)[:200]) from None


def _with_context(visitor: Visitor, reply: Reply, contexts: dict[str, Any]) -> bytes:
    document = json.loads(reply.body)
    named = document.get("@context") if isinstance(document, dict) else None
    if not isinstance(named, str):
        return reply.body
    if named not in contexts:
        where = visitor.here(named, reply.url)
        if not where:
            raise ValueError(f"its context is on another host: {named}")
        contexts[named] = json.loads(visitor.get(where).body or b"{}").get("@context", {})
    return json.dumps({**document, "@context": contexts[named]}).encode()


def ground(found: list[ox.Triple]) -> set[str]:
    """Return those of the triples that have no blank node, as text: what two formats of a document can be compared by."""
    return {str(t) for t in found if not isinstance(t.subject, ox.BlankNode) and not isinstance(t.object, ox.BlankNode)}


def mentions(found: list[ox.Triple], iri: str) -> bool:
    """Return whether one of the triples is about *iri*."""
    node = ox.NamedNode(iri)
    return any(node in (t.subject, t.object) for t in found)


@dataclass(slots=True)
class Page:
    """What a page says of itself: its language, its links as (relation, address, language, media type), its ids, its policy."""

    lang: str = ""
    links: list[tuple[str, str, str, str]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    policy: str = ""

    def targets(self, relation: str) -> list[str]:
        """Return the addresses of the links with *relation*."""
        return [address for name, address, _, _ in self.links if name == relation]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.page.ids.add(given["id"])
        if tag == "html":
            self.page.lang = given.get("lang", "")
        elif tag == "link":
            for relation in given.get("rel", "").split():
                self.page.links.append((relation, given.get("href", ""), given.get("hreflang", ""), given.get("type", "")))
        elif tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.page.policy = given.get("content", "")


def page(reply: Reply) -> Page:
    """Return what the page *reply* says of itself."""
    reader = _Reader()
    reader.feed(reply.body.decode("utf-8", "replace"))
    reader.close()
    return reader.page


def linked(header: str) -> list[tuple[str, str]]:
    """Return the relations and addresses of a Link header.

    >>> linked('<a>; rel="describes", <b.ttl>; rel="alternate"; type="text/turtle"')
    [('describes', 'a'), ('alternate', 'b.ttl')]
    """
    return [(rel, address) for address, rest in _LINK.findall(header) if (found := _REL.search(rest)) for rel in found[1].split()]
