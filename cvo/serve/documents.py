"""The thing that an IRI names, and the document about it: its triples, or a page for people."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyoxigraph as ox

from cvo import questions
from cvo.answers import Answer
from cvo.ask import card
from cvo.dataset import Dataset, load
from cvo.files import shipped
from cvo.names import nearest
from cvo.render import write
from cvo.serve import pages
from cvo.serve.answering import error, weak
from cvo.serve.negotiation import DOCUMENTS
from cvo.terms import OWL, RDF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cvo.answers import Term

DEFAULT = ox.DefaultGraph()
INDEXED = 5_000_000  # triples; of more than these no index of names is made, for which all are read
KEPT = 256  # documents
CLAIMS = 200

Reply = tuple[dict[str, Any], bytes]


class Documents:
    """What can be said of the things below *base*: the data, and beside them the shipped questions and shapes."""

    def __init__(self, data: Dataset, base: str) -> None:
        """Read the questions and shapes; they are not part of the data that a query sees."""
        self.base = base
        self.data = data
        beside = load(shipped("shapes"), with_shipped=False).store if shipped("shapes") else ox.Store()
        executables = questions.executables(
            [questions.parse(path.stem, path.read_text("utf-8")) for path in shipped("ontology/questions", "*.rq")]
        )
        beside.extend(ox.Quad(*triple) for triple in executables.triples or ())
        self.beside = Dataset((), beside, named=True)
        self.read = lru_cache(KEPT)(self._read)
        self._names: dict[str, list[str]] | None = None

    def names(self) -> dict[str, list[str]]:
        """Return the documents below the base, each with the things in it that have a fragment."""
        if self._names is None:
            found: dict[str, set[str]] = {}
            for store in (self.data.store, self.beside.store):
                if len(store) > INDEXED:
                    continue
                for subject in {quad.subject for quad in store.quads_for_pattern(None, None, None, DEFAULT)}:
                    if isinstance(subject, ox.NamedNode) and subject.value.startswith(self.base):
                        document, mark, _ = subject.value.partition("#")
                        found.setdefault(document, set()).update({subject.value} if mark else ())
            self._names = {document: sorted(things) for document, things in sorted(found.items())}
        return self._names

    def holder(self, iri: str) -> Dataset | None:
        """Return the data in which the document *iri* is described; None if there is none."""
        try:
            node = ox.NamedNode(iri)
        except ValueError:
            return None
        for dataset in (self.data, self.beside):
            if next(dataset.store.quads_for_pattern(node, None, None, DEFAULT), None) is not None:
                return dataset
        things = self.names().get(iri)
        if not things:
            return None
        first = next(self.data.store.quads_for_pattern(ox.NamedNode(things[0]), None, None, DEFAULT), None)
        return self.beside if first is None else self.data

    def named(self, path: str) -> str:
        """Return *path* as it stands in the IRI of a document, escaped or not; nothing if there is no such document."""
        return next((name for name in (path, quote(path, safe="/-._~!$&'()*+,;=@:")) if self.holder(self.base + name)), "")

    def things(self, iri: str) -> list[ox.NamedNode]:
        """Return what the document *iri* describes: the thing of that name first, then those with a fragment."""
        return [ox.NamedNode(iri), *map(ox.NamedNode, self.names().get(iri, ()))]

    def triples(self, iri: str, data: Dataset) -> tuple[ox.Triple, ...]:
        """Return what *data* say of the things in the document *iri*, and of the nodes without a name that they point to."""
        found: dict[ox.Triple, None] = {}
        todo: list[Term] = [*self.things(iri)]
        seen: set[Term] = set(todo)
        while todo:
            node = todo.pop(0)
            for quad in sorted(data.store.quads_for_pattern(node, None, None, DEFAULT), key=str):  # type: ignore[arg-type]  # any subject
                found[quad.triple] = None
                if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                    seen.add(quad.object)
                    todo.append(quad.object)
        return tuple(found)

    def _read(self, path: str, media: str, lang: str) -> tuple[str, bytes] | None:
        iri = self.base + path
        if not path:
            return iri, pages.index(self._contents(), self.base, lang).encode()
        data = self.holder(iri)
        if data is None:
            return None
        if media == "text/html":
            main, *parts = self.things(iri)
            shown = card.of(main, data, CLAIMS)
            return iri, pages.document(shown, [card.of(part, data, 0) for part in parts], self._linked, path, lang).encode()
        return iri, write(Answer(triples=self.triples(iri, data)), DOCUMENTS[media]).encode()

    def _contents(self) -> list[card.Card]:
        """Return a card for each thing that a first page names: ontologies, sources, questions."""
        kinds = (f"{OWL}Ontology", "https://w3id.org/cvo/ns#Source")
        found = [card.of(node, self.data, 0) for kind in kinds for node in self._members(self.data, kind)]
        asked = "http://www.w3.org/ns/shacl#SPARQLSelectExecutable"
        return found + [card.of(node, self.beside, 0) for node in self._members(self.beside, asked)]

    def _members(self, data: Dataset, kind: str) -> list[ox.NamedNode]:
        quads = data.store.quads_for_pattern(None, ox.NamedNode(f"{RDF}type"), ox.NamedNode(kind), DEFAULT)
        nodes = {quad.subject for quad in quads if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(self.base)}
        return sorted((node for node in nodes if not node.value.startswith(f"{self.base}imports/")), key=str)

    def _linked(self, iri: str) -> str:
        """Return the path below the base under which this server tells of *iri*; nothing if it does not."""
        document = iri.partition("#")[0]
        if not iri.startswith(self.base) or self.holder(document) is None:
            return ""
        return iri.removeprefix(self.base)

    def alike(self, path: str) -> str:
        """Return the path of the document whose name *path* was most likely meant to be; nothing if none is like it."""
        paths = [document.removeprefix(self.base) for document in self.names()]
        folder = path.rpartition("/")[0]
        near = [name for name in paths if name.rpartition("/")[0] == folder]
        return nearest(path, near) or nearest(path, paths)


def find(documents: Documents, job: Mapping[str, Any]) -> Reply:
    """Return whether there is a document about the thing at the ``path`` of *job*."""
    path = job["path"]
    if not path or documents.named(path):
        return {"status": 200}, b""
    return _missing(documents, path), b""


def document(documents: Documents, digest: str, job: Mapping[str, Any]) -> Reply:
    """Return the document at the ``path`` of *job* as its ``media``, a page in its ``lang``."""
    path, media, lang = job["path"], job["media"], job["lang"]
    name = documents.named(path) if path else ""
    found = None if path and not name else documents.read(name, media, lang)
    if found is None:
        return _missing(documents, path), b""
    tag = weak("\n".join((digest, found[0], media, lang)))
    if tag in job["known"] or "*" in job["known"]:
        return {"status": 304, "etag": tag, "iri": found[0]}, b""
    return {"status": 200, "media": media, "etag": tag, "iri": found[0]}, found[1]


def _missing(documents: Documents, path: str) -> dict[str, Any]:
    guess = documents.alike(path)
    head = error(404, f"nothing is known of: {documents.base}{path}", hint=f"did you mean {documents.base}{guess}?" if guess else "")
    return {**head, **({"guess": guess} if guess else {})}
