"""The dumps of a site, put together of what each source has made ready, and the documents of the files of ours in four formats."""

from __future__ import annotations

import json
import pickle
import struct
import zlib
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cvo.site.data import EVERY_PREFIX, formats, parted
from cvo.site.lines import said_by
from cvo.site.model import BASE, canonical, document_of, is_unnamed, path_of, statements
from cvo.site.streamed import deflated, quads, work
from cvo.site.written import KNOWN
from cvo.terms import OWL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cvo.jsonld import Compactor
    from cvo.site.corpus import Corpus
    from cvo.site.data import Named
    from cvo.site.streamed import Share

    Rest = dict[str, list[str]]

REST = ".work/rest"
_CHUNK = 20_000  # statements that are objects at a time, while a dump is written
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # a gzip without a time, so that the same data make the same file


def documents(corpus: Corpus, compact: Compactor) -> Iterator[Named]:
    """Give the documents of the files that are no streamed sources, and their statements for the dumps: the sorted lines of each graph."""
    ontology: set[str] = set()
    rules: set[str] = set()
    rest: dict[str, set[str]] = {}
    unnamed: list[ox.Quad] = []
    for file in corpus.files:
        found = statements(file)
        texts = [f"{quad.triple} .\n" for quad in found]
        name = file.graph or document_of(quad.triple for quad in found)
        path = path_of(name) if file.path.suffix == ".ttl" else ""
        if path.partition("/")[0] in ("ns", "module"):
            ontology.update(texts)
        if path.startswith("shapes/"):
            rules.update(texts)
        for quad, line in zip(found, texts, strict=True) if not file.is_shapes else ():
            graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else file.graph
            if "_:" in line and is_unnamed(quad):
                unnamed.append(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(graph) if graph else ox.DefaultGraph()))
            else:
                rest.setdefault(graph, set()).add(line)
        if path and path != "ns":
            yield from formats(path, "".join(sorted(set(texts))).encode(), compact, file.path.read_bytes())
    yield from _unions(sorted(ontology), sorted(rules), compact)
    for quad in canonical(unnamed)[1]:
        rest.setdefault(quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else "", set()).add(f"{quad.triple} .\n")
    yield REST, pickle.dumps({graph: sorted(lines) for graph, lines in sorted(rest.items())})


def versions(ontology: Sequence[str]) -> list[str]:
    """Return the paths of the versions that *ontology*, lines, says it is."""
    start = f"<{BASE}ns> <{OWL}versionIRI> <"
    return [path for line in sorted(ontology) if line.startswith(start) and (path := path_of(line[len(start) : -4]))]


def _unions(ontology: Sequence[str], rules: Sequence[str], compact: Compactor) -> Iterator[Named]:
    """Give the documents that are made of several files: the *ontology*, as it is and as the version that it is, and all *rules*."""
    made = list(formats("ns", "".join(ontology).encode(), compact)) if ontology else []
    for path in ("ns", *versions(ontology)):
        yield from ((f"{path}{name.removeprefix('ns')}", content) for name, content in made)
    if rules:
        yield from formats("shapes", "".join(rules).encode(), compact)


