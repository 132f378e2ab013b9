"""The dumps of a site, and the documents of the files of ours in four formats."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.site.data import EVERY_PREFIX, KNOWN, compactor, formats, packed, parted
from cvo.site.model import BASE, canonical, document_of, files_of, is_unnamed, kinds_of, path_of, statements
from cvo.terms import OWL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cvo.jsonld import Compactor
    from cvo.site.data import Named
    from cvo.site.model import File

_CHUNK = 20_000  # statements that are objects at a time, while a dump is written


@dataclass(slots=True)
class Dump:
    """What the dumps are made of: the *lines* of N-Triples of each graph, sorted in the end, and the JSON-LD of a graph that is one file."""

    lines: dict[str, list[bytes]] = field(default_factory=dict)
    unnamed: list[ox.Quad] = field(default_factory=list)
    things: dict[str, list[str]] = field(default_factory=dict)

    def add(self, file: File, found: Sequence[ox.Quad], texts: Sequence[str]) -> None:
        """Add the statements *found* in *file*, which are *texts* as lines."""
        for quad, line in zip(found, texts, strict=True):
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else file.graph
            if "_:" in line and is_unnamed(quad):
                home = ox.NamedNode(graph) if graph else ox.DefaultGraph()
                self.unnamed.append(ox.Quad(quad.subject, quad.predicate, quad.object, home))
            else:
                self.lines.setdefault(graph, []).append(line.encode())

    def close(self) -> None:
        """Name the blank nodes by RDFC-1.0, and sort the lines."""
        for quad in canonical(self.unnamed)[1]:
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            self.lines.setdefault(graph, []).append(f"{quad.triple} .\n".encode())
        for graph, many in self.lines.items():
            self.lines[graph] = sorted(set(many))

    def quads(self) -> Iterator[bytes]:
        """Give the canonical N-Quads."""
        lines: list[bytes] = []
        for name, those in sorted(self.lines.items()):
            ending = f"<{name}> .\n".encode()
            lines += [line[:-2] + ending for line in those] if name else those
        lines.sort()
        return (b"".join(lines[start : start + _CHUNK]) for start in range(0, len(lines), _CHUNK))

    def trig(self) -> Iterator[bytes]:
        """Give all as TriG, the default graph first."""
        yield EVERY_PREFIX
        for name, lines in sorted(self.lines.items()):
            ending = f"<{name}> .\n".encode()
            for chunk in _chunks(lines):
                text = b"".join([line[:-2] + ending for line in chunk] if name else chunk)
                quads = ox.parse(text, format=ox.RdfFormat.N_QUADS)
                yield parted(ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=KNOWN) or b"")[1]

    def linked(self, compact: Compactor) -> Iterator[bytes]:
        """Give all as JSON-LD, the default graph first."""
        yield f'{{"@context": {json.dumps(compact.address)}, "@graph": [\n'.encode()
        comma = ""
        for name, lines in sorted(self.lines.items()):
            if name:
                yield f'{comma}{{"@id": {json.dumps(name, ensure_ascii=False)}, "@graph": [\n'.encode()
                comma = ""
            if name in self.things:
                yield ",\n".join(self.things[name]).encode()
            else:
                for chunk in _chunks(lines):
                    yield (comma + ",\n".join(compact.things(ox.parse(b"".join(chunk), format=ox.RdfFormat.N_TRIPLES)))).encode()
                    comma = ",\n"
            if name:
                yield b"]}"
            comma = ",\n"
        yield b"\n]}\n"


def _chunks(lines: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Give *lines*, a limited number at a time, those of one subject together."""
    start = 0
    while start < len(lines):
        end = min(start + _CHUNK, len(lines))
        subject = lines[end - 1].split(b" ", 1)[0] + b" "
        while end < len(lines) and lines[end].startswith(subject):
            end += 1
        yield lines[start:end]
        start = end


def part(address: str, data: Sequence[str], graphs: dict[str, int]) -> Iterator[Named]:
    """Give the files of this part, and put into *graphs* the number of statements of each graph."""
    compact, context = compactor(kinds_of(files_of(data)), address)
    yield "context.jsonld", context
    dump = Dump()
    yield from _documents(data, compact, dump)
    dump.close()
    graphs.update((name, len(lines)) for name, lines in sorted(dump.lines.items()))
    yield "data/cvo.nq.gz", packed(dump.quads())
    yield "data/cvo.trig", dump.trig()
    yield "data/cvo.jsonld", dump.linked(compact)


def versions(ontology: Sequence[ox.Triple]) -> list[str]:
    """Return the paths of the versions that *ontology* says it is."""
    said = (ox.NamedNode(f"{BASE}ns"), ox.NamedNode(f"{OWL}versionIRI"))
    named = {t.object.value for t in ontology if t.predicate == said[1] and t.subject == said[0] and isinstance(t.object, ox.NamedNode)}
    return [path for iri in sorted(named) if (path := path_of(iri))]


def _documents(data: Sequence[str], compact: Compactor, dump: Dump) -> Iterator[Named]:
    """Give the documents that have a file of ours, which keeps its own Turtle, and put all statements into *dump*."""
    ontology: dict[str, ox.Triple] = {}
    rules: dict[str, ox.Triple] = {}
    for file in files_of(data):
        found = statements(file)
        texts = [f"{quad.triple} .\n" for quad in found]
        said = dict(zip(texts, (quad.triple for quad in found), strict=True))
        lines = sorted(said)
        name = file.graph or document_of(said.values())
        path = path_of(name) if file.path.suffix == ".ttl" else ""
        if path.partition("/")[0] in ("ns", "module"):
            ontology |= said
        if path.startswith("shapes/"):
            rules |= said
        if not file.is_shapes:
            dump.add(file, found, texts)
        if path and path != "ns":
            triples = [said[line] for line in lines]
            things = compact.things(triples)
            if file.graph and not any("_:" in line for line in lines):
                dump.things[file.graph] = things
            ready = {"ttl": file.path.read_bytes(), "nt": "".join(lines).encode(), "jsonld": compact.document_of(things).encode()}
            yield from formats(path, triples, compact, ready)
    yield from _unions(ontology, rules, compact)


def _unions(ontology: dict[str, ox.Triple], rules: dict[str, ox.Triple], compact: Compactor) -> Iterator[Named]:
    """Give the documents that are made of several files: the *ontology*, as it is and as the version that it is, and all *rules*."""
    whole = [ontology[line] for line in sorted(ontology)]
    ready: dict[str, bytes] = {}
    for path in ("ns", *versions(whole)) if whole else ():
        for name, content in formats(path, whole, compact, ready):
            ready[name.removeprefix(f"{path}.")] = content
            yield name, content
    if rules:
        yield from formats("shapes", [rules[line] for line in sorted(rules)], compact)
