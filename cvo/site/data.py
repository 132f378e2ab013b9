"""Each document of a site for machines: Turtle, JSON-LD, N-Triples and RDF/XML."""

from __future__ import annotations

import gzip
import io
import json
import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.jsonld import Compactor, context
from cvo.site.corpus import ROLES
from cvo.site.lines import said_by
from cvo.site.model import BASE, path_of
from cvo.site.written import KNOWN, has_names, turtle, xml
from cvo.terms import CVO, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cvo.site.lines import Said
    from cvo.site.spoken import Spoken

ABOUT = ("claimSubject", "claimObject", "claimPredicate", "inStage", "inSector", "opinionHolder")
MANY = 1000  # statements about a term by one relation; beyond, its document names the dump that has them
EVERY_PREFIX = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(KNOWN.items())).encode() + b"\n"
_BLOCK = 1 << 20
Named = tuple[str, "bytes | Iterable[bytes]"]
"""The path of a file of the site, and what is in it, whole or in pieces."""


def compactor(kinds: Mapping[str, set[str]], address: str) -> tuple[Compactor, bytes]:
    """Return what writes JSON-LD for relations with values of *kinds*, and the context that its documents name."""
    names = context(kinds)
    return Compactor(names, f"{address}context.jsonld"), (json.dumps({"@context": names}, ensure_ascii=False, indent=1) + "\n").encode()


def documents(spoken: Spoken, address: str, compact: Compactor) -> Iterator[Named]:
    """Give the documents of all that has no file of its own: the terms, each with the claims that are *spoken* of it."""
    model = spoken.corpus.model
    whole = {"ns", *(path_of(file.iri) for file in model.files)}
    for path in model.documents():
        if path not in whole:
            lines = _about(spoken, BASE + path, address)
            yield from formats(path, "".join(lines).encode(), compact, said=said_by(lines))


def formats(path: str, lines: bytes, compact: Compactor, own: bytes = b"", said: Said | None = None) -> Iterator[tuple[str, bytes]]:
    """Give the document of *path*, of which *lines* are the N-Triples and *said* what they say, in four formats; *own* is its Turtle, if it has one."""
    if said is None:
        said = said_by(lines.decode().split("\n")[:-1])
    yield f"{path}.nt", lines
    named = has_names(said)
    if own or not named:
        yield f"{path}.ttl", own or serialized(lines, ox.RdfFormat.TURTLE)
    else:
        text, used = turtle(said)
        head = "".join([f"@prefix {name}: <{KNOWN[name]}> .\n" for name in sorted(used)])
        yield f"{path}.ttl", f"{head}\n{text}".encode()
    yield f"{path}.rdf", (xml(said) if named else None) or serialized(lines, ox.RdfFormat.RDF_XML)
    yield f"{path}.jsonld", compact.document_of(compact.written(said)).encode()


def serialized(lines: bytes, form: ox.RdfFormat) -> bytes:
    """Return *lines* of N-Triples in *form*, prefixes sorted, and only those that are used."""
    text = ox.serialize(ox.parse(lines, format=ox.RdfFormat.N_TRIPLES), format=form, prefixes=KNOWN) or b""
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


def _about(spoken: Spoken, iri: str, address: str) -> list[str]:
    """Return the lines that say what is said of *iri*, and which claims speak of it."""
    model = spoken.corpus.model
    own = sorted(model.out.get(iri, {}).items(), key=lambda said: (said[0] != f"{RDF}type", said[0]))
    lines = [f"<{iri}> <{relation}> {value} .\n" for relation, values in own for value in values]
    speaking = [
        f"<{other}> <{SKOS}broader> <{iri}> .\n"
        for relation, other in model.into.get(iri, ())
        if relation == f"{SKOS}broader" and other[:2] != "_:"
    ]
    many = len(speaking) > MANY
    if many:
        speaking = []
    for role, name in enumerate(ROLES):
        if name in ABOUT and (claims := spoken.claims(role, iri)):
            if len(claims) > MANY:
                many = True
            else:
                speaking += [f"<{claim}> <{CVO}{name}> <{iri}> .\n" for claim in map(spoken.iri, claims) if claim[:2] != "_:"]
    if many:
        lines.append(f"<{iri}> <{RDFS}seeAlso> <{address}data/cvo.nq.gz> .\n")
    return lines + sorted(speaking)