class Sorted:
    """The canonical N-Quads of all, packed; *graphs* are the numbers of statements, when it has been given."""

    def __init__(self, site: Path, rest: Rest, corpus: Corpus, shares: Sequence[Share]) -> None:
        """Sort what is about no parts of streamed sources; *rest* is not kept."""
        self.site, self.corpus, self.shares = site, corpus, shares
        lines = {graph: {*those} for graph, those in rest.items()}
        for source in corpus.sources.values():
            lines.setdefault(source.file.graph, set()).update(source.outside)
        self.graphs = {graph: len(those) for graph, those in lines.items()}
        self.others = sorted(line for graph, those in lines.items() for line in quads(list(those), graph))

    def given(self) -> Iterator[bytes]:
        """Give the pieces of the file. The statements about parts of a source are one run of it, which is packed already."""
        yield _HEAD
        check = size = at = 0
        for share in sorted((share for share in self.shares if share.lines), key=lambda share: share.first):
            graph = self.corpus.sources[share.index.iri].file.graph
            start, end = bisect_left(self.others, share.first, at), bisect_right(self.others, share.last, at)
            if before := b"".join(self.others[at:start]):
                yield deflated(before)
                check, size = zlib.crc32(before, check), size + len(before)
            self.graphs[graph] += share.lines
            if start == end:
                yield (self.site / f"{work(share.index.iri)}.deflated").read_bytes()
                check, size = combined(check, share.check, share.size), size + share.size
            else:
                run, more = self._run(share, graph), self.others[start:end]
                self.graphs[graph] -= len(run.intersection(more))
                text = b"".join(sorted(run.union(more)))
                yield deflated(text)
                check, size = zlib.crc32(text, check), size + len(text)
            at = end
        for start in range(at, len(self.others), _CHUNK):
            text = b"".join(self.others[start : start + _CHUNK])
            yield deflated(text)
            check, size = zlib.crc32(text, check), size + len(text)
        yield b"\x03\x00" + struct.pack("<II", check, size & 0xFFFFFFFF)

    def _run(self, share: Share, graph: str) -> set[bytes]:
        lines = (self.site / f"{path_of(share.index.iri)}.nt").read_bytes().decode().split("\n")[:-1]
        return {*quads([line + "\n" for line in lines if line.startswith(f"<{share.index.iri}#")], graph)}


def trig(site: Path, rest: Rest, shares: Sequence[Share]) -> Iterator[bytes]:
    """Give all as TriG, the default graph first, and the streamed sources last."""
    yield EVERY_PREFIX
    for graph, lines in sorted(rest.items()):
        for chunk in _chunks(lines):
            found = ox.parse(b"".join(quads(chunk, graph)), format=ox.RdfFormat.N_QUADS)
            yield parted(ox.serialize(found, format=ox.RdfFormat.TRIG, prefixes=KNOWN) or b"")[1]
    for share in shares:
        yield (site / f"{work(share.index.iri)}.trig").read_bytes()


def linked(site: Path, rest: Rest, corpus: Corpus, shares: Sequence[Share], compact: Compactor) -> Iterator[bytes]:
    """Give all as JSON-LD, the default graph first; of a streamed source what its own document has."""
    head = compact.document_of([])[:-4].encode()
    yield head
    sources = {graph: [s for s in shares if corpus.sources[s.index.iri].file.graph == graph] for graph in _named(corpus)}
    comma = b""
    for graph in sorted({*rest, *sources}):
        if graph:
            yield comma + f'{{"@id": {json.dumps(graph, ensure_ascii=False)}, "@graph": [\n'.encode()
            comma = b""
        for chunk in _chunks(rest.get(graph, ())):
            yield comma + ",\n".join(compact.written(said_by(chunk))).encode()
            comma = b",\n"
        for share in sources.get(graph, ()):
            yield comma + (site / f"{path_of(share.index.iri)}.jsonld").read_bytes()[len(head) : -4]
            comma = b",\n"
        if graph:
            yield b"]}"
        comma = b",\n"
    yield b"\n]}\n"


def _named(corpus: Corpus) -> set[str]:
    return {source.file.graph for source in corpus.sources.values()}


def _chunks(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give *lines*, a limited number at a time, those of one subject together."""
    start = 0
    while start < len(lines):
        end = min(start + _CHUNK, len(lines))
        subject = lines[end - 1].split(" ", 1)[0] + " "
        while end < len(lines) and lines[end].startswith(subject):
            end += 1
        yield lines[start:end]
        start = end


def combined(one: int, other: int, size: int) -> int:
    """Return the CRC-32 of two texts from the two of them, the second of *size* bytes.

    >>> combined(zlib.crc32(b"value "), zlib.crc32(b"chain"), 5) == zlib.crc32(b"value chain")
    True
    """
    matrix = [0xEDB88320, *(1 << bit for bit in range(31))]  # what one zero bit does to a CRC
    for _ in range(3):
        matrix = [_times(matrix, row) for row in matrix]  # what a zero byte does
    while size:
        if size & 1:
            one = _times(matrix, one)
        matrix = [_times(matrix, row) for row in matrix]
        size >>= 1
    return one ^ other


def _times(matrix: Sequence[int], vector: int) -> int:
    total = 0
    for row in matrix:
        if vector & 1:
            total ^= row
        vector >>= 1
    return total
