"""Each claim as a nanopublication: what is claimed, where that comes from, and who publishes it, under a trusty URI."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.errors import InputError
from cvo.export.trusty import MARK, code, normalised
from cvo.export.turtle import Writer
from cvo.terms import CVO, DCTERMS, OA, PREFIXES, RDF, RDFS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cvo.export.reading import Node, Statements, Term
    from cvo.export.trusty import Signer

BASE = "https://w3id.org/np/"
NP = "http://www.nanopub.org/nschema#"
NPX = "http://purl.org/nanopub/x/"
PROV = "http://www.w3.org/ns/prov#"
_TYPE = f"{RDF}type"
_COPIES = {f"{OA}exact", f"{OA}prefix", f"{OA}suffix", f"{RDF}value"}
"""What would hold words of the source."""
_COMPARISONS = {CVO + name for name in ("agreesWith", "contradicts", "inTensionWith", "refines", "restates")}
_PASSAGE = {f"{OA}hasSource", f"{OA}hasState", f"{OA}hasSelector", f"{OA}refinedBy"}
_SOURCE = (
    _TYPE,
    f"{CVO}citeKey",
    *(DCTERMS + name for name in ("title", "creator", "issued", "identifier", "bibliographicCitation", "language")),
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_NAMES = {
    "np": NP,
    "npx": NPX,
    **{name: PREFIXES[name] for name in ("cvo", "cvt", "dcterms", "oa", "prov", "qudt", "rdf", "rdfs", "skos", "unit", "xsd")},
}
Quad = tuple[str, str, str, "str | ox.Literal"]


@dataclass(slots=True)
class Publisher:
    """Makes nanopublications below *base*; *by* publishes and signs (else who encoded), *created* is when (else the encoding's date)."""

    statements: Statements
    base: str = BASE
    by: str = ""
    created: str = ""
    signer: Signer | None = None
    left: Counter[str] = field(default_factory=Counter)
    _encodings: dict[Node, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at the wishes and at what the files say of who encoded what.

        Raises: InputError, if an address or a time is none.
        """
        for iri in filter(None, (self.base, self.by)):
            if not re.fullmatch(r"https?://[^\s<>\"{}|^`\\#]+", iri):
                raise InputError(f"not an address: {iri}", hint="write it like https://orcid.org/0000-0002-1825-0097")
        if not self.base.endswith("/"):
            raise InputError(f"the base of nanopublications ends with a slash: {self.base}", hint=f"write {self.base}/")
        if self.created and not _MOMENT.fullmatch(self.created):
            raise InputError(f"not a date and time: {self.created}", hint="write it like 2026-11-24T08:30:00Z")
        for encoding in self.statements.subjects("Encoding"):
            for source in self.statements.values(encoding, f"{CVO}encodes"):
                self._encodings[source] = encoding  # type: ignore[index]  # a source is a thing

    def all(self, form: str = "trig") -> Iterator[str]:
        """Give each nanopublication as text, TriG or N-Quads (``nq``).

        Raises: InputError, if nothing says who encoded a claim, when, or under which licence.
        """
        names = {**self.statements.prefixes(), **_NAMES}
        if form == "trig":
            yield Writer(names).head()
        for claim in self.statements.claims:
            this, quads = self.one(claim)
            yield _trig(this, quads, names) if form == "trig" else "".join(f"{_quad(quad)} .\n" for quad in quads)

    def one(self, claim: Node) -> tuple[str, list[Quad]]:
        """Return the trusty URI of the nanopublication of *claim*, and its quads in their order. Raises: as `all`."""
        names = _Names(self.base + MARK)
        graphs = {
            "Head": self._head(names),
            "assertion": self._assertion(claim, names),
            "provenance": self._provenance(claim, names),
            "pubinfo": self._pubinfo(claim, names),
        }
        quads: list[Quad] = [(names.own(graph), *triple) for graph, triples in graphs.items() for triple in dict.fromkeys(triples)]
        if self.signer is not None:
            signature = names.own("sig")
            more: list[tuple[str, str | ox.Literal]] = [
                (f"{NPX}hasAlgorithm", ox.Literal("RSA")),
                (f"{NPX}hasPublicKey", ox.Literal(self.signer.public)),
                (f"{NPX}hasSignatureTarget", names.this),
            ]
            more += [(f"{NPX}signedBy", self.by)] if self.by else []
            quads += [(names.own("pubinfo"), signature, relation, value) for relation, value in more]
            signed = ox.Literal(self.signer.sign(normalised(quads)))
            quads.append((names.own("pubinfo"), signature, f"{NPX}hasSignature", signed))
        this = self.base + code(normalised(quads))

        def final(value: str) -> str:
            return this + value.removeprefix(names.this) if value.startswith(names.this) else value

        return this, [(final(g), final(s), r, final(o) if isinstance(o, str) else o) for g, s, r, o in quads]

    def _head(self, names: _Names) -> Iterator[tuple[str, str, str | ox.Literal]]:
        yield names.this, _TYPE, f"{NP}Nanopublication"
        yield names.this, f"{NP}hasAssertion", names.own("assertion")
        yield names.this, f"{NP}hasProvenance", names.own("provenance")
        yield names.this, f"{NP}hasPublicationInfo", names.own("pubinfo")

    def _assertion(self, claim: Node, names: _Names) -> Iterator[tuple[str, str, str | ox.Literal]]:
        for relation, value in self.statements.out[claim]:
            if relation in _COMPARISONS:
                self.left["links to other claims: a comparison is a judgement of its own"] += 1
            elif relation in _COPIES:
                self.left["copied words of a source: they are never published"] += 1
            elif relation != f"{CVO}locator":
                yield names.subject(claim), relation, names.of(value)

    def _provenance(self, claim: Node, names: _Names) -> Iterator[tuple[str, str, str | ox.Literal]]:
        assertion = names.own("assertion")
        source, encoding = self._encoded(claim)
        passages = self.statements.values(claim, f"{CVO}locator")
        yield assertion, f"{PROV}wasDerivedFrom", names.of(source)
        for passage in passages:
            yield assertion, f"{PROV}wasDerivedFrom", names.of(passage)
        for agent in self.statements.values(encoding, f"{PROV}wasAttributedTo"):
            yield assertion, f"{PROV}wasAttributedTo", names.of(agent)
        for date in self.statements.values(encoding, f"{DCTERMS}created"):
            yield assertion, f"{DCTERMS}created", names.of(date)
        for relation in _SOURCE:
            for value in self.statements.values(source, relation):
                yield names.subject(source), relation, names.of(value)
        for passage in passages:
            yield names.subject(claim), f"{CVO}locator", names.of(passage)
            yield from self._described(passage, names, set())

    def _described(self, node: Term, names: _Names, seen: set[Term]) -> Iterator[tuple[str, str, str | ox.Literal]]:
        """Give what the files say of the passage *node*: where it is and the digest by which it is verified, never its words."""
        if isinstance(node, ox.Literal) or node in seen:
            return
        seen.add(node)
        for relation, value in self.statements.out.get(node, ()):  # type: ignore[arg-type]  # no literal
            if relation in _COPIES:
                self.left["copied words of a source: they are never published"] += 1
                continue
            yield names.subject(node), relation, names.of(value)
            if relation in _PASSAGE:
                yield from self._described(value, names, seen)

    def _pubinfo(self, claim: Node, names: _Names) -> Iterator[tuple[str, str, str | ox.Literal]]:
        _, encoding = self._encoded(claim)
        agents = [self.by] if self.by else [names.of(a) for a in self.statements.values(encoding, f"{PROV}wasAttributedTo")]
        licence = self.statements.one(encoding, f"{DCTERMS}license")
        date = self.statements.one(encoding, f"{DCTERMS}created")
        created = self.created or _moment("" if date is None else date.value)  # type: ignore[union-attr]  # no triple terms
        if not agents or licence is None or not created:
            what = "who encoded it" if not agents else "its licence" if licence is None else "when it was encoded"
            raise InputError(f"the encoding does not say {what}: {encoding.value}", hint="`cvo validate` says what an encoding needs")
        label = next(
            (v.value for v in self.statements.values(claim, f"{CVO}statement") if isinstance(v, ox.Literal) and v.language == "en"), ""
        )
        if label:
            yield names.this, f"{RDFS}label", ox.Literal(label, language="en")
        yield names.this, f"{DCTERMS}created", ox.Literal(created, datatype=ox.NamedNode(f"{XSD}dateTime"))
        for agent in agents:
            yield names.this, f"{DCTERMS}creator", agent
        yield names.this, f"{DCTERMS}license", names.of(licence)
        yield names.this, f"{NPX}introduces", names.of(claim)
        yield names.this, f"{NPX}hasNanopubType", f"{CVO}Claim"

    def _encoded(self, claim: Node) -> tuple[Node, Node]:
        """Return the source that states *claim*, and its encoding. Raises: InputError, if one is missing."""
        source = self.statements.one(claim, f"{CVO}statedIn")
        encoding = self._encodings.get(source)  # type: ignore[arg-type]  # nothing is encoded by nothing
        if source is None or encoding is None:
            what = "which source states it" if source is None else "who encoded its source"
            raise InputError(f"nothing says {what}: {claim.value}", hint="`cvo validate` says what a file of claims needs")
        return source, encoding  # type: ignore[return-value]  # a source is a thing


class _Names:
    """The IRIs of one nanopublication, *this*; a blank node gets one of them, since a trusty URI knows none."""

    def __init__(self, this: str) -> None:
        self.this = this
        self._blank: dict[str, str] = {}

    def own(self, name: str) -> str:
        return f"{self.this}#{name}"

    def of(self, term: Term) -> str | ox.Literal:
        return term if isinstance(term, ox.Literal) else self.subject(term)

    def subject(self, term: Term) -> str:
        if isinstance(term, ox.BlankNode):
            return self._blank.setdefault(term.value, self.own(f"_{len(self._blank) + 1}"))
        return term.value  # type: ignore[union-attr]  # no triple terms are read


def _moment(date: str) -> str:
    """Return *date* as a date and time, the first of the day; nothing if it is none.

    >>> _moment("2026-11-21"), _moment("2026-11-21T10:00:00Z"), _moment("2026")
    ('2026-11-21T00:00:00Z', '2026-11-21T10:00:00Z', '')
    """
    if _DATE.fullmatch(date):
        return f"{date}T00:00:00Z"
    return date if _MOMENT.fullmatch(date) else ""


def _node(value: str | ox.Literal) -> ox.NamedNode | ox.Literal:
    return ox.NamedNode(value) if isinstance(value, str) else value


def _quad(quad: Quad) -> ox.Quad:
    graph, subject, relation, value = quad
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(relation), _node(value), ox.NamedNode(graph))


def _trig(this: str, quads: list[Quad], names: dict[str, str]) -> str:
    """Return a nanopublication as TriG, ``this:`` and ``sub:`` its own names."""
    writer = Writer({"this": this, "sub": f"{this}#", **names})
    parts = [f"\n@prefix this: <{this}> .\n@prefix sub: <{this}#> .\n"]
    for graph in dict.fromkeys(quad[0] for quad in quads):
        triples = (_quad(quad).triple for quad in quads if quad[0] == graph)
        parts.append(f"\n{writer.term(ox.NamedNode(graph))} {{\n{''.join(writer.blocks(triples, '  '))}}}\n")
    return "".join(parts)
