"""What machines read of a site: each document in four formats, the dumps, and the descriptions of the data set."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.jsonld import SOURCES, Compactor, context
from cvo.render import write, write_bytes
from cvo.site.model import BASE, canonical, path_of
from cvo.terms import CVO, OWL, PREFIXES, RDF, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cvo.answers import Answer
    from cvo.site.model import Model

ABOUT = ("claimSubject", "claimObject", "claimPredicate", "inStage", "inSector", "opinionHolder")
CLAIMS = """SELECT ?claim ?source ?section ?statement_zh ?statement_en ?subject ?predicate ?object ?stage ?sector ?polarity ?modality
  ?certainty ?basis ?attribution ?holder_zh ?holder_en ?value ?start ?end
WHERE {
  ?claim cvo:statement ?statement_zh, ?statement_en ; cvo:statedIn/cvo:citeKey ?source .
  FILTER(LANG(?statement_zh) = "zh" && LANG(?statement_en) = "en")
  OPTIONAL { ?claim cvo:claimSubject ?subject } OPTIONAL { ?claim cvo:claimPredicate ?predicate } OPTIONAL { ?claim cvo:claimObject ?object }
  OPTIONAL { SELECT ?claim (GROUP_CONCAT(?s; separator=" ") AS ?stage) { SELECT ?claim ?s { ?claim cvo:inStage ?s } ORDER BY ?s } GROUP BY ?claim }
  OPTIONAL { SELECT ?claim (GROUP_CONCAT(?s; separator=" ") AS ?sector) { SELECT ?claim ?s { ?claim cvo:inSector ?s } ORDER BY ?s } GROUP BY ?claim }
  OPTIONAL { ?claim cvo:polarity ?polarity } OPTIONAL { ?claim cvo:modality ?modality } OPTIONAL { ?claim cvo:certainty ?certainty }
  OPTIONAL { ?claim cvo:basis ?basis } OPTIONAL { ?claim cvo:attributionMode ?attribution }
  OPTIONAL { SELECT ?claim (GROUP_CONCAT(?l; separator="；") AS ?holder_zh) { SELECT ?claim ?l { ?claim cvo:opinionHolder/rdfs:label ?l FILTER(LANG(?l) = "zh") } ORDER BY ?l } GROUP BY ?claim }
  OPTIONAL { SELECT ?claim (GROUP_CONCAT(?l; separator="; ") AS ?holder_en) { SELECT ?claim ?l { ?claim cvo:opinionHolder/rdfs:label ?l FILTER(LANG(?l) = "en") } ORDER BY ?l } GROUP BY ?claim }
  OPTIONAL { ?claim cvo:rawValue ?value }
  OPTIONAL { SELECT ?claim (MIN(?x) AS ?start) (MAX(?y) AS ?end) { ?claim cvo:locator/oa:hasSelector ?p . ?p oa:start ?x ; oa:end ?y } GROUP BY ?claim }
  OPTIONAL { SELECT ?claim (GROUP_CONCAT(DISTINCT ?sec; separator="; ") AS ?section) { SELECT ?claim ?sec { ?claim cvo:locator/cvo:section ?sec } ORDER BY ?sec } GROUP BY ?claim }
} ORDER BY ?source ?claim"""

_PREFIXES = {prefix: iri for prefix, iri in PREFIXES.items() if prefix not in SOURCES}
Named = tuple[str, bytes]
"""The path of a file of the site, and what is in it."""


def documents(model: Model, address: str) -> Iterator[Named]:
    """Give every document of ours in Turtle, JSON-LD, N-Triples and RDF/XML; a file of ours keeps its own Turtle."""
    names = context(model.quads)
    compact = Compactor(names, f"{address}context.jsonld")
    yield "context.jsonld", _json({"@context": names})
    whole = {path_of(file.iri): file for file in model.files}
    ontology = [t for file in model.files if path_of(file.iri).partition("/")[0] in ("ns", "module") for t in file.triples]
    for path in sorted({*model.documents(), *whole}):
        file = whole.get(path)
        if path == "ns":
            yield from _formats(path, _sorted(ontology), compact)
            for version in model.iris(f"{BASE}ns", f"{OWL}versionIRI"):
                if frozen := path_of(version):
                    yield from _formats(frozen, _sorted(ontology), compact)
        elif file is not None:
            yield from _formats(path, file.triples, compact, file.path.read_bytes())
        else:
            yield from _formats(path, tuple(_about(model, path)), compact)
    if rules := [t for file in model.files if path_of(file.iri).startswith("shapes/") for t in file.triples]:
        yield from _formats("shapes", _sorted(rules), compact)


def _formats(path: str, triples: Sequence[ox.Triple], compact: Compactor, turtle: bytes = b"") -> Iterator[Named]:
    yield f"{path}.ttl", turtle or _serialized(triples, ox.RdfFormat.TURTLE)
    yield f"{path}.nt", _serialized(triples, ox.RdfFormat.N_TRIPLES)
    yield f"{path}.rdf", _serialized(triples, ox.RdfFormat.RDF_XML)
    yield f"{path}.jsonld", compact.document(triples).encode()


def _serialized(statements: Iterable[ox.Triple] | Iterable[ox.Quad], form: ox.RdfFormat) -> bytes:
    if form == ox.RdfFormat.N_TRIPLES:
        return ox.serialize(statements, format=form) or b""
    text = ox.serialize(statements, format=form, prefixes=_PREFIXES) or b""
    # The serializer keeps its prefixes in an order that is another one in each run, and writes those that are not used.
    if form == ox.RdfFormat.RDF_XML:
        head = re.search(rb"<rdf:RDF[^>]*>", text)
        if head is None:
            return text
        rest = text[head.end() :]
        used = [name for name in sorted(re.findall(rb'xmlns:[^=]+="[^"]*"', head[0])) if _is_used(name[6:].partition(b"=")[0], rest)]
        return text[: head.start()] + b"<rdf:RDF " + b" ".join(used) + b">" + rest
    lines = text.split(b"\n")
    count = next((number for number, line in enumerate(lines) if not line.startswith(b"@prefix ")), 0)
    rest = b"\n".join(lines[count:])
    return b"\n".join([*(line for line in sorted(lines[:count]) if _is_used(line.split(b" ")[1][:-1], rest)), b"", rest])


def _is_used(prefix: bytes, text: bytes) -> bool:
    return prefix == b"rdf" or prefix + b":" in text


def _sorted(triples: Iterable[ox.Triple]) -> tuple[ox.Triple, ...]:
    return tuple(sorted(set(triples), key=str))


def _about(model: Model, path: str) -> Iterator[ox.Triple]:
    """Give what is said of the thing that *path* is the document of, and which claims speak of it."""
    iri = BASE + path
    subject = ox.NamedNode(iri)
    for relation, values in sorted(model.out.get(iri, {}).items(), key=lambda said: (said[0] != f"{RDF}type", said[0])):
        for value in values:
            yield ox.Triple(subject, ox.NamedNode(relation), value)
    about = {CVO + name for name in ABOUT} | {f"{SKOS}broader"}
    for relation, other in model.into.get(iri, ()):
        if relation in about and not other.startswith("_:"):
            yield ox.Triple(ox.NamedNode(other), ox.NamedNode(relation), subject)


def dumps(model: Model, address: str) -> Iterator[Named]:
    """Give all data as canonical N-Quads, TriG, JSON-LD, and the claims as tables, with the digests of these files."""
    lined = sorted((str(quad.graph_name), f"{quad} .\n", quad) for quad in canonical(model.quads))
    quads = [quad for _, _, quad in lined]
    lines = "".join(sorted(line for _, line, _ in lined)).encode()
    compact = Compactor(context(model.quads), f"{address}context.jsonld")
    graphs: dict[str, list[ox.Triple]] = {}
    for quad in quads:
        graphs.setdefault(quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else "", []).append(quad.triple)
    linked = [
        thing
        for name, triples in sorted(graphs.items())
        for thing in ([{"@id": name, "@graph": compact.things(triples)}] if name else compact.things(triples))
    ]
    claims = model.data.query(CLAIMS)
    made = [
        ("data/cvo.nq.gz", packed(lines)),
        ("data/cvo.trig", _serialized(quads, ox.RdfFormat.TRIG)),
        ("data/cvo.jsonld", json.dumps({"@context": compact.address, "@graph": linked}, ensure_ascii=False).encode() + b"\n"),
        ("data/claims.csv", write(claims, "csv").encode()),
        *_parquet(claims),
    ]
    yield from made
    yield "data/SHA256SUMS", "".join(f"{hashlib.sha256(data).hexdigest()}  {name.removeprefix('data/')}\n" for name, data in made).encode()


def packed(data: bytes) -> bytes:
    """Return *data* as gzip without a time, so that the same data make the same file."""
    into = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=into, mtime=0, compresslevel=6) as file:
        file.write(data)
    return into.getvalue()


def _parquet(claims: Answer) -> Iterator[Named]:
    if has_parquet():
        yield "data/claims.parquet", write_bytes(claims, "parquet")


def has_parquet() -> bool:
    """Return whether pyarrow is installed."""
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("pyarrow") is not None


def _json(value: Any) -> bytes:  # noqa: ANN401 - JSON
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
