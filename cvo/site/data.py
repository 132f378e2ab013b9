"""Each document of a site for machines: Turtle, JSON-LD, N-Triples and RDF/XML."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.jsonld import SOURCES, Compactor, context
from cvo.site.model import BASE, path_of
from cvo.terms import CVO, PREFIXES, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cvo.site.model import Model

ABOUT = ("claimSubject", "claimObject", "claimPredicate", "inStage", "inSector", "opinionHolder")
MANY = 1000  # statements about a term by one relation; beyond, its document names the dump that has them
KNOWN = {prefix: iri for prefix, iri in PREFIXES.items() if prefix not in SOURCES}
EVERY_PREFIX = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(KNOWN.items())).encode() + b"\n"
_BLOCK = 1 << 20
Named = tuple[str, "bytes | Iterable[bytes]"]
"""The path of a file of the site, and what is in it, whole or in pieces."""


def compactor(kinds: Mapping[str, set[str]], address: str) -> tuple[Compactor, bytes]:
    """Return what writes JSON-LD for relations with values of *kinds*, and the context that its documents name."""
    names = context(kinds)
    return Compactor(names, f"{address}context.jsonld"), (json.dumps({"@context": names}, ensure_ascii=False, indent=1) + "\n").encode()


def documents(model: Model, address: str) -> Iterator[Named]:
    """Give the documents of all that has no file of its own: the terms."""
    compact, _ = compactor(model.kinds, address)
    whole = {"ns", *(path_of(file.iri) for file in model.files)}
    for path in model.documents():
        if path not in whole:
            yield from formats(path, tuple(_about(model, path, address)), compact)


def formats(
    path: str, triples: Sequence[ox.Triple], compact: Compactor, ready: Mapping[str, bytes] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Give the document of *path* in four formats; those that are *ready*, by their endings, are taken as they are."""
    ready = ready or {}
    yield f"{path}.ttl", ready.get("ttl") or serialized(triples, ox.RdfFormat.TURTLE)
    yield f"{path}.nt", ready.get("nt") or serialized(triples, ox.RdfFormat.N_TRIPLES)
    yield f"{path}.rdf", ready.get("rdf") or serialized(triples, ox.RdfFormat.RDF_XML)
    yield f"{path}.jsonld", ready.get("jsonld") or compact.document_of(compact.things(triples)).encode()


def serialized(statements: Iterable[ox.Triple], form: ox.RdfFormat) -> bytes:
    """Return *statements* in *form*, prefixes sorted, and only those that are used."""
    if form == ox.RdfFormat.N_TRIPLES:
        return ox.serialize(statements, format=form) or b""
    text = ox.serialize(statements, format=form, prefixes=KNOWN) or b""
    # The serializer keeps its prefixes in an order that is another one in each run, and writes those that are not used.
    if form == ox.RdfFormat.RDF_XML:
        head = re.search(rb"<rdf:RDF[^>]*>", text)
        if head is None:
            return text
        rest = text[head.end() :]
        used = [name for name in sorted(re.findall(rb'xmlns:[^=]+="[^"]*"', head[0])) if _is_used(name[6:].partition(b"=")[0], rest)]
        return text[: head.start()] + b"<rdf:RDF " + b" ".join(used) + b">" + rest
    prefixes, rest = parted(text)
    return "".join(f"@prefix {name}: <{KNOWN[name]}> .\n" for name in prefixes).encode() + b"\n" + rest


def parted(text: bytes) -> tuple[list[str], bytes]:
    """Return the names of the prefixes that the Turtle or TriG *text* of the serializer uses, sorted, and the text without its head."""
    start = 0
    while text.startswith(b"@prefix ", start):
        start = text.index(b"\n", start) + 1
    rest = text[start:]
    return [name for name in sorted(KNOWN) if f"{name}:".encode() in rest], rest


def packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give *pieces* as gzip without a time, so that the same data make the same file."""
    into = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=into, mtime=0, compresslevel=6) as file:
        for piece in pieces:
            file.write(piece)
            if into.tell() > _BLOCK:
                yield into.getvalue()
                into.seek(0)
                into.truncate()
    yield into.getvalue()


def _is_used(prefix: bytes, text: bytes) -> bool:
    return prefix == b"rdf" or prefix + b":" in text


def _about(model: Model, path: str, address: str) -> Iterator[ox.Triple]:
    """Give what is said of the thing of *path*, and which claims speak of it."""
    iri = BASE + path
    subject = ox.NamedNode(iri)
    for relation, values in sorted(model.out.get(iri, {}).items(), key=lambda said: (said[0] != f"{RDF}type", said[0])):
        for value in values:
            yield ox.Triple(subject, ox.NamedNode(relation), value)
    found = [said for said in model.into.get(iri, ()) if said[0] in _SPEAKING and not said[1].startswith("_:")]
    many = {relation for relation, number in Counter(relation for relation, _ in found).items() if number > MANY}
    if many:
        yield ox.Triple(subject, ox.NamedNode(f"{RDFS}seeAlso"), ox.NamedNode(f"{address}data/cvo.nq.gz"))
    for relation, other in found:
        if relation not in many:
            yield ox.Triple(ox.NamedNode(other), ox.NamedNode(relation), subject)


_SPEAKING = {CVO + name for name in ABOUT} | {f"{SKOS}broader"}
