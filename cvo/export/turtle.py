"""RDF as people write it: prefixes in their order, one subject after the other, and the same in every run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.terms import RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cvo.export.reading import Term

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[\w-]*\w)?", re.ASCII)
_BARE = re.compile(rf"{re.escape(XSD)}(?:integer:[+-]?[0-9]+|boolean:(?:true|false))")
_TYPE = f"{RDF}type"


class Writer:
    """Writes terms under *prefixes*, the longest namespace first."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """Learn the *prefixes*."""
        self.prefixes = dict(prefixes)
        self._longest = sorted(self.prefixes.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        self._short: dict[str, str] = {}

    def head(self) -> str:
        """Return the declarations of the prefixes."""
        return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in self.prefixes.items())

    def term(self, term: Term) -> str:
        """Return *term* as Turtle 1.2 writes it.

        >>> Writer({"ex": "http://example.org/"}).term(ox.NamedNode("http://example.org/a"))
        'ex:a'
        """
        if isinstance(term, ox.NamedNode):
            return self._iri(term.value)
        if isinstance(term, ox.Triple):
            return f"<<( {self.term(term.subject)} {self._iri(term.predicate.value)} {self.term(term.object)} )>>"
        if isinstance(term, ox.Literal) and not term.language and (kind := term.datatype.value) != f"{XSD}string":
            if _BARE.fullmatch(f"{kind}:{term.value}"):
                return term.value
            return f"{ox.Literal(term.value)}^^{self._iri(kind)}"
        return str(term)

    def _iri(self, iri: str) -> str:
        if iri not in self._short:
            self._short[iri] = next(
                (
                    f"{name}:{iri[len(space) :]}"
                    for name, space in self._longest
                    if iri.startswith(space) and (iri == space or _LOCAL.fullmatch(iri, len(space)))
                ),
                str(ox.NamedNode(iri)),
            )
        return self._short[iri]

    def blocks(self, triples: Iterable[ox.Triple], indent: str = "") -> Iterator[str]:
        """Give *triples* as one block for each run of a subject."""
        subject, said = None, dict[str, list[str]]()
        for triple in triples:
            if triple.subject != subject:
                if subject is not None:
                    yield self._block(subject, said, indent)
                subject, said = triple.subject, {}
            relation = "a" if triple.predicate.value == _TYPE else self._iri(triple.predicate.value)
            said.setdefault(relation, []).append(self.term(triple.object))
        if subject is not None:
            yield self._block(subject, said, indent)

    def _block(self, subject: Term, said: dict[str, list[str]], indent: str) -> str:
        lines = f" ;\n{indent}  ".join(f"{relation} {' , '.join(dict.fromkeys(values))}" for relation, values in said.items())
        return f"{indent}{self.term(subject)} {lines} .\n"


def write(triples: Iterable[ox.Triple], form: str, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Give *triples* in the format *form*: turtle, nt, jsonld or rdfxml."""
    if form == "turtle":
        writer = Writer(prefixes)
        yield writer.head()
        yield from (f"\n{block}" for block in writer.blocks(triples))
    elif form == "nt":
        yield from (f"{triple} .\n" for triple in triples)
    elif form == "jsonld":
        yield (ox.serialize(triples, format=ox.RdfFormat.JSON_LD) or b"").decode()
    else:
        text = (ox.serialize(triples, format=ox.RdfFormat.RDF_XML, prefixes=dict(prefixes)) or b"").decode()
        # The serializer keeps its prefixes in an order that is another one in each run.
        head = re.search(r"<rdf:RDF [^>]*>", text)
        spaces = sorted(re.findall(r'xmlns:[^=]+="[^"]*"', head[0])) if head else []
        yield text.replace(head[0], f"<rdf:RDF {' '.join(spaces)}>", 1) if head else text
